/** What can go wrong with a place where grants are kept. The names are GitLab's answers 401, 403, 404, 409, 429 and 5xx, and what has no status. */
export const faults = [
  "unauthorized",
  "forbidden",
  "not-found",
  "conflict",
  "throttled",
  "unavailable",
  "timeout",
  "reset",
  "read-only",
  "quota",
  "value-rejected",
] as const;

/** One of {@link faults}. */
export type Fault = (typeof faults)[number];

/** One running place where grants can be kept, with faults on request. */
export interface Backend {
  readonly name: "gitlab" | "aws" | "gcp" | "sops";
  /** What goes under `auth.writeback` in a configuration file; secrets as `${NAME}`. */
  readonly writeback: Readonly<Record<string, unknown>>;
  /** What a process needs in its environment to reach it. */
  readonly env: Readonly<Record<string, string>>;
  /**
   * From now on every call fails like that (`all`), or only those that would change a stored token (`save`), until
   * {@link Backend.heal}. Where a backend knows no such failure it does the nearest real thing; see
   * {@link Backend.faultNote}.
   */
  fail(fault: Fault, during: "all" | "save"): Promise<void>;
  heal(): Promise<void>;
  /** What a fault means here, where that is not obvious. */
  faultNote(fault: Fault): string | undefined;
  /** The refresh token that a plain reader of this place would get now, without any code of Tokenward. */
  refreshToken(grant: string): Promise<string | undefined>;
  /** Puts a first refresh token there as a human would. Absent: it comes from the environment, or by import. */
  seed?(grant: string, refreshToken: string): Promise<void>;
  close(): Promise<void>;
}
