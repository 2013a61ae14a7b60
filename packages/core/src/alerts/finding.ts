import type { ErrorCode } from "../errors/catalogue.ts";
import type { AlertCondition } from "../notifier.ts";
import type { Severity } from "../severity.ts";
import type { AlertCause } from "../state.ts";

/** Something is the matter. */
export interface Trouble {
  readonly kind: "trouble";
  /** Grant, `write-back gitlab`, `notifier webhook`, or `installation`. */
  readonly subject: string;
  readonly condition: AlertCondition;
  readonly severity: Severity;
  /** A few words without the command; see `Alert.summary`. */
  readonly summary: string;
  readonly detail: string;
  readonly command?: string | undefined;
  readonly code?: ErrorCode | undefined;
  readonly cause?: AlertCause | undefined;
}

/** Nothing is the matter, as far as one condition is concerned. What was not looked at gives no finding at all. */
export interface AllClear {
  readonly kind: "clear";
  readonly subject: string;
  /** Absent: all of the subject's. */
  readonly condition?: AlertCondition | undefined;
  /**
   * When the last thing happened that proves it, such as a refresh; a proof from before the incident is none. Absent:
   * it only looks well, and a second look has to agree.
   */
  readonly provenAt?: Date | undefined;
  readonly detail: string;
}

/** What a run found out about one condition of one subject. */
export type Finding = Trouble | AllClear;

/** Conditions that pass by themselves, and that many grants share when a platform or a store is down. */
export function isOutage(condition: AlertCondition): boolean {
  return condition === "refresh-failed" || condition === "write-back-failed";
}

const rank: Readonly<Record<Severity, number>> = { warn: 1, page: 2, critical: 3 };

/** Whether one severity is above another. */
export function isAbove(left: Severity, right: Severity): boolean {
  return rank[left] > rank[right];
}

/** The highest of them. */
export function highest(first: Severity, ...others: readonly (Severity | undefined)[]): Severity {
  let found = first;
  for (const other of others) if (other !== undefined && isAbove(other, found)) found = other;
  return found;
}
