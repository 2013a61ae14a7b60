import type { StoredGrant } from "../grant.ts";
import type { GrantPlan } from "../plan.ts";
import type { RefresherTraits } from "../refresher.ts";
import type { Held, Snapshot } from "../state.ts";
import type { EngineContext } from "./context.ts";
import type { Found } from "./stored.ts";

/** What a human asked for beyond an ordinary run. */
export interface Wish {
  /** Present a token in doubt, or one that the platform called dead, once more. */
  readonly retryOnce?: boolean | undefined;
  /** Deliver what is journaled, and exchange nothing. */
  readonly recoverOnly?: boolean | undefined;
}

/** One pass of one grant through the refresh path, while its lease is held. */
export interface Pass {
  readonly plan: GrantPlan;
  readonly context: EngineContext;
  readonly traits: RefresherTraits;
  readonly target: string;
  readonly held: Held;
  /** For the events of the steps. */
  readonly subject: { readonly grant: string; readonly target: string };
  readonly wish: Wish;
}

/** Presentations of the stored token whose outcome nobody knows. */
export interface Doubt {
  /** How many there were. */
  readonly times: number;
  /** The first of them: what a platform forgives for a while, it forgives from here on. */
  readonly at: Date;
  /** Since when they are known to be in doubt. */
  readonly since: Date;
  /** The intent of the latest, whose claim may still stand beside the grant. */
  readonly intent: string;
}

/** Where a pass stands between two steps: what is stored, what the state knows, and how that came about. */
export interface Standing {
  readonly found: Found | undefined;
  readonly snapshot: Snapshot;
  /** Somebody else's newer grant, or one that was put back: no exchange in this run. */
  readonly adopted: string | undefined;
  /** What came before, where presenting a token in doubt again is safe or a human wants it. */
  readonly doubt: Doubt | undefined;
}

/** The next generation: above everything that is known, so that no save ever repeats an old number. */
export function nextGeneration(found: Found | undefined, last: StoredGrant | undefined): number {
  return Math.max(found?.version.generation ?? 0, last?.generation ?? 0) + 1;
}

/** Whether the presented token may be single-use: then its successor is journaled, probed for, and saved before use. */
export function rotates(traits: RefresherTraits): boolean {
  return traits.rotation !== "never";
}
