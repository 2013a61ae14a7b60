import type { Fault } from "./fault.ts";
import type { Ledger, LedgerCounts, LedgerQuery } from "./ledger.ts";
import type { Match } from "./match.ts";
import type { PlatformSettings, TokenPolicy } from "./platform.ts";

/** Parts of a {@link TokenPolicy} that differ from the platform's. */
export type PolicyOverrides = { readonly [Key in keyof TokenPolicy]?: TokenPolicy[Key] | undefined };

/** What a human consents to. */
export interface ConsentOptions extends PolicyOverrides {
  /** Default: a new one. */
  readonly account?: string | undefined;
  /** Default: the platform's. */
  readonly scopes?: readonly string[] | undefined;
  /** A client that does not exist yet is created. Default: one client per platform. */
  readonly clientId?: string | undefined;
  /** The client that is created has no secret. */
  readonly publicClient?: boolean | undefined;
  /** This grant's dialect variations; they come on top of the platform's. */
  readonly settings?: PlatformSettings | undefined;
}

/** The tokens of a new consent: the start of a token family. */
export interface Consent {
  readonly grantId: string;
  readonly platform: string;
  readonly account: string;
  readonly clientId: string;
  /** Absent for a public client. */
  readonly clientSecret?: string | undefined;
  /** Empty where the policy presents nothing. */
  readonly refreshToken: string;
  readonly accessToken: string;
  /** Seconds. */
  readonly expiresIn: number;
  /** Seconds; absent where the refresh token has no end. */
  readonly refreshExpiresIn?: number | undefined;
  readonly scopes: readonly string[];
  /** The scopes by spaces. */
  readonly scope: string;
  readonly tokenUrl: string;
}

/** What the platform knows about a grant. */
export interface GrantView {
  readonly grantId: string;
  readonly platform: string;
  readonly account: string;
  readonly clientId: string;
  readonly scopes: readonly string[];
  readonly generation: number;
  readonly exchanges: number;
  /** Why the grant is dead; absent while it lives. `replay`: a spent token was presented. */
  readonly revoked?: "replay" | "revoked" | undefined;
  /** RFC 3339; absent without an end. */
  readonly refreshExpiresAt?: string | undefined;
  readonly policy: TokenPolicy;
}

/** How long to wait, in real milliseconds. Default 30 000; then the promise rejects and says what was seen. */
export interface WaitOptions {
  readonly timeoutMs?: number | undefined;
}

/** What {@link SandboxControl.arrived} waits for. */
export interface ArrivalOptions extends WaitOptions {
  /** Counts only requests with a higher ledger number. Default 0: all since the sandbox started. */
  readonly since?: number | undefined;
  /** `arrived` (default): read completely. `committed`: decided, such as rotated. `done`: answered, or the connection is gone. */
  readonly stage?: "arrived" | "committed" | "done" | undefined;
}

/** A place where requests are held. */
export interface BarrierOptions {
  readonly match?: Match | undefined;
  /** `before` (default) or `after` the platform decided (rotated, answer not sent). */
  readonly at?: "before" | "after" | undefined;
  /**
   * Opens for good as soon as so many requests wait, or processes sent so many signals of that name. `release`
   * (default): only {@link SandboxControl.release} opens it.
   */
  readonly until?:
    | "release"
    | { readonly waiting: number }
    | { readonly signals: string; readonly count: number }
    | undefined;
}

/** A new or changed OAuth client. */
export interface ClientOptions {
  /** All secrets that are accepted at present, newest first; empty: a public client. */
  readonly secrets?: readonly string[] | undefined;
  readonly deleted?: boolean | undefined;
}

/**
 * Everything a test can ask of a sandbox. The same object in process (`sandbox.control`) and over HTTP
 * (`connectSandbox(url)`), so that any process can be the judge.
 */
export interface SandboxControl {
  /** A human consents: a new token family. */
  consent(platform: string, options?: ConsentOptions): Promise<Consent>;
  /** So many consents at once, with accounts numbered from 1. */
  consentMany(platform: string, count: number, options?: ConsentOptions): Promise<readonly Consent[]>;
  /** The same human consents again: a new family for account and client of `grantId`. The old one lives on unless `revokeOld`. */
  regrant(grantId: string, options?: ConsentOptions & { readonly revokeOld?: boolean | undefined }): Promise<Consent>;
  /** What the grant covers from now on; `undefined` or `null`: answers leave the scopes out, the grant keeps them. */
  setScopes(grantId: string, scopes: readonly string[] | null | undefined): Promise<void>;
  /** The human withdraws consent: every token of the family is dead. */
  revoke(grantId: string): Promise<void>;
  /** Changes policy or dialect of one grant. */
  change(
    grantId: string,
    changes: PolicyOverrides & { readonly settings?: PlatformSettings | undefined },
  ): Promise<void>;
  /** Changes policy (for consents to come) or dialect (at once) of a platform. */
  configure(
    platform: string,
    changes: PolicyOverrides & { readonly settings?: PlatformSettings | undefined },
  ): Promise<void>;
  /** Creates a client or replaces what is known of it, such as its secrets. */
  setClient(platform: string, clientId: string, options: ClientOptions): Promise<void>;

  grant(grantId: string): Promise<GrantView>;
  /** The token that the next exchange should present: what a test compares with what was saved. */
  currentRefreshToken(grantId: string): Promise<string>;
  /** Whether presenting this refresh token now would be answered with tokens. Changes nothing. */
  isAlive(grantId: string, refreshToken: string): Promise<boolean>;

  ledger(query?: LedgerQuery): Promise<Ledger>;
  /** The exact counts of everything, of one platform, or of one grant. */
  counts(of?: { readonly platform?: string | undefined; readonly grant?: string | undefined }): Promise<LedgerCounts>;

  /** Arms a fault; returns its id. */
  fault(fault: Fault): Promise<string>;
  /** One step for each matching request from now on, in order; `null`: behave. Returns the ids of the armed ones. */
  script(match: Match, steps: readonly (Omit<Fault, "match" | "when"> | null)[]): Promise<readonly string[]>;
  /** Disarms one fault, or all. */
  clearFaults(id?: string): Promise<void>;

  /** Holds matching requests from now on; returns the barrier's id. */
  barrier(options: BarrierOptions): Promise<string>;
  /** Resolves when so many requests wait at a barrier. */
  held(barrierId: string, count: number, options?: WaitOptions): Promise<void>;
  /** Opens a barrier for good; without an id, all. */
  release(barrierId?: string): Promise<void>;
  /** Resolves with their ledger numbers when so many matching requests came so far. */
  arrived(match: Match, count: number, options?: ArrivalOptions): Promise<readonly number[]>;
  /** Resolves when no request is under way, except those that hang for ever. */
  idle(options?: WaitOptions): Promise<void>;

  /** Announces something to whoever waits; `value` is handed on. */
  signal(name: string, value?: string): Promise<void>;
  /** Resolves with the values, in order, when so many signals of this name were sent. */
  waitForSignals(name: string, count: number, options?: WaitOptions): Promise<readonly string[]>;

  /** The platform's time. */
  now(): Promise<Date>;
  /** Moves the platform's time forward, in seconds. */
  advance(seconds: number): Promise<void>;
}
