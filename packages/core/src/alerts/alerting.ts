import { messageOf, TokenwardError } from "../errors/error.ts";
import type { EngineContext } from "../engine/context.ts";
import { memoryAlerts } from "../memory-alerts.ts";
import type { AlertState, AlertStore, OutboxEntry } from "../state.ts";
import type { InstallationStatus, NotifierStatus } from "../status.ts";
import { Deliveries } from "./deliveries.ts";
import { isOpen } from "./edge.ts";
import type { Finding, Trouble } from "./finding.ts";
import { routeOf } from "./routes.ts";
import { sight } from "./sight.ts";
import { tell } from "./tell.ts";

// Who delivers holds it for as long as its notifiers take.
const deliveryWait = 60_000;
const mostTries = 5;

/**
 * The alerts of one run: what is found becomes durable at once, and at the end it is decided what humans hear, so that an
 * outage over many grants is one message. Where the state cannot be used, this run's own memory takes its place: then
 * what is found is told in every run, and never not at all. Nothing here makes a refresh fail.
 */
export class Alerting {
  readonly #context: EngineContext;
  readonly #troubles: Trouble[] = [];
  readonly #ofInstallation: Trouble[] = [];
  readonly #deliveries: Deliveries;
  #store: AlertStore;
  #durable: boolean;
  #known: Promise<Map<string, AlertState>> | undefined;

  #aside: Alerting | undefined;

  /**
   * @param durable `false`: this run's memory alone keeps what is found
   * @param deliveries whose messages these are counted among
   */
  constructor(context: EngineContext, durable: boolean = true, deliveries: Deliveries = new Deliveries(context)) {
    this.#context = context;
    this.#store = durable ? context.state.alerts : memoryAlerts();
    this.#durable = durable;
    this.#deliveries = deliveries;
  }

