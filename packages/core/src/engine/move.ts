import { TokenwardError } from "../errors/error.ts";
import type { GrantPlan } from "../plan.ts";
import type { RetirementStatus } from "../status.ts";
import type { EngineContext } from "./context.ts";
import { notRetired, retirementStatus } from "./retirement.ts";

/** A grant on its way from one place to another. */
export interface Move {
  readonly plan: GrantPlan;
  /** The same grant, kept in the other place. */
  readonly there: GrantPlan;
  readonly from: string;
  readonly to: string;
  readonly context: EngineContext;
}

/** The status of a move that nothing stood against. */
export function done(
  { plan, from, to }: Move,
  action: RetirementStatus["action"],
  detail: string,
  would?: RetirementStatus["would"],
): RetirementStatus {
  return retirementStatus(plan, action, detail, { from, to, ...(would === undefined ? {} : { would }) });
}

/** The status of one that something stood against. */
export function notMoved({ plan, from, to }: Move, reason: string, remedy: string): RetirementStatus {
  return notRetired(plan, new TokenwardError("ERR_AUTH_NOT_MOVED", { grant: plan.id, reason, remedy }), { from, to });
}
