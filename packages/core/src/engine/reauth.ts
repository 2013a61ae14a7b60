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

/**
 * An exchange would be next, but a machine cannot renew this grant. A token whose end nobody knows may live for weeks:
 * that is worth a look, and no verdict.
 */
export function unrenewable(plan: GrantPlan, grant: StoredGrant, assessment: Assessment): Outcome {
  if (assessment.verdict !== "unknown") return reauth(plan, assessment.reason, grant, assessment);
  return {
    action: "healthy",
    detail: sentence(assessment.reason),
    grant,
    assessment: { ...assessment, alert: true },
  };
}

/** A reason as a sentence of its own. */
export function sentence(fragment: string): string {
  const text = fragment.charAt(0).toUpperCase() + fragment.slice(1);
  return /[.!?]$/.test(text) ? text : `${text}.`;
}

/** Why a token that the platform called dead is not presented again. */
export function refusedBefore(plan: GrantPlan, { at, error }: RefusedToken): string {
  return `${plan.refresher.platform} refused its token at ${at.toISOString()} (${error ?? "no error code"})`;
}