  /** Whether a state of its own keeps what is found; otherwise a message must not wait. */
  get #patient(): boolean {
    return this.#durable && !this.#context.state.traits.ephemeral;
  }

  /** Records what was found out. Durable when it resolves; never rejects. */
  async sight(findings: readonly Finding[]): Promise<void> {
    for (const finding of findings) {
      if (finding.kind === "trouble" && finding.subject === "installation") this.#ofInstallation.push(finding);
      if (this.#durable && isOfState(finding)) {
        // A state that cannot be used is left as it is; what is the matter with it is told in every run.
        this.#aside ??= new Alerting(this.#context, false, this.#deliveries);
        await this.#aside.sight([finding]);
        continue;
      }
      if (finding.kind === "trouble") this.#troubles.push(finding);
      await this.#guarded(async () => await this.#record(finding));
    }
  }

  /** What this run found the matter with the installation itself. */
  get installation(): readonly InstallationStatus[] {
    const [first] = this.#ofInstallation;
    if (first === undefined) return [];
    const { severity, code, detail } = first;
    return [{ alert: true, severity, code, detail }];
  }

  /**
   * Tells humans what they have to hear by now, and says what became of it. Never rejects.
   *
   * @param run.whole a run over grants, as opposed to work on a single one: what is not the matter with the
   *   installation then is over
   */
  async settle(run: { readonly whole?: boolean } = {}): Promise<readonly NotifierStatus[]> {
    await this.#sweep();
    if (run.whole === true && this.installation.length === 0) await this.sight([memoryKept(this.#context.clock.now())]);
    await this.#guarded(async () => await this.#tellAndDeliver());
    await this.#aside?.settle();
    return this.#deliveries.statuses();
  }

  async #guarded(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (thrown) {
      if (!this.#durable) {
        this.#context.note(`Alerts could not be told: ${messageOf(thrown)}`);
        return;
      }
      await this.#degrade(thrown);
      await this.#guarded(work);
    }
  }

  async #degrade(thrown: unknown): Promise<void> {
    if (this.#context.notifiers.length > 0) {
      this.#context.note(`Alerts cannot be remembered, so this run tells all that it finds: ${messageOf(thrown)}`);
    }
    this.#durable = false;
    this.#store = memoryAlerts();
    this.#known = undefined;
    for (const trouble of this.#troubles) await this.#record(trouble);
  }

  async #record(finding: Finding): Promise<void> {
    const { installation } = this.#context.telling;
    for (let attempt = 0; attempt < mostTries; attempt++) {
      const known = await (this.#known ??= this.#list());
      const now = this.#context.clock.now();
      const changes = concerned(known, finding).flatMap((expected) => {
        const next = sight(expected, finding, installation, now);
        return next === expected ? [] : [{ expected, next }];
      });
      if (changes.length === 0) return;
      if (await this.#store.put(changes, [])) {
        for (const { next } of changes) if (next !== undefined) known.set(keyOf(next), next);
        return;
      }
      // Another process saw the same.
      this.#known = undefined;
    }
    this.#context.note("An alert changed under several hands at once; the next run looks again.");
  }

  async #list(): Promise<Map<string, AlertState>> {
    const states = await this.#store.list(this.#context.telling.installation);
    return new Map(states.map((state) => [keyOf(state), state]));
  }

  // What is configured no longer, nobody will look at again.
  async #sweep(): Promise<void> {
    const { clock } = this.#context;
    await this.#guarded(async () => {
      const known = await (this.#known ??= this.#list());
      const gone = [...known.values()].filter((state) => state.resolvedAt === undefined && !this.#isConfigured(state));
      const detail = "It is configured no longer.";
      for (const { subject, condition } of gone)
        await this.#record({ kind: "clear", subject, condition, provenAt: clock.now(), detail });
    });
  }

  #isConfigured({ subject, condition }: AlertState): boolean {
    const { grants, writeBacks, telling } = this.#context;
    const [kind = "", ...words] = subject.split(" ");
    const name = words.join(" ");
    if (kind === "notifier") return telling.notifiers.includes(name);
    // What tells of others is over when it is over for all of them.
    if (kind === "write-back") return condition !== "credential-expiry" || writeBacks?.includes(name) !== false;
    return name !== "" || subject === "installation" || grants?.includes(subject) !== false;
  }

  async #tellAndDeliver(): Promise<void> {
    if (await this.#isSilent()) return;
    // One process at a time decides and delivers; whoever waits finds out what the other has done.
    const rounds = async (): Promise<void> => {
      await this.#round();
      // What the first round found out about the notifiers, the others tell.
      if (await this.#noteNotifiers()) await this.#round();
    };
    if (this.#durable) await this.#alone(rounds);
    else await rounds();
  }

  async #alone(work: () => Promise<void>): Promise<void> {
    const { state, telling } = this.#context;
    try {
      await state.hold(`alerts:${telling.installation}`, work, { waitAtMost: deliveryWait });
    } catch (thrown) {
      if (!TokenwardError.is(thrown) || thrown.code !== "ERR_AUTH_LEASE_BUSY") throw thrown;
      this.#context.note(
        "Another process has been delivering alerts for a minute; what this run found waits for the next one.",
      );
    }
  }

  async #isSilent(): Promise<boolean> {
    const { clock, telling } = this.#context;
    const states = [...(await (this.#known ??= this.#list())).values()];
    const { changes, entries } = tell(states, telling, clock.now(), this.#patient);
    if (changes.length + entries.length > 0) return false;
    return telling.notifiers.length === 0 || (await this.#store.outbox(telling.installation)).length === 0;
  }

  async #round(): Promise<void> {
    const { clock, telling } = this.#context;
    for (let attempt = 0; attempt < mostTries; attempt++) {
      const known = await (this.#known = this.#list());
      const states = [...known.values()];
      const { changes, entries } = tell(states, telling, clock.now(), this.#patient);
      if (changes.length + entries.length > 0 && !(await this.#store.put(changes, entries))) continue;
      this.#known = undefined;
      break;
    }
    if (telling.notifiers.length === 0) return;
    await this.#handOver(await this.#store.outbox(telling.installation));
    await this.#deliveries.deliver(await this.#store.outbox(telling.installation), this.#store);
  }

  /** What waits for a notifier that is configured no longer goes to those for whom the same message never was. */
  async #handOver(waiting: readonly OutboxEntry[]): Promise<void> {
    const { notifiers, routes } = this.#context.telling;
    for (const orphan of waiting.filter(({ notifier }) => !notifiers.includes(notifier))) {
      const { alert, recipients } = orphan;
      const names = routeOf(alert.severity, routes, notifiers).filter((name) => !recipients.includes(name));
      const all = [...recipients, ...names];
      const entries = names.map((notifier) => {
        return { ...orphan, id: `${alert.id}:${notifier}`, notifier, recipients: all, attempts: 0 };
      });
      const state = [...(await this.#list()).values()].find(({ incident }) => incident === alert.incident);
      // Who hears of the beginning hears of the end.
      const told = state?.told && { ...state.told, by: [...new Set([...state.told.by, ...names])] };
      const changes = state === undefined || told === undefined ? [] : [{ expected: state, next: { ...state, told } }];
      // Where another process was at it, the next run hands over.
      if (!(await this.#store.put(changes, entries))) return;
      await this.#store.settle(orphan.id, "delivered");
    }
    this.#known = undefined;
  }

  /** Whether there is news about the notifiers themselves. */
  async #noteNotifiers(): Promise<boolean> {
    const before = await (this.#known ??= this.#list());
    const failing = (name: string): boolean =>
      [...before.values()].some((state) => state.subject === `notifier ${name}` && isOpen(state));
    const news = this.#deliveries.findings(this.#context.clock.now()).filter(({ kind, subject }) => {
      return kind === "trouble" || failing(subject.slice("notifier ".length));
    });
    for (const finding of news) await this.#record(finding);
    return news.length > 0;
  }
}

function isOfState(finding: Finding): boolean {
  return finding.kind === "trouble" && finding.code?.startsWith("ERR_STATE_") === true;
}

function memoryKept(now: Date): Finding {
  const detail = "This machine's memory is in use.";
  return { kind: "clear", subject: "installation", condition: "state-lost", provenAt: now, detail };
}

function concerned(known: ReadonlyMap<string, AlertState>, finding: Finding): readonly (AlertState | undefined)[] {
  const { subject, condition } = finding;
  if (condition !== undefined) return [known.get(keyOf({ subject, condition }))];
  return [...known.values()].filter((state) => state.subject === subject);
}

function keyOf({ subject, condition }: Pick<AlertState, "subject" | "condition">): string {
  return `${condition} ${subject}`;
}
