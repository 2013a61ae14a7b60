import { TokenwardError } from "../errors/error.ts";
import type { StoredGrant } from "../grant.ts";
import type { GrantPlan } from "../plan.ts";
import type { Assessment } from "../refresher.ts";
import type { RefusedToken } from "../state.ts";
import { failedWith, type Outcome } from "./outcome.ts";

/** Only a human can help; a run and a dry run say so in the same words. */
export function reauth(plan: GrantPlan, reason: string, grant: StoredGrant, assessment: Assessment): Outcome {
  const error = new TokenwardError("ERR_AUTH_REAUTH_REQUIRED", { grant: plan.id, reason }, { class: "reauth" });
  return failedWith(error, "reauth", { grant, assessment });
}

/** Why a token that the platform called dead is not presented again. */
export function refusedBefore(plan: GrantPlan, { at, error }: RefusedToken): string {
  return `${plan.refresher.platform} refused its token at ${at.toISOString()} (${error ?? "no error code"})`;
}
