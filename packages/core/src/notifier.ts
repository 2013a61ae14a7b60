import type { ErrorCode } from "./errors/catalogue.ts";
import type { PluginIO } from "./plugin-io.ts";
import type { Severity } from "./severity.ts";

/** What can be the matter with a grant, a location, a write-back, a notifier, or the installation. */
export type AlertCondition =
  /** The platform could not be reached, refused for now, or rejected the client. */
  | "refresh-failed"
  /** The place where the grant is kept could not be read, or would not take a token. */
  | "write-back-failed"
  /** A request was sent and nobody knows what became of it. */
  | "in-doubt"
  /** Another machine presents the same token. */
  | "cloned-grant"
  /** The granted scopes lack required ones. */
  | "scope-drift"
  /** Only a human can renew it, and should soon, or must now. */
  | "reauth-due"
  /** Its refresh token is dying from not being used to refresh. */
  | "decay"
  /** Its refresh token has an end that no exchange moves, and that is near. */
  | "refresh-token-ends"
  /** Nobody knows when its token ends. */
  | "expiry-unknown"
  /** The credential with which a write-back is reached ends soon. */
  | "credential-expiry"
  /** A notifier did not deliver. */
  | "notifier-failing"
  /** What this machine remembered is gone, or cannot be read. */
  | "state-lost"
  /** Nothing is the matter: a human asked for a message, to see that it arrives. */
  | "test";

/** What happened to an incident. Per incident: one opening, at most one escalation to each severity, one recovery. */
export type AlertEdge = "opened" | "escalated" | "reminded" | "resolved";

/** One of several subjects with one cause. */
export interface AlertMember {
  /** Grant. */
  readonly subject: string;
  /** The command that fixes it for this one. */
  readonly command?: string | undefined;
}

/** One message for a human. Nothing in it is a secret. */
export interface Alert {
  /** The same for every repetition of this message; for `webhook-id`, Message-ID and their like. Has no `.` in it. */
  readonly id: string;
  /** The same for all messages of one incident; for mail threads. */
  readonly incident: string;
  readonly edge: AlertEdge;
  /** The highest that the incident has reached. */
  readonly severity: Severity;
  /**
   * Who it is about: a grant (`linkedin/acme`), `platform tiktok` for several of its grants at once, `write-back gitlab`,
   * `notifier webhook`, or `installation`. With the condition it is the same in every run, also where nothing is
   * remembered between runs: for `dedup_key`.
   */
  readonly subject: string;
  readonly condition: AlertCondition;
  /** A few words without a full stop and without the command: `LinkedIn (acme) token expires in 9 days`. */
  readonly summary: string;
  /** One to three sentences, in the words of `auth refresh`. */
  readonly detail: string;
  /** The command that fixes it, where there is one. */
  readonly command?: string | undefined;
  readonly code?: ErrorCode | undefined;
  /** When the incident began. */
  readonly openedAt: Date;
  /** When this edge was seen. */
  readonly at: Date;
  /** Several grants with one cause, sorted. Can be a thousand: show the first few and how many there are. */
  readonly members?: readonly AlertMember[] | undefined;
}

/**
 * Tells humans.
 *
 * One call is one attempt: repeating it, in this run and in later ones, is the engine's. The message of an alert that is
 * offered again has the same id.
 */
export interface Notifier {
  /**
   * Resolves when the receiver accepted the alert. Its address is itself a secret and appears in no error.
   *
   * @throws `ERR_NOTIFIER_REFUSED` where only a human can help, `ERR_NOTIFIER_THROTTLED` with the time to come back,
   *   `ERR_NOTIFIER_UNAVAILABLE` where trying again may help. Anything else counts as the latter.
   */
  notify(alert: Alert, io: PluginIO): Promise<void>;
}
