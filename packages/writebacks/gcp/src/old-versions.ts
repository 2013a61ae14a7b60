import { messageOf, TokenwardError } from "@tokenward/core/plugin";
import type { Caller, SecretsApi } from "./secrets-api.ts";

/** What is done with a version that was replaced. */
export type Closing = "destroy" | "disable";

/** Which versions: those behind `after` and in front of `before`. */
export interface Range {
  readonly after: number;
  readonly before: number;
  /** The version that was the newest until now. Who reads through `latest` may still be sent to it for a while. */
  readonly except?: number | undefined;
}

// So many at once: a save should not wait long for its housekeeping.
const atOnce = 10;

/**
 * Disables or destroys a few of the versions that nobody needs any more. Never fails: what cannot be done now is noted,
 * and done after a later save.
 *
 * @returns the number up to which it is done
 */
export async function sweep(api: SecretsApi, id: string, range: Range, how: Closing, caller: Caller): Promise<number> {
  const numbers = numbersIn(range);
  try {
    await Promise.all(
      numbers.filter((one) => one !== range.except).map(async (one) => await api.close(id, one, how, caller)),
    );
  } catch (thrown) {
    const reason = TokenwardError.is(thrown) ? String(thrown.facts["reason"]) : messageOf(thrown);
    caller.io.note(`Old versions of the secret ${id} stay for now: ${reason}.`);
    return range.after;
  }
  // What was left out is still to be done once it is out of use.
  const next = numbers.find((one) => one === range.except);
  return next === undefined ? (numbers.at(-1) ?? range.after) : next - 1;
}

/**
 * Destroys all versions of a range.
 *
 * @param done told the number up to which it is done, also before a failure
 * @throws the caller's code where one cannot be destroyed
 */
export async function destroyAll(
  api: SecretsApi,
  id: string,
  range: Range,
  done: (number: number) => void,
  caller: Caller,
): Promise<void> {
  for (let after = range.after; ;) {
    const numbers = numbersIn({ after, before: range.before });
    const last = numbers.at(-1);
    if (last === undefined) return;
    await Promise.all(numbers.map(async (one) => await api.close(id, one, "destroy", caller)));
    after = last;
    done(last);
  }
}

function numbersIn({ after, before }: Range): readonly number[] {
  return Array.from({ length: Math.max(0, Math.min(atOnce, before - 1 - after)) }, (_, index) => after + 1 + index);
}
