import type { GrantPlan } from "../plan.ts";
import type { Snapshot, SpentToken } from "../state.ts";
import type { Found } from "./stored.ts";

/** Whether presenting a token again never does harm, so that nothing about it has to be settled first. */
export function reuseIsSafe({ refresher }: GrantPlan): boolean {
  return refresher.traits.reuse === "retry-safe";
}

/**
 * What about a grant is still under way, or was left open, and must be settled before its place is changed. `undefined`
 * where nothing is.
 */
export async function unsettled({
  plan,
  found,
  snapshot,
  isSpent,
  now,
}: {
  readonly plan: GrantPlan;
  readonly found: Found | undefined;
  readonly snapshot: Snapshot;
  readonly isSpent: (fingerprint: string) => Promise<SpentToken | undefined>;
  readonly now: Date;
}): Promise<string | undefined> {
  const { open, last } = snapshot;
  const safe = reuseIsSafe(plan);
  if (open?.answer !== undefined) return "an answer that waits in this machine's journal is not saved yet";
  if (open !== undefined && !safe)
    return `${open.intent.host} sent its token at ${time(open.intent.at)}, and no answer was kept`;
  if (found === undefined)
    return last === undefined ? undefined : "its place has lost it, and only this machine knows it";
  if (found.grant.unfinished === true) return "a save of it was interrupted half-way";
  const { claim } = found.grant;
  const about = claim?.version.fingerprint;
  const current = claim !== undefined && (about === undefined || about === found.fingerprint);
  if (current && (!safe || claim.deadline > now)) return `${claim.host} has claimed it since ${time(claim.at)}`;
  const spent = found.fingerprint === undefined ? undefined : await isSpent(found.fingerprint);
  if (spent !== undefined && !safe)
    return `an older copy of it came back, which ${spent.host} exchanged at ${time(spent.at)}`;
  return undefined;
}

function time(date: Date): string {
  return date.toISOString();
}
