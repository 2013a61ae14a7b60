import { messageOf, TokenwardError } from "../errors/error.ts";
import type { EngineContext } from "../engine/context.ts";
import { withDeadline } from "../engine/deadline.ts";
import type { NamedNotifier } from "../engine/engine.ts";
import type { Alert } from "../notifier.ts";
import type { AlertStore, OutboxEntry } from "../state.ts";
import type { NotifierStatus } from "../status.ts";
import type { Finding } from "./finding.ts";

/** Milliseconds that one attempt may take. */
const attemptDeadline = 15_000;
/** Attempts at one message in one run. */
const mostAttempts = 3;
/** Messages of one notifier that may fail in one run; the rest waits, so that a dead receiver does not hold up a run. */
const mostFailures = 3;
/** Waits for a receiver's patience that a run is willing to spend, in milliseconds. */
const longestPatience = 20_000;
const firstRetry = 60_000;
const longestRetry = 6 * 3_600_000;

interface Tally {
  delivered: number;
  waiting: number;
  failures: number;
  error?: TokenwardError;
}

/** Brings the messages of one run to their notifiers: in order per incident, each notifier independent of the others. */
export class Deliveries {
  readonly #context: EngineContext;
  readonly #tallies = new Map<string, Tally>();

  constructor(context: EngineContext) {
    this.#context = context;
  }

  /** Tries what is due. Delivered is only what the notifier took; all else stays. */
  async deliver(waiting: readonly OutboxEntry[], store: AlertStore): Promise<void> {
    await Promise.all(
      this.#context.notifiers.map(async (named) => {
        const entries = waiting.filter(({ notifier }) => notifier === named.name);
        if (entries.length > 0) await this.#deliverTo(named, entries, store);
      }),
    );
  }

  /** What became of each notifier's messages. */
  statuses(): readonly NotifierStatus[] {
    return [...this.#tallies].map(([notifier, { delivered, waiting, error }]): NotifierStatus => {
      const alert = error !== undefined;
      const detail = alert ? `${error.message} ${error.fix}` : wordsFor(delivered, waiting);
      return { notifier, delivered, waiting, alert, severity: severityOf(error), code: error?.code, detail };
    });
  }

  /** What the messages of this run say about the notifiers themselves. */
  findings(now: Date): readonly Finding[] {
    return [...this.#tallies].flatMap(([name, { delivered, error }]): readonly Finding[] => {
      const about = { subject: `notifier ${name}`, condition: "notifier-failing" } as const;
      if (error !== undefined) {
        const summary = `The notifier ${name} does not deliver`;
        const detail = `${error.message} ${error.fix}`;
        const severity = severityOf(error) ?? "page";
        return [
          { ...about, kind: "trouble", severity, summary, detail, command: "tokenward alerts test", code: error.code },
        ];
      }
      return delivered === 0 ? [] : [{ ...about, kind: "clear", provenAt: now, detail: "It delivers again." }];
    });
  }

  async #deliverTo(named: NamedNotifier, entries: readonly OutboxEntry[], store: AlertStore): Promise<void> {
    const tally = this.#tallyOf(named.name);
    tally.waiting = 0;
    // A recovery that overtakes its opening would leave the incident open for ever.
    const behind = new Set<string>();
    for (const entry of entries) {
      const { id, alert, notBefore } = entry;
      const due = notBefore <= this.#context.clock.now();
      if (!due || behind.has(alert.incident) || tally.failures >= mostFailures) {
        behind.add(alert.incident);
        tally.waiting++;
        continue;
      }
      const error = await this.#attempts(named, alert, tally.failures === 0 ? mostAttempts : 1);
      if (error === undefined) {
        await store.settle(id, "delivered");
        tally.delivered++;
        continue;
      }
      tally.failures++;
      tally.waiting++;
      tally.error = error;
      behind.add(alert.incident);
      if (tally.failures === 1) this.#context.note(`${error.message} ${error.fix}`);
      await store.settle(id, { notBefore: this.#nextAttempt(entry, error) });
    }
  }

  async #attempts(named: NamedNotifier, alert: Alert, most: number): Promise<TokenwardError | undefined> {
    const { clock, signal } = this.#context;
    for (let attempt = 1; ; attempt++) {
      const error = await this.#attempt(named, alert);
      if (error === undefined || error.code === "ERR_NOTIFIER_REFUSED" || attempt >= most || signal.aborted)
        return error;
      const until = untilOf(error);
      const wait = until === undefined ? Math.random() * 500 * 2 ** attempt : until - clock.now().getTime();
      if (wait > longestPatience) return error;
      try {
        await clock.sleep(Math.max(0, wait), signal);
      } catch {
        return error;
      }
    }
  }

  async #attempt({ name, notifier }: NamedNotifier, alert: Alert): Promise<TokenwardError | undefined> {
    try {
      const told = notifier.notify(alert, this.#context.io(attemptDeadline));
      await withDeadline(told, attemptDeadline, `no answer within ${attemptDeadline / 1000} s`);
      return undefined;
    } catch (thrown) {
      if (TokenwardError.is(thrown) && thrown.code.startsWith("ERR_NOTIFIER_")) return thrown;
      const reason = messageOf(thrown).replace(/\.$/, "");
      return new TokenwardError("ERR_NOTIFIER_UNAVAILABLE", { notifier: name, reason }, { cause: thrown });
    }
  }

  #nextAttempt({ attempts }: OutboxEntry, error: TokenwardError): Date {
    const wait = Math.min(longestRetry, firstRetry * 2 ** Math.min(attempts, 16));
    return new Date(Math.max(this.#context.clock.now().getTime() + wait, untilOf(error) ?? 0));
  }

  #tallyOf(name: string): Tally {
    let tally = this.#tallies.get(name);
    if (tally === undefined) this.#tallies.set(name, (tally = { delivered: 0, waiting: 0, failures: 0 }));
    return tally;
  }
}

function untilOf({ facts }: TokenwardError): number | undefined {
  const until = typeof facts["until"] === "string" ? Date.parse(facts["until"]) : Number.NaN;
  return Number.isNaN(until) ? undefined : until;
}

function severityOf(error: TokenwardError | undefined): NotifierStatus["severity"] {
  return error === undefined ? undefined : error.code === "ERR_NOTIFIER_REFUSED" ? "page" : "warn";
}

function wordsFor(delivered: number, waiting: number): string {
  const messages = (count: number): string => `${count} message${count === 1 ? "" : "s"}`;
  if (waiting === 0) return `It took ${messages(delivered)}.`;
  return `It took ${messages(delivered)}; ${messages(waiting)} wait${waiting === 1 ? "s" : ""} for a later run.`;
}
