import type { ErrorCode } from "./errors/catalogue.ts";
import type { Severity } from "./severity.ts";

/** What one refresh found or did. */
export type RefreshAction = "rotated" | "refreshed" | "healthy" | "reauth-required" | "skipped" | "failed" | "in-doubt";

/** The outcome for one grant: the specification's fields, and what a machine needs beside them. */
export interface RefreshStatus {
  readonly platform: string;
  readonly account?: string | undefined;
  readonly action: RefreshAction;
  /** Dry run only: what a run would attempt. */
  readonly would?: "rotate" | "refresh" | "health-check" | "recover" | "re-authorize" | "nothing" | undefined;
  /** Until when the usable access token is valid. Absent: unknown. */
  readonly expiresAt?: Date | undefined;
  /** By when a human must have consented again. */
  readonly reauthBy?: Date | undefined;
  /** When the refresh token dies unless it is used to refresh before. Absent: the platform has no such limit. */
  readonly decaysAt?: Date | undefined;
  /** Whether a machine can renew it at all. */
  readonly refreshable?: boolean | undefined;
  /** Needs a human, failed, or was refused: the exit code is 1. */
  readonly alert: boolean;
  readonly severity?: Severity | undefined;
  readonly code?: ErrorCode | undefined;
  /** One or two sentences for a human, without secrets; the command that helps is in it. */
  readonly detail: string;
  /** When the last exchange succeeded, as far as this machine or the store knows. */
  readonly refreshedAt?: Date | undefined;
  /** Whether the grant could be judged at all. `false` where it was refused before anything was found out. */
  readonly judged: boolean;
}

/** What was found out about a write-back itself, as opposed to the grants in it. */
export interface WriteBackStatus {
  /** Its name in the configuration: `gitlab`. */
  readonly writeBack: string;
  /** When the credential dies with which it is reached. */
  readonly credentialExpiresAt: Date;
  /** Its end is near: a human must make a new one. */
  readonly alert: boolean;
  readonly severity?: Severity | undefined;
  readonly code?: ErrorCode | undefined;
  readonly detail: string;
}

/** What is the matter with the installation, as opposed to one grant. */
export interface InstallationStatus {
  readonly alert: boolean;
  readonly severity?: Severity | undefined;
  readonly code?: ErrorCode | undefined;
  readonly detail: string;
}

/** What became of the messages for one notifier. */
export interface NotifierStatus {
  /** Its name in the configuration: `webhook`. */
  readonly notifier: string;
  /** Messages that it took in this run. */
  readonly delivered: number;
  /** Messages that wait for a later run. */
  readonly waiting: number;
  /** It failed: a human who relies on it may not have been told. */
  readonly alert: boolean;
  readonly severity?: Severity | undefined;
  readonly code?: ErrorCode | undefined;
  readonly detail: string;
}

/** What moving or forgetting one grant came to. */
export interface RetirementStatus {
  readonly platform: string;
  readonly account?: string | undefined;
  readonly action: "moved" | "forgotten" | "skipped" | "failed";
  /** Dry run only: what would be attempted. `complete`: the rest of an interrupted move. */
  readonly would?: "move" | "complete" | "nothing" | undefined;
  /** The target that held it. */
  readonly from?: string | undefined;
  /** The target that holds it now. */
  readonly to?: string | undefined;
  /** Needs a human: the exit code is 1. */
  readonly alert: boolean;
  readonly code?: ErrorCode | undefined;
  /** One or two sentences for a human, without secrets. */
  readonly detail: string;
  /** `false` where it was refused before anything was found out. */
  readonly judged: boolean;
}

/** One thing that was found out about the place of a grant. */
export interface WriteBackFinding {
  /** `problem`: a run would be refused, or a token could not be kept. */
  readonly kind: "fine" | "note" | "problem";
  readonly code?: ErrorCode | undefined;
  readonly sentence: string;
  /** What to do about it. Absent: nothing. */
  readonly fix?: string | undefined;
}

/** What was found out about the place of one grant, without spending anything. */
export interface WriteBackCheck {
  readonly platform: string;
  readonly account?: string | undefined;
  /** The write-back's name in the configuration. */
  readonly writeBack: string;
  readonly target?: string | undefined;
  readonly readable: boolean;
  /** `seed`: nothing is stored, and the environment holds a token for the first run. Absent: it could not be read. */
  readonly stored?: "grant" | "nothing" | "seed" | "tombstone" | undefined;
  readonly generation?: number | undefined;
  readonly retired?: { readonly at: Date; readonly movedTo?: string | undefined } | undefined;
  readonly claim?: { readonly host: string; readonly since: Date; readonly deadline: Date } | undefined;
  /** A save reached the place in part. */
  readonly unfinished: boolean;
  /** Whether a save would be accepted. Absent: not asked. */
  readonly writable?: boolean | undefined;
  readonly compareAndSwap: "atomic" | "checked";
  readonly claims: boolean;
  readonly outlivesRun: boolean;
  readonly findings: readonly WriteBackFinding[];
  readonly alert: boolean;
  readonly judged: boolean;
}
