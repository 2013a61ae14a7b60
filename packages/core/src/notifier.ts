import type { PluginIO } from "./plugin-io.ts";
import type { Severity } from "./severity.ts";

/** One thing that a human should know. */
export interface Alert {
  /** The same for every repetition of this message; for `webhook-id`, Message-ID and their like. */
  readonly id: string;
  /** The same for all messages of one incident; for `dedup_key` and mail threads. */
  readonly incident: string;
  readonly edge: "opened" | "escalated" | "reminded" | "resolved";
  readonly severity: Severity;
  /** Grant, location, write-back or installation. */
  readonly subject: string;
  readonly condition: string;
  /** One sentence: what is the matter, in the words of `auth refresh`. */
  readonly summary: string;
  /** The command that fixes it, where there is one. */
  readonly command?: string | undefined;
  readonly code?: string | undefined;
  readonly at: Date;
  /** Several subjects with one cause. */
  readonly subjects?: readonly string[] | undefined;
}

/** Tells humans. */
export interface Notifier {
  /** Resolves when the alert was accepted. Its address is itself a secret and appears in no error. */
  notify(alert: Alert, io: PluginIO): Promise<void>;
}
