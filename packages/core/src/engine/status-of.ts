import { decayOf } from "../assess.ts";
import { TokenwardError } from "../errors/error.ts";
import { severityOf } from "../failure.ts";
import type { Severity } from "../severity.ts";
import type { GrantPlan } from "../plan.ts";
import { redact } from "../redactor.ts";
import { missingScopes } from "../scopes.ts";
import type { RefreshStatus } from "../status.ts";
import type { Outcome } from "./outcome.ts";
import { day, severityBefore } from "./ends.ts";
import { isRefreshable } from "./refreshable.ts";

const defaultDecay = { warn: 60, page: 75, critical: 85 };

/** The status of an outcome. A failure near the end of a grant's life is louder than the same failure early on. */
export function statusOf(plan: GrantPlan, outcome: Outcome, now: Date): RefreshStatus {
  const { refresher } = plan;
  const { grant, assessment } = outcome;
  const failed = outcome.class !== undefined && outcome.action !== "skipped";
  const decay = decayIn(plan, outcome, now);
  const severity = failed
    ? louder(failureSeverity(plan, outcome, now), decay?.severity)
    : assessment?.alert === true
      ? severityBefore(assessment.reauthBy, now)
      : undefined;
  const death = failed && decay !== undefined ? ` Unused, its refresh token dies on ${day(decay.diesAt)}.` : "";
  return {
    platform: refresher.platform === plan.id.split("/")[0] ? refresher.platform : (plan.id.split("/")[0] as string),
    account: plan.id.split("/")[1],
    action: nearsConsent(outcome) ? "reauth-required" : outcome.action,
    expiresAt: grant?.accessTokenExpiresAt,
    reauthBy: assessment?.reauthBy ?? grant?.refreshTokenExpiresAt ?? decay?.diesAt,
    decaysAt: decay?.diesAt,
    refreshable: isRefreshable(refresher, grant, assessment),
    alert: failed || assessment?.alert === true,
    severity,
    code: outcome.error?.code,
    detail: redact(outcome.detail + death),
    refreshedAt: outcome.refreshedAt ?? grant?.lastUsedAt,
    judged: outcome.judged ?? true,
  };
}

/** How loud a failure is by itself, and by how little of the grant's life is left. */
export function failureSeverity(plan: GrantPlan, outcome: Outcome, now: Date): Severity | undefined {
  const early = outcome.severity ?? (outcome.class === undefined ? undefined : severityOf[outcome.class]);
  return louder(early, late(plan, outcome, now));
}

/** How far the grant of an outcome is on its way to dying from not being used to refresh. */
export function decayIn(plan: GrantPlan, { grant }: Outcome, now: Date): ReturnType<typeof decayOf> {
  return grant === undefined ? undefined : decayOf(grant, plan.refresher.traits, plan.decay ?? defaultDecay, now);
}

/**
 * The token still works, but its end is near and no machine can move it. The specification calls that by its remedy; how
 * urgent it is, the severity says.
 */
function nearsConsent({ action, assessment }: Outcome): boolean {
  if (action !== "healthy" || assessment?.alert !== true) return false;
  return assessment.refreshable === false && assessment.reauthBy !== undefined;
}

/**
 * Step 11, after the save, so that drift never costs the rotated token. The token is served and the alert raised,
 * unless the configuration refuses it.
 */
export function checkScopes(plan: GrantPlan, outcome: Outcome, status: RefreshStatus): RefreshStatus {
  const required = plan.requiredScopes ?? plan.refresher.requiredScopes ?? [];
  const fresh = outcome.class === undefined && outcome.grant !== undefined;
  const missing = fresh ? missingScopes(required, outcome.grant?.scopes, plan.refresher.scopeAliases ?? {}) : [];
  if (missing.length === 0) return status;
  const error = new TokenwardError("ERR_AUTH_SCOPE_DRIFT", {
    grant: plan.id,
    missing: missing.join(", "),
    who: `Whoever owns the ${plan.refresher.platform} account`,
  });
  const refused = plan.onScopeDrift === "refuse" ? " Its token is not handed out (on_scope_drift: refuse)." : "";
  return {
    ...status,
    alert: true,
    severity: louder(status.severity, "page"),
    code: error.code,
    detail: redact(`${error.message} ${error.fix}${refused}`),
  };
}

const order: readonly (Severity | undefined)[] = [undefined, "warn", "page", "critical"];

function louder(left: Severity | undefined, right: Severity | undefined): Severity | undefined {
  return order.indexOf(left) >= order.indexOf(right) ? left : right;
}

// A passing failure becomes a page when less than a fifth of the life is left: then few further tries remain.
function late(plan: GrantPlan, outcome: Outcome, now: Date): Severity | undefined {
  if (outcome.class !== "transient" && outcome.class !== "throttled") return undefined;
  const grant = outcome.grant;
  const end = (
    plan.refresher.traits.presents === "access-token" ? grant?.accessTokenExpiresAt : grant?.refreshTokenExpiresAt
  )?.getTime();
  const start = (grant?.rotatedAt ?? grant?.consentedAt)?.getTime();
  if (end === undefined || start === undefined || end <= start) return undefined;
  return (end - now.getTime()) / (end - start) < 0.2 ? "page" : undefined;
}
