import type { IncomingMessage, ServerResponse } from "node:http";
import { echoInto, forcedAnswer, httpDate, toText, type TextAnswer } from "./answer-bytes.ts";
import { Barriers } from "./barriers.ts";
import type { Books } from "./books.ts";
import { realDelay } from "./clock.ts";
import { openCase, stages, type Case } from "./case.ts";
import { settingsOf } from "./family.ts";
import { Faults, type CombinedEffects } from "./faults.ts";
import type { OpenEntry } from "./ledger.ts";
import type { SandboxRequest } from "./platform.ts";
import { rewriteAnswer } from "./rewrite.ts";
import { routeOf } from "./route.ts";
import { Signals } from "./signals.ts";
import type { Decision } from "./token-endpoint.ts";
import { Waiting } from "./waiting.ts";

/** Takes the platforms' requests: ledger, faults and barriers around what the platform itself decides. */
export class RequestDesk {
  readonly faults: Faults = new Faults();
  readonly signals: Signals = new Signals();
  readonly barriers: Barriers = new Barriers((name) => this.signals.values(name).length);
  readonly waiting: Waiting = new Waiting();
  /** Requests that are neither done nor hung for ever. */
  underWay = 0;
  readonly #books: Books;
  readonly #closing: AbortSignal;

  constructor(books: Books, closing: AbortSignal) {
    this.#books = books;
    this.#closing = closing;
  }

  async take(
    message: IncomingMessage,
    response: ServerResponse,
    address: { readonly path: string; readonly query: URLSearchParams },
    body: Buffer,
  ): Promise<void> {
    this.underWay += 1;
    const { route, rest } = routeOf(this.#books, address.path);
    const request: SandboxRequest = {
      method: message.method ?? "GET",
      path: rest,
      query: address.query,
      headers: message.headers,
      body,
    };
    const seen = openCase(this.#books, route, request, address.path);
    try {
      await this.#process(seen, response);
    } finally {
      this.underWay -= 1;
      this.#reach(seen.entry, "done");
    }
  }

  async #process(seen: Case, response: ServerResponse): Promise<void> {
    const { entry } = seen;
    this.#reach(entry, "arrived");
    if (this.barriers.any) await this.barriers.pass(entry, "before", () => this.#look());
    const effects = this.faults.take(entry);
    const { decisive } = effects;
    entry.faults = effects.ids;
    if (effects.delays.length > 0) await this.#delay(effects, "before", entry.at);
    if (decisive.hang === "before") return this.#intercept(seen, "hung");
    if (decisive.drop === "before") {
      breakConnection(response, decisive.dropHow);
      return this.#intercept(seen, "dropped");
    }

    const decision = this.#decide(seen, effects);
    const decidedAt = this.#books.clock.now();
    this.#reach(entry, "committed");
    if (this.barriers.any) await this.barriers.pass(entry, "after", () => this.#look());
    if (effects.delays.length > 0) await this.#delay(effects, "after", decidedAt);
    if (decisive.hang === "after") entry.delivery = "hung";
    else if (decisive.drop === "after") {
      breakConnection(response, decisive.dropHow);
      entry.delivery = "dropped";
    } else this.#send(seen, effects, decision, response);
  }

  // What the platform does, or what a fault puts in its place.
  #decide(seen: Case, effects: CombinedEffects): Decision {
    const { entry } = seen;
    const { refuse, answer } = effects.decisive;
    if (refuse !== undefined && entry.endpoint === "token") {
      this.#intercept(seen, "pending");
      const mounted = this.#books.platform(entry.platform);
      const settings = seen.family === undefined ? mounted.settings : settingsOf(seen.family);
      const now = new Date(this.#books.clock.now());
      return { answer: mounted.dialect.wordRefusal({ reason: "fault", ...refuse }, settings, entry.n, now) };
    }
    if (answer === undefined) return seen.decide(effects);
    let committed: Decision | undefined;
    if (answer.commit === true) committed = seen.decide(effects);
    else this.#intercept(seen, "pending");
    return { ...committed, answer: forcedAnswer(answer, this.#books.clock.now()) };
  }

  #send(seen: Case, effects: CombinedEffects, decision: Decision, response: ServerResponse): void {
    const { entry } = seen;
    const { rewrite, drop } = effects.decisive;
    const answer = toText(decision.answer);
    answer.headers["date"] = httpDate(this.#books.clock.now() + effects.dateOffsetSeconds * 1_000);
    if (effects.echo) echoInto(answer, seen.secrets);
    entry.status = answer.status;
    entry.delivery = response.destroyed || response.socket?.destroyed !== false ? "aborted" : "answered";
    if (rewrite === undefined && typeof drop !== "object") {
      write(response, answer);
      return;
    }
    const truncateAt = typeof drop === "object" ? drop.afterBytes : undefined;
    const raw = rewriteAnswer({ ...rewrite, ...(truncateAt === undefined ? {} : { truncateAt }) }, answer, decision);
    entry.status = raw.status;
    if (raw.broken) entry.delivery = "dropped";
    response.socket?.end(raw.bytes);
  }

  // The platform never saw the request. A spent token that was on its way is a replay all the same: a client that sends
  // one is wrong, whatever stood in between.
  #intercept(seen: Case, delivery: OpenEntry["delivery"]): void {
    const { entry, family } = seen;
    entry.outcome = "intercepted";
    entry.delivery = delivery;
    if (entry.endpoint === "token" && entry.presented === "spent") {
      this.#books.count(family?.mounted, family, "replays");
    }
  }

  #reach(entry: OpenEntry, stage: keyof typeof stages): void {
    entry.stage = stages[stage];
    this.#look();
  }

  #look(): void {
    if (this.waiting.any) this.waiting.look();
  }

  // Virtual seconds count from when the stage was reached: a test may move the clock as soon as it learns of that.
  async #delay(effects: CombinedEffects, at: "before" | "after", since: number): Promise<void> {
    for (const delay of effects.delays) {
      if ((delay.at ?? "before") !== at) continue;
      if (delay.milliseconds !== undefined) await realDelay(delay.milliseconds, this.#closing);
      if (delay.seconds !== undefined) await this.#books.clock.sleepUntil(since + delay.seconds * 1_000, this.#closing);
    }
  }
}

function write(response: ServerResponse, answer: TextAnswer): void {
  if (response.destroyed) return;
  const body = Buffer.from(answer.text, "utf8");
  response.writeHead(answer.status, { ...answer.headers, "content-length": body.length } as Record<
    string,
    string | string[] | number
  >);
  response.end(body);
}

function breakConnection(response: ServerResponse, how: "reset" | "close" | undefined): void {
  if (how === "close") response.socket?.destroy();
  else response.socket?.resetAndDestroy();
}
