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
