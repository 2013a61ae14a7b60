import type { Alert } from "../notifier.ts";
import type { AlertState, OutboxEntry } from "../state.ts";
import { Board } from "./board.ts";
import type { Finding, Trouble } from "./finding.ts";
import type { TellingPolicy } from "./policy.ts";
import { sight } from "./sight.ts";
import { tell } from "./tell.ts";

/** A moment, in hours after a fixed one. */
export function hours(count: number): Date {
  return new Date(Date.UTC(2026, 0, 1) + count * 3_600_000);
}

/** A policy with one notifier. */
export function policy(changes: Partial<TellingPolicy> = {}): TellingPolicy {
  return {
    routes: {},
    remindEvery: 72 * 3_600_000,
    quietHours: undefined,
    installation: "test",
    notifiers: ["webhook"],
    ...changes,
  };
}

/** A trouble with a grant. */
export function trouble(changes: Partial<Trouble> & Pick<Trouble, "subject">): Trouble {
  return {
    kind: "trouble",
    condition: "refresh-failed",
    severity: "warn",
    summary: `${changes.subject} could not be refreshed`,
    detail: "The platform has a problem of its own.",
    cause: { key: "tiktok outage", subject: "platform tiktok", label: "TikTok" },
    ...changes,
  };
}

/** That a grant was refreshed. */
export function refreshed(subject: string, at: Date): Finding {
  return { kind: "clear", subject, provenAt: at, detail: "It was refreshed." };
}

/** Alert states and an outbox that is emptied by hand: the decisions alone, without anything that can fail. */
export class ImaginedRuns {
  readonly policy: TellingPolicy;
  states: readonly AlertState[] = [];
  readonly entries: OutboxEntry[] = [];

  constructor(changes: Partial<TellingPolicy> = {}) {
    this.policy = policy(changes);
  }

  get alerts(): readonly Alert[] {
    return this.entries.map(({ alert }) => alert);
  }

  /** Records findings, as a run does that is killed before it tells. */
  sight(findings: readonly Finding[], now: Date): void {
    for (const finding of findings) {
      const concerned =
        finding.condition === undefined
          ? this.states.filter(({ subject }) => subject === finding.subject)
          : [this.states.find((state) => state.subject === finding.subject && state.condition === finding.condition)];
      for (const known of concerned) {
        const next = sight(known, finding, this.policy.installation, now);
        this.states = [...this.states.filter((state) => state !== known), ...(next === undefined ? [] : [next])];
      }
    }
  }

  /** A whole run: what it told. */
  run(findings: readonly Finding[], now: Date, patient: boolean = true): readonly Alert[] {
    this.sight(findings, now);
    const { changes, entries } = tell(this.states, this.policy, now, patient);
    for (const { expected, next } of changes) {
      this.states = [...this.states.filter((state) => state !== expected), ...(next === undefined ? [] : [next])];
    }
    this.entries.push(...entries);
    return entries.map(({ alert }) => alert);
  }

  /** Who is told of by a group. */
  members(group: string): readonly string[] {
    const board = new Board(this.states);
    const state = this.states.find(({ subject }) => subject === group);
    return state === undefined ? [] : board.members(state).map(({ subject }) => subject);
  }
}

/** What a message was, in short. */
export function brief(alerts: readonly Alert[]): readonly string[] {
  return alerts.map(({ edge, severity, subject }) => `${edge} ${severity} ${subject}`);
}
