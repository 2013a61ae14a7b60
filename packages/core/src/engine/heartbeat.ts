import { messageOf } from "../errors/error.ts";
import { HttpFailure, isNameFailure } from "../http/failure.ts";
import type { Secret } from "../secret.ts";
import { backoff } from "./backoff.ts";
import type { EngineContext } from "./context.ts";

/**
 * Where somebody waits to hear from every run, and alerts when none comes: the one failure that this program cannot tell
 * of itself.
 */
export interface Heartbeat {
  /** Asked for with GET after a run with nothing that needs a human. Whoever knows it can ping it, so it is a secret. */
  readonly url: Secret;
  /** At the start of a run. Default: `/start` behind the path of `url`, as healthchecks.io and its kin have it. */
  readonly startUrl?: Secret | undefined;
  /** After a run with something that needs a human. Default: `/fail` behind the path of `url`. */
  readonly failureUrl?: Secret | undefined;
  /** Whether it may lie in a private network or on this machine. Default `false`. */
  readonly allowPrivate?: boolean | undefined;
}

const pingDeadline = 10_000;
const mostAttempts = 3;

/** The pings of one run. A ping that fails is noted, and fails nothing else. */
export class Pulse {
  readonly #heartbeat: Heartbeat | undefined;
  readonly #context: EngineContext;
  readonly #started: Promise<void>;

  /** Pings at once, and keeps nobody waiting for it. */
  constructor(context: EngineContext) {
    this.#context = context;
    this.#heartbeat = context.heartbeat;
    this.#started = this.#ping("start");
  }

  /** Resolves when the last ping was sent, or could not be. */
  async end(succeeded: boolean): Promise<void> {
    await this.#started;
    await this.#ping(succeeded ? "success" : "failure");
  }

  async #ping(moment: "start" | "success" | "failure"): Promise<void> {
    if (this.#heartbeat === undefined) return;
    const url = addressOf(this.#heartbeat, moment);
    let reason = url === undefined ? "its address is not a URL" : "";
    for (let attempt = 1; url !== undefined && attempt <= mostAttempts; attempt++) {
      reason = await this.#send(url);
      if (reason === "") return;
      if (attempt < mostAttempts) await this.#context.clock.sleep(backoff(attempt));
    }
    this.#context.note(`The heartbeat (${moment}) was not heard: ${reason}. Check auth.alerts.heartbeat.`);
  }

  /** Why it was not heard; empty where it was. */
  async #send(url: string): Promise<string> {
    const publicOnly = this.#heartbeat?.allowPrivate !== true;
    try {
      const options = { deadline: pingDeadline, mostBytes: 4096, publicOnly };
      const { status } = await this.#context.http.send({ method: "GET", url }, options);
      return status >= 200 && status < 300 ? "" : `it answered with status ${status}`;
    } catch (thrown) {
      if (HttpFailure.is(thrown) && isNameFailure(thrown)) return "the name in its address cannot be resolved";
      return (HttpFailure.is(thrown) ? thrown.reason : messageOf(thrown)).replace(/\.$/, "");
    }
  }
}

function addressOf(
  { url, startUrl, failureUrl }: Heartbeat,
  moment: "start" | "success" | "failure",
): string | undefined {
  const own = { start: startUrl, success: url, failure: failureUrl }[moment];
  const address = URL.parse((own ?? url).reveal());
  if (address === null || own !== undefined) return address?.href;
  address.pathname = `${address.pathname.replace(/\/$/, "")}/${moment === "start" ? "start" : "fail"}`;
  return address.href;
}
