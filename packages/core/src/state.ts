import type { ErrorCode } from "./errors/catalogue.ts";
import type { Alert, AlertCondition } from "./notifier.ts";
import type { Severity } from "./severity.ts";
import type { HttpAnswer } from "./http/message.ts";
import type { Intent, StoredGrant } from "./grant.ts";

/** A token whose exchange returned a different one. Presenting it again may kill the grant. */
export interface SpentToken {
  readonly fingerprint: string;
  readonly at: Date;
  readonly host: string;
  readonly generation?: number | undefined;
}

/** A token that the platform called dead. It is not presented again until a human says so or consents anew. */
export interface RefusedToken {
  readonly fingerprint: string;
  readonly at: Date;
  /** The platform's error code. */
  readonly error?: string | undefined;
}

/** What the journal holds of an exchange that was not closed. */
export interface OpenExchange {
  readonly intent: Intent;
  /** The raw answer. Absent while it is under way, and after a crash: in doubt. */
  readonly answer?: HttpAnswer | undefined;
  /** Since when it is known to be in doubt, once somebody has looked. */
  readonly inDoubtSince?: Date | undefined;
}

/** What one machine (or a shared engine) remembers of one target, without secrets. */
export interface TargetFacts {
  /** When the last exchange succeeded. */
  readonly refreshedAt?: Date | undefined;
  /** When the refresh token was last used to refresh. */
  readonly lastUsedAt?: Date | undefined;
  /** Consecutive runs that failed. */
  readonly failures?: number | undefined;
  readonly grant?: string | undefined;
}

/** What {@link GrantState.peek} sees. */
export interface Snapshot {
  /** The newest grant this machine knows: also its access-token cache, shared by all processes. */
  readonly last?: StoredGrant | undefined;
  readonly open?: OpenExchange | undefined;
  /** The newest token that the platform called dead. */
  readonly refused?: RefusedToken | undefined;
  readonly facts: TargetFacts;
}

/** How an open exchange ends. Everything in it becomes durable at once, or nothing does. */
export interface Closing {
  /** The grant as it is now stored in the write-back. Replaces {@link Snapshot.last}; `null` forgets it. */
  readonly last?: StoredGrant | null | undefined;
  readonly spent?: SpentToken | undefined;
  /** A token to remember as dead; `null` forgets it. */
  readonly refused?: RefusedToken | null | undefined;
  readonly facts?: Partial<TargetFacts> | undefined;
  /** Keeps the exchange open as in doubt instead of clearing it. */
  readonly inDoubtSince?: Date | undefined;
}

/** The right to refresh one target, while `work` of {@link GrantState.hold} runs. */
export interface Held {
  /** Aborted when the lease is lost. Nothing may be sent after that. */
  readonly signal: AbortSignal;
  snapshot(): Promise<Snapshot>;
  /** Records that a token is about to be presented; replaces an open intent. Durable when it resolves. */
  intent(intent: Intent): Promise<void>;
  /** Seals the raw answer to the open intent. Durable when it resolves. */
  answer(answer: HttpAnswer): Promise<void>;
  /** Ends the open exchange, or updates what is remembered where none is open. Durable when it resolves. */
  close(closing: Closing): Promise<void>;
  isSpent(fingerprint: string): Promise<SpentToken | undefined>;
}

/**
 * One engine, one fence: lease, journal, last answer, spent tokens. Keyed by target.
 *
 * @throws every method: `ERR_STATE_*`. A state that cannot be read or written is never treated as empty.
 */
