import type { AlertEdge } from "../notifier.ts";
import type { AlertState } from "../state.ts";
import { isAbove, isOutage } from "./finding.ts";

const hour = 3_600_000;

/** How long after its end an incident is remembered, and damps the next one of its kind. */
export const dampingWindow: number = 24 * hour;

/** Whether an incident is over, and everybody knows. */
export function isPast(state: AlertState): boolean {
  return state.resolvedAt !== undefined && state.told === undefined;
}

/** Whether an incident goes on. */
export function isOpen(state: AlertState): boolean {
  return state.resolvedAt === undefined;
}

/**
 * Whether an opening waits for a second sighting: what passes by itself and has just ended may be about to end again.
 * Never the first time, never what is critical or worse than before.
 *
 * @param kin an incident with the same cause that is over; humans were told of it as of this one's kind
 */
export function isDamped(state: AlertState, kin?: AlertState): boolean {
  const { condition, severity, sightings, openedAt } = state;
  if (!isOutage(condition) || severity === "critical" || sightings > 1) return false;
  const over = kin?.resolvedAt === undefined ? undefined : { at: kin.resolvedAt, severity: kin.severity };
  return [state.before, over].some(
    (before) =>
      before !== undefined &&
      openedAt.getTime() - before.at.getTime() < dampingWindow &&
      !isAbove(severity, before.severity),
  );
}

/**
 * What humans have to hear of an incident now, if anything.
 *
 * @param remindEvery milliseconds; `undefined`: never
 * @param kin as for {@link isDamped}
 */
export function edgeOf(
  state: AlertState,
  now: Date,
  remindEvery: number | undefined,
  kin?: AlertState,
): AlertEdge | undefined {
  const { told, severity } = state;
  if (!isOpen(state)) return told === undefined ? undefined : "resolved";
  if (told === undefined) return isDamped(state, kin) ? undefined : "opened";
  if (isAbove(severity, told.severity)) return "escalated";
  const due = remindEvery !== undefined && now.getTime() - told.at.getTime() >= remindEvery;
  return due ? "reminded" : undefined;
}
