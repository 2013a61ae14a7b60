import type { AlertCondition } from "../notifier.ts";
import type { AlertChange, AlertState } from "../state.ts";
import { isOpen, isPast } from "./edge.ts";

/** All alert states of an installation while it is decided what to tell, and how they were before. */
export class Board {
  readonly #before: ReadonlyMap<string, AlertState>;
  readonly #now: Map<string, AlertState>;

  constructor(states: readonly AlertState[]) {
    this.#before = new Map(states.map((state) => [keyOf(state.subject, state.condition), state]));
    this.#now = new Map(this.#before);
  }

  get states(): readonly AlertState[] {
    return [...this.#now.values()];
  }

  get(subject: string, condition: AlertCondition): AlertState | undefined {
    return this.#now.get(keyOf(subject, condition));
  }

  set(state: AlertState): void {
    this.#now.set(keyOf(state.subject, state.condition), state);
  }

  forget(state: AlertState): void {
    this.#now.delete(keyOf(state.subject, state.condition));
  }

  /** The grants that a group tells of and that still have it, sorted. */
  members({ subject, condition }: AlertState): readonly AlertState[] {
    return this.states
      .filter((state) => state.group === subject && state.condition === condition && isOpen(state))
      .sort((left, right) => (left.subject < right.subject ? -1 : 1));
  }

  /** The group with the same cause that is over, where there was one lately. */
  kin({ subject, condition, cause }: AlertState): AlertState | undefined {
    if (cause === undefined) return undefined;
    const group = this.get(cause.subject, condition);
    return group !== undefined && group.subject !== subject && isPast(group) && group.cause?.key === cause.key
      ? group
      : undefined;
  }

  get changes(): readonly AlertChange[] {
    const keys = new Set([...this.#before.keys(), ...this.#now.keys()]);
    return [...keys]
      .map((key): AlertChange => ({ expected: this.#before.get(key), next: this.#now.get(key) }))
      .filter(({ expected, next }) => expected !== next);
  }
}

function keyOf(subject: string, condition: AlertCondition): string {
  return `${condition} ${subject}`;
}
