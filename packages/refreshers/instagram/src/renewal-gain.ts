import type { Exchanged, Grant } from "@tokenward/core/plugin";

const name = "renewal_moved_end";
// Answers state whole seconds, and clocks of platform and machine differ.
const toleranceMs = 3_600_000;

/**
 * Notes whether a renewal moved the token's end. Meta promises that for Instagram Login only; an end that stands still
 * is one that only a human can move.
 */
export function withGain(read: Exchanged, grant: Grant, now: Date): Exchanged {
  const before = grant.accessTokenExpiresAt?.getTime();
  const after = read.accessTokenExpiresAt?.getTime();
  if (before === undefined || after === undefined) return read;
  const moved = after - before > toleranceMs;
  // Two renewals right after another differ by nothing, and prove nothing.
  const old = grant.rotatedAt !== undefined && now.getTime() - grant.rotatedAt.getTime() > 2 * toleranceMs;
  if (!moved && !old) return read;
  return { ...read, attributes: { ...read.attributes, [name]: moved ? "yes" : "no" } };
}

/** Whether the last renewal that could tell left the end where it was. */
export function endStands(grant: Grant): boolean {
  return grant.attributes?.[name] === "no";
}
