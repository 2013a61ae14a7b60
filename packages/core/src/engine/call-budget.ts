import { messageOf, TokenwardError } from "../errors/error.ts";
import type { Refused } from "../refresher.ts";
import { interrupted, type Attempt } from "./attempt.ts";
import { longestWait } from "./backoff.ts";
import { withDeadline } from "./deadline.ts";
import { failedWith, refusalError, type Outcome } from "./outcome.ts";
import type { Pass } from "./pass.ts";
import type { Found } from "./stored.ts";

/** Beyond the bound it was given, a bucket gets this many milliseconds to say no. */
const grace = 5_000;

/** What a platform counts calls by: a client at one endpoint. */
export function budgetKey(pass: Pick<Pass, "plan">, endpoint: string): string {
  const { client } = pass.plan;
  return client.id === "" ? endpoint : `${endpoint} ${client.id}`;
}

/**
 * Takes one call from the configured rate bucket. Resolves to an outcome where there is no room within a minute;
 * nothing was sent then. A bucket that fails is only noted: it exists to be polite, and no grant may die of it.
 */
export async function takeCall(pass: Pass, key: string, found: Found): Promise<Outcome | undefined> {
  const { rateBucket, signal } = pass.context;
  if (rateBucket === undefined) return undefined;
  try {
    const room = rateBucket.take(key, { waitAtMost: longestWait, signal });
    await withDeadline(room, longestWait + grace, "it did not answer");
    return undefined;
  } catch (thrown) {
    if (signal.aborted) return interrupted(pass, found);
    if (TokenwardError.is(thrown) && thrown.class === "throttled") {
      const reading: Refused = {
        kind: "refused",
        class: "throttled",
        detail: "its rate bucket has no room for a call",
      };
      return failedWith(refusalError(pass.plan, reading), "throttled", { grant: found.grant });
    }
    noteFailure(pass, thrown);
    return undefined;
  }
}

/** Tells the rate bucket what an answer said about the calls that are left, and until when there are none. */
export async function reportCall(
  pass: Pass,
  key: string,
  { left, notBefore }: Pick<Attempt, "left" | "notBefore">,
): Promise<void> {
  const { rateBucket } = pass.context;
  if (rateBucket === undefined) return;
  try {
    if (left !== undefined) await rateBucket.observe(key, left);
    if (notBefore !== undefined) await rateBucket.penalize(key, notBefore);
  } catch (thrown) {
    noteFailure(pass, thrown);
  }
}

function noteFailure({ plan, context }: Pass, thrown: unknown): void {
  context.note(`${plan.id}: the rate bucket failed (${messageOf(thrown)}); the refresh goes on without it.`);
}
