import type { Endpoint } from "./match.ts";

/** What the presented credential was when the platform looked at it. */
export type Presented = "current" | "spent" | "forgiven" | "expired" | "revoked" | "too-early" | "unknown" | "none";

/** What the platform did. `intercepted`: nothing, a fault stood in between. */
export type RequestOutcome =
  | "pending"
  | "rotated"
  | "refreshed"
  | "refused"
  | "replayed"
  | "revoked"
  | "served"
  | "denied"
  | "not-found"
  | "intercepted";

/** What became of the answer. `aborted`: the client had gone. */
export type Delivery = "pending" | "answered" | "dropped" | "hung" | "aborted";

/** One request. Tokens appear as fingerprints only: the first 16 hex digits of their SHA-256. */
export interface LedgerEntry {
  /** From 1, in the order of arrival. */
  readonly n: number;
  /** The platform's time, RFC 3339. */
  readonly at: string;
  readonly platform: string;
  readonly method: string;
  readonly path: string;
  readonly endpoint: Endpoint;
  readonly grant?: string | undefined;
  readonly account?: string | undefined;
  readonly clientId?: string | undefined;
  /** Of the presented token. */
  readonly fingerprint?: string | undefined;
  readonly presented: Presented;
  readonly outcome: RequestOutcome;
  /** Why it was refused. */
  readonly reason?: string | undefined;
  /** Of the refresh token that was issued. */
  readonly issued?: string | undefined;
  readonly faults: readonly string[];
  readonly delivery: Delivery;
  readonly status?: number | undefined;
}

/** An entry while its request is under way. */
export type OpenEntry = { -readonly [Key in keyof Omit<LedgerEntry, "at">]: LedgerEntry[Key] } & {
  at: number;
  stage: number;
};

/** Exact, however many requests there were. */
export interface LedgerCounts {
  readonly requests: number;
  readonly tokenRequests: number;
  /** Exchanges that returned a new refresh token. */
  readonly rotations: number;
  /** Exchanges that returned the refresh token unchanged, or none. */
  readonly refreshes: number;
  readonly refusals: number;
  /** Token requests that presented a spent token which the policy does not forgive, whatever became of them. */
  readonly replays: number;
  /** Exchanges of a spent token within grace, or on a retry-safe grant. */
  readonly forgiven: number;
  /** Families that died, by replay or by hand. */
  readonly revocations: number;
}

/** Counts that can be added to. */
export type OpenCounts = { -readonly [Key in keyof LedgerCounts]: number };

/** Which entries to return. */
export interface LedgerQuery {
  readonly platform?: string | undefined;
  readonly grant?: string | undefined;
  /** Only higher numbers. */
  readonly since?: number | undefined;
  /** At most so many, the newest. */
  readonly limit?: number | undefined;
}

/** What happened. The counts are those of the query's platform or grant, or of everything. */
export interface Ledger extends LedgerCounts {
  readonly entries: readonly LedgerEntry[];
}

/** All zero. */
export function zeroCounts(): OpenCounts {
  return {
    requests: 0,
    tokenRequests: 0,
    rotations: 0,
    refreshes: 0,
    refusals: 0,
    replays: 0,
    forgiven: 0,
    revocations: 0,
  };
}

/** The newest entries in a ring; the counts are kept elsewhere and forget nothing. */
export class LedgerRing {
  readonly #limit: number;
  readonly #entries: OpenEntry[] = [];
  #last = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** The number of the newest entry. */
  get last(): number {
    return this.#last;
  }

  /** Takes the next number and keeps the entry under it. */
  open(entry: Omit<OpenEntry, "n">): OpenEntry {
    this.#last += 1;
    const numbered = entry as OpenEntry;
    numbered.n = this.#last;
    this.#entries[(this.#last - 1) % this.#limit] = numbered;
    return numbered;
  }

  /** Oldest first. */
  *after(since: number): Generator<OpenEntry> {
    for (let n = Math.max(since, this.#last - this.#limit) + 1; n <= this.#last; n += 1) {
      const entry = this.#entries[(n - 1) % this.#limit];
      if (entry !== undefined) yield entry;
    }
  }

  read(query: LedgerQuery): LedgerEntry[] {
    const found: OpenEntry[] = [];
    for (const entry of this.after(query.since ?? 0)) {
      if (query.platform !== undefined && entry.platform !== query.platform) continue;
      if (query.grant !== undefined && entry.grant !== query.grant) continue;
      found.push(entry);
    }
    const newest = query.limit === undefined ? found : found.slice(Math.max(0, found.length - query.limit));
    return newest.map(({ stage: _, at, ...entry }) => ({ ...entry, at: new Date(at).toISOString() }));
  }
}
