import type { Secret } from "@tokenward/core/plugin";

/** A CI/CD variable as GitLab's API gives it back (entity `Ci::Variable`), with its value wrapped. */
export interface Variable {
  readonly key: string;
  /** Absent where it is hidden: GitLab never shows it again. */
  readonly value: Secret | undefined;
  readonly hidden: boolean;
  readonly masked: boolean;
  /** `false`: jobs expand `$` in the value. */
  readonly raw: boolean;
  readonly protected: boolean;
}

/**
 * The longest value that a job can be started with: Linux takes 128 KiB for one environment variable, its name and a
 * `=` included (`MAX_ARG_STRLEN`; GitLab itself stores more).
 */
export const mostBytes = 131_072;

/**
 * What GitLab accepts as the value of a masked variable (GitLab's model `Ci::Maskable`, read 2026-11-22): expanded ones
 * only these characters, raw ones everything but white space; both at least eight.
 */
export function canBeMasked(value: string, raw: boolean): boolean {
  return raw ? /^\S{8,}$/u.test(value) : /^[a-zA-Z0-9_+=/@:.~-]{8,}$/.test(value);
}
