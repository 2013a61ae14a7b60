import type { Severity } from "./severity.ts";

/** Why something did not work, by what has to be done about it. */
export type FailureClass =
  /** A human must consent again. */
  | "reauth"
  /** A human must fix the configuration; the token may be fine. */
  | "client"
  /** The granted scopes lack required ones. */
  | "scopes"
  /** The platform had a problem; later it may work. */
  | "transient"
  /** The platform asked for patience. */
  | "throttled"
  /** A request was sent and no usable answer came. */
  | "in-doubt"
  /** The write-back refused, before or after the exchange. */
  | "write-back"
  /** Somebody else holds the lease. */
  | "lease"
  /** Not tried, because its outcome could not have been kept. */
  | "refused"
  /** The token is too young to be exchanged. */
  | "too-early"
  /** Just minted, and not known everywhere on the platform yet. */
  | "propagating";

/** Whether a class asks for a human at once, and how loudly. */
export const severityOf: Readonly<Record<FailureClass, Severity | undefined>> = {
  reauth: "critical",
  client: "page",
  scopes: "page",
  transient: "warn",
  throttled: "warn",
  "in-doubt": "page",
  "write-back": "page",
  lease: "warn",
  refused: "page",
  "too-early": undefined,
  propagating: undefined,
};
