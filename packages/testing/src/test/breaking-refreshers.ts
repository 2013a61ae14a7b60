import type { Exchanged, Grant, Refresher, Refused } from "@tokenward/core/plugin";
import type { RefresherSubject } from "../refresher/subject.ts";
import { soundRefresher, subjectOf, type SoundKind } from "./sound-refresher.ts";

/** A refresher with one defect, and the one case that is meant to find it. */
export interface BrokenRefresher {
  readonly defect: string;
  readonly caughtBy: string;
  /** Part of the message with which it is found. */
  readonly saying: RegExp;
  readonly subject: RefresherSubject;
}

export type Reading = Exchanged | Refused;

/** Puts something else in place of some members of a sound refresher. */
export function broken(
  kind: SoundKind,
  defect: string,
  caughtBy: string,
  saying: RegExp,
  change: (base: Refresher) => Partial<Refresher>,
): BrokenRefresher {
  const create = (): Refresher => {
    const base = soundRefresher(kind);
    return { ...base, ...change(base) };
  };
  return { defect, caughtBy, saying, subject: subjectOf(kind, create) };
}

/** Lets something else be read from an answer than what the sound refresher reads. */
export function reading(
  change: (read: Reading, answer: { readonly status: number; readonly text: string }, grant: Grant) => Reading,
): (base: Refresher) => Partial<Refresher> {
  return (base) => ({
    interpret: (answer, grant, now) =>
      change(
        base.interpret?.(answer, grant, now) as Reading,
        { status: answer.status, text: Buffer.from(answer.body).toString("utf8") },
        grant,
      ),
  });
}