export interface GrantState {
  readonly traits: {
    /** Whether it is gone with this run (memory, a CI runner's disk). */
    readonly ephemeral: boolean;
    /** Whether several machines share it. */
    readonly shared: boolean;
  };
  /** Reads without the lease, writing nothing: not a byte of the state changes. */
  peek(target: string): Promise<Snapshot>;
  /** Like {@link Held.isSpent}, without the lease and writing nothing. */
  spent(target: string, fingerprint: string): Promise<SpentToken | undefined>;
  /**
   * Runs `work` while holding the lease of one target. A second holder, in this process or any other, waits.
   * Leases are not nested.
   *
   * @param options.waitAtMost milliseconds to wait for the lease; 0 tries once
   * @throws `ERR_AUTH_LEASE_BUSY` when it stays taken; never runs `work` without it.
   */
  hold<T>(
    target: string,
    work: (held: Held) => Promise<T>,
    options: { readonly waitAtMost: number; readonly signal?: AbortSignal | undefined },
  ): Promise<T>;
  readonly alerts: AlertStore;
  readonly facts: FactStore;
  close(): Promise<void>;
}

/** What humans have heard of an incident. */
export interface Told {
  /** The highest severity that they were told of. */
  readonly severity: Severity;
  /** When the last message was queued. */
  readonly at: Date;
  /** Names of the notifiers that got one; all of them hear of its end. */
  readonly by: readonly string[];
}

/** What several incidents can have in common: then one message tells of them. */
export interface AlertCause {
  /** Equal where the cause is. */
  readonly key: string;
  /** What a group of them is about: `platform tiktok`. */
  readonly subject: string;
  /** What humans call that: `TikTok`. */
  readonly label: string;
}

/** The durable state of one condition of one subject. */
export interface AlertState {
  /** Which configuration's; two on one machine may both say `tiktok`. */
  readonly installation: string;
  readonly subject: string;
  readonly condition: AlertCondition;
  /** The highest that this incident has reached. */
  readonly severity: Severity;
  /** Stable over the incident: opening, escalations, reminders and recovery share it. */
  readonly incident: string;
  readonly openedAt: Date;
  /** How many runs have seen it; more than two count as two. */
  readonly sightings: number;
  readonly summary: string;
  readonly detail: string;
  readonly command?: string | undefined;
  readonly code?: ErrorCode | undefined;
  readonly cause?: AlertCause | undefined;
  /** Subject of the group that tells of it. Such a one is told of by nobody else. */
  readonly group?: string | undefined;
  /** Absent: nobody has been told, or all were told that it is over. */
  readonly told?: Told | undefined;
  /** Since when it looks well, without proof. */
  readonly calmSince?: Date | undefined;
  /** The incident is over. With {@link AlertState.told}, humans still have to hear of that. */
  readonly resolvedAt?: Date | undefined;
  /** The incident of the same subject and condition before this one: damps what flaps. */
  readonly before?: { readonly at: Date; readonly severity: Severity } | undefined;
}

/** One state that is set, or forgotten. */
export interface AlertChange {
  /** What it was decided from; absent: nothing was known. */
  readonly expected: AlertState | undefined;
  /** Absent: it is forgotten. */
  readonly next: AlertState | undefined;
}

/** One alert on its way to one notifier. */
export interface OutboxEntry {
  /** Stable id: a repeated delivery has the same. */
  readonly id: string;
  readonly installation: string;
  readonly notifier: string;
  readonly alert: Alert;
  /** All notifiers that the same alert is or was on its way to. */
  readonly recipients: readonly string[];
  readonly attempts: number;
  readonly notBefore: Date;
}

/** Alert states and the outbox, durable. */
export interface AlertStore {
  /** All states of one installation: open, or resolved recently. */
  list(installation: string): Promise<readonly AlertState[]>;
  /**
   * Sets and forgets states, and queues what they give rise to: all of it at once or nothing at all.
   *
   * @returns `false`, having written nothing, where one of the states is not what was expected
   */
  put(changes: readonly AlertChange[], entries: readonly OutboxEntry[]): Promise<boolean>;
  /** What waits for delivery, due or not, oldest first. */
  outbox(installation: string): Promise<readonly OutboxEntry[]>;
  /** Delivered: forget it. Failed: try again at `notBefore`. */
  settle(id: string, outcome: "delivered" | { readonly notBefore: Date }): Promise<void>;
}

/** Small durable facts of the installation: clock offset, last run, who uses which client secret. JSON values. */
export interface FactStore {
  get(key: string): Promise<unknown>;
  set(key: string, value: unknown): Promise<void>;
}
