import { randomUUID } from "node:crypto";
import type { AlertCause, AlertState } from "../state.ts";
import type { Board } from "./board.ts";
import { isDamped, isOpen, isPast } from "./edge.ts";
import { highest, isAbove, isOutage } from "./finding.ts";
import { commandOfMany, summaryOfMany } from "./wording.ts";

const minute = 60_000;

// A service refreshes grants one by one: the first of an outage is told at once, and those that follow are one message.
const burst = 10 * minute;

/** Whether a state tells of others instead of a subject of its own. */
export function isGroup(state: AlertState): boolean {
  return (
    state.cause?.subject !== undefined && state.subject.startsWith(state.cause.subject) && state.group === undefined
  );
}

/**
 * Several incidents with one cause become one: what opens together is told together. An outage takes in whoever it
 * reaches later, too, because there is nothing to do for each of them; where a human must help grant by grant, every
 * latecomer is told.
 */
export function group(board: Board, installation: string, now: Date): void {
  leaveGroups(board);
  const free = board.states.filter((state) => isUntold(state) && state.cause !== undefined);
  for (const candidates of Map.groupBy(free, (state) => `${state.condition} ${state.cause?.key}`).values()) {
    const [first] = candidates as [AlertState];
    const cause = first.cause as AlertCause;
    const open = isOutage(first.condition) ? openGroup(board, first) : undefined;
    if (open !== undefined) join(board, candidates, open);
    else if (candidates.every((state) => isDamped(state, board.kin(state)))) continue;
    else if (candidates.length > 1 || followsAnother(board, first, now))
      form(board, candidates, cause, installation, now);
  }
  for (const state of board.states) if (isGroup(state)) update(board, state, now);
}

function isUntold(state: AlertState): boolean {
  return isOpen(state) && state.told === undefined && state.group === undefined && !isGroup(state);
}

// One whose group is gone, or that has become worse than what its group told of, speaks for itself.
function leaveGroups(board: Board): void {
  for (const state of board.states) {
    if (state.group === undefined || !isOpen(state)) continue;
    const told = board.get(state.group, state.condition);
    const gone = told === undefined || isPast(told);
    const worse = told !== undefined && !isOutage(state.condition) && isAbove(state.severity, told.severity);
    if (gone || worse) board.set({ ...state, group: undefined, incident: randomUUID() });
  }
}

function openGroup(board: Board, { condition, cause }: AlertState): AlertState | undefined {
  return board.states.find(
    (state) => isGroup(state) && isOpen(state) && state.condition === condition && state.cause?.key === cause?.key,
  );
}

function followsAnother(board: Board, { condition, cause, before }: AlertState, now: Date): boolean {
  if (!isOutage(condition) || before !== undefined) return false;
  return board.states.some(
    (state) =>
      !isGroup(state) &&
      isOpen(state) &&
      state.told !== undefined &&
      state.condition === condition &&
      state.cause?.key === cause?.key &&
      now.getTime() - state.openedAt.getTime() < burst,
  );
}

function join(board: Board, members: readonly AlertState[], { subject }: AlertState): void {
  for (const member of members) board.set({ ...member, group: subject });
}

function form(board: Board, members: readonly AlertState[], cause: AlertCause, installation: string, now: Date): void {
  const { condition, severity, code } = members[0] as AlertState;
  const subject = freeSubject(board, cause.subject, members[0] as AlertState);
  const formed: AlertState = {
    installation,
    subject,
    condition,
    severity: highest(severity, ...members.map((member) => member.severity)),
    incident: randomUUID(),
    openedAt: now,
    sightings: Math.max(...members.map(({ sightings }) => sightings)),
    summary: summaryOfMany(members.length, cause, condition),
    detail: "",
    command: commandOfMany(cause, condition),
    code,
    cause,
  };
  board.set(formed);
  join(board, members, formed);
}

// Two groups of one platform at a time have two causes, or are of two days.
function freeSubject(board: Board, base: string, { condition }: AlertState): string {
  for (let ordinal = 1; ; ordinal++) {
    const subject = ordinal === 1 ? base : `${base} ${ordinal}`;
    const known = board.get(subject, condition);
    if (known === undefined || isPast(known)) return subject;
  }
}

function update(board: Board, told: AlertState, now: Date): void {
  if (!isOpen(told)) return;
  const members = board.members(told);
  const [first] = members;
  if (first === undefined) {
    const worse = "None of its grants is left in it; one that became more urgent has an alert of its own.";
    const detail = isOutage(told.condition) ? "It is over for all of them." : worse;
    board.set({ ...told, detail, resolvedAt: now });
    return;
  }
  board.set({
    ...told,
    severity: isOutage(told.condition)
      ? highest(told.severity, ...members.map(({ severity }) => severity))
      : told.severity,
    summary: summaryOfMany(members.length, told.cause as AlertCause, told.condition),
    detail: first.detail.includes(first.subject)
      ? `Among them: ${first.detail}`
      : `Among them ${first.subject}: ${first.detail}`,
  });
}
