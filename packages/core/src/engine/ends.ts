import { daysUntil } from "../assess.ts";
import type { Severity } from "../severity.ts";

/** Days before an end at which a reminder becomes urgent: one weekend away from it. */
const pageDays = 3;

/** How urgent an end is that only a human can move, once it is near enough to be told of at all. */
export function severityBefore(end: Date | undefined, now: Date): Severity {
  return end !== undefined && daysUntil(end, now) <= pageDays ? "page" : "warn";
}

/** `today`, `in 1 day`, `in 9 days`. */
export function daysInWords(end: Date, now: Date): string {
  const days = daysUntil(end, now);
  return days < 1 ? "today" : `in ${days} day${days === 1 ? "" : "s"}`;
}

/** `2026-12-24`. */
export function day(date: Date): string {
  return date.toISOString().slice(0, 10);
}
