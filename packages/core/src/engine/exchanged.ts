import { TokenwardError } from "../errors/error.ts";
import { policyOf } from "./assess-grant.ts";
import { failedWith, type Outcome } from "./outcome.ts";
import type { Pass } from "./pass.ts";
import type { Found } from "./stored.ts";

/** The outcome of an exchange whose tokens are saved. */
export function exchangedOutcome(
  pass: Pass,
  delivered: { readonly grant: Found["grant"]; readonly changed: boolean },
  malformed: string | undefined,
  refreshedAt: Date,
): Outcome {
  const { plan, traits, context } = pass;
  const usable = delivered.grant.accessToken !== undefined;
  // An end that no exchange moves is worth a warning also right after one.
  const assessment = plan.refresher.assess(delivered.grant, context.clock.now(), policyOf(plan));
  const facts = { grant: delivered.grant, refreshedAt, assessment };
  if (malformed !== undefined) {
    const error = new TokenwardError("ERR_AUTH_ANSWER_MALFORMED", {
      grant: plan.id,
      platform: plan.refresher.platform,
      reason: malformed.replace(/\.$/, ""),
    });
    if (!usable) return failedWith(error, "client", facts);
    return { action: delivered.changed ? "rotated" : "refreshed", detail: error.message, error, ...facts };
  }
  const warning = assessment.alert === true ? ` But ${assessment.reason.replace(/\.$/, "")}.` : "";
  if (delivered.changed) {
    return { action: "rotated", detail: `The platform issued a new token, and it is saved.${warning}`, ...facts };
  }
  if (traits.rotation === "never") {
    return { action: "healthy", detail: `A new access token was minted: the grant works.${warning}`, ...facts };
  }
  return { action: "refreshed", detail: `Renewed and saved; the platform kept the same token.${warning}`, ...facts };
}
