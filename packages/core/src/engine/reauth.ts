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
 * a human is told, and no verdict is passed.
 *
 * @param asks whether a run is still going to ask the platform, which may settle it
 */
export function unrenewable(plan: GrantPlan, grant: StoredGrant, assessment: Assessment, asks: boolean): Outcome {
  if (assessment.verdict !== "unknown") return reauth(plan, assessment.reason, grant, assessment);
  const alert = !asks || assessment.alert === true;
  const inVain = !asks && assessment.verify === true ? " This run could not find out." : "";
  const detail = `${sentence(assessment.reason)}${inVain}`;
  return { action: "healthy", detail, grant, assessment: { ...assessment, alert } };
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
