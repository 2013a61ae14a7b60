import type { Intent } from "../grant.ts";
import type { RefresherTraits } from "../refresher.ts";

/** Whether the platform forgives that the token of an unanswered intent is presented again now. */
export function forgivesReuse({ reuse }: Pick<RefresherTraits, "reuse">, intent: Intent, now: Date): boolean {
  if (reuse === "retry-safe") return true;
  if (reuse === "strict") return false;
  return now.getTime() - intent.at.getTime() < reuse.graceSeconds * 1000;
}
