import { randomUUID } from "node:crypto";
import type { Alert, AlertEdge } from "../notifier.ts";
import type { AlertChange, AlertState, OutboxEntry } from "../state.ts";
import { Board } from "./board.ts";
import { dampingWindow, edgeOf, isPast } from "./edge.ts";
import { isAbove } from "./finding.ts";
import { group } from "./group.ts";
import type { TellingPolicy } from "./policy.ts";
import { quietUntil } from "./quiet-hours.ts";
import { routeOf } from "./routes.ts";

/** What is to be told, and how the states are once it is queued. */
export interface Telling {
  readonly changes: readonly AlertChange[];
  readonly entries: readonly OutboxEntry[];
}

/**
 * Decides from all alert states what humans hear now: one message per upward edge, slow reminders, one recovery; several
 * incidents with one cause as one. Nothing is read or written here, so that the decision can be made again.
 *
 * @param patient whether a message may wait for the end of the quiet hours: only where the outbox outlives this run
 */
export function tell(states: readonly AlertState[], policy: TellingPolicy, now: Date, patient: boolean): Telling {
  const board = new Board(states);
  for (const state of states) if (isForgettable(state, now)) board.forget(state);
  // Without anybody to tell, incidents stay untold: whoever is configured later hears of what is still open.
  if (policy.notifiers.length === 0) return { changes: board.changes, entries: [] };
  group(board, policy.installation, now);
  const entries: OutboxEntry[] = [];
  for (const state of [...board.states].sort(worstFirst)) {
    if (state.group !== undefined) continue;
    const edge = edgeOf(state, now, policy.remindEvery, board.kin(state));
    if (edge === undefined) continue;
    const names = notifiersOf(state, edge, policy);
    if (names === undefined) continue;
    const by = [...new Set([...(state.told?.by ?? []), ...names])];
    const over = edge === "resolved";
    board.set({ ...state, told: over ? undefined : { severity: state.severity, at: now, by } });
    const alert = alertOf(board, state, edge, now);
    const notBefore = (patient && state.severity === "warn" && quietEnd(policy, now)) || now;
    for (const notifier of names) {
      const id = `${alert.id}:${notifier}`;
      const { installation } = policy;
      entries.push({ id, installation, notifier, alert, recipients: names, attempts: 0, notBefore });
    }
  }
  return { changes: board.changes, entries };
}

function worstFirst(left: AlertState, right: AlertState): number {
  if (left.severity !== right.severity) return isAbove(left.severity, right.severity) ? -1 : 1;
  return left.subject < right.subject ? -1 : 1;
}

function quietEnd({ quietHours }: TellingPolicy, now: Date): Date | undefined {
  return quietHours === undefined ? undefined : quietUntil(now, quietHours);
}

/** Who hears of an edge; `undefined` where there is nobody who could, so that it waits. */
function notifiersOf(state: AlertState, edge: AlertEdge, policy: TellingPolicy): readonly string[] | undefined {
  const { notifiers, routes } = policy;
  if (edge === "resolved") {
    // The end is told to all who heard of the beginning; where none of them is left, to whom the beginning would go now.
    const heard = notifiers.filter((name) => state.told?.by.includes(name) === true);
    return heard.length > 0 ? heard : routeOf(state.severity, routes, notifiers);
  }
  // A notifier that fails cannot say so itself. The others do, whatever they are for otherwise.
  const others = notifiers.filter((name) => state.subject !== `notifier ${name}`);
  if (others.length === 0) return undefined;
  const routed = routeOf(state.severity, routes, others);
  return routed.length === 0 && state.condition === "notifier-failing" ? others : routed;
}

function alertOf(board: Board, state: AlertState, edge: AlertEdge, now: Date): Alert {
  const { incident, severity, subject, condition, summary, detail, command, code, openedAt } = state;
  const members = board.members(state).map((member) => ({ subject: member.subject, command: member.command }));
  return {
    id: randomUUID(),
    incident,
    edge,
    severity,
    subject,
    condition,
    summary,
    detail,
    command,
    code,
    openedAt,
    at: now,
    ...(members.length === 0 ? {} : { members }),
  };
}

// Long over: it damps nothing any more.
function isForgettable(state: AlertState, now: Date): boolean {
  return isPast(state) && state.resolvedAt !== undefined && now.getTime() - state.resolvedAt.getTime() >= dampingWindow;
}
