import type { AllClear, Finding, Trouble } from "../alerts/finding.ts";
import type { AlertCondition } from "../notifier.ts";
import type { GrantPlan } from "../plan.ts";
import type { RefreshStatus } from "../status.ts";
import { causeOf } from "./cause.ts";
import { day, severityBefore } from "./ends.ts";
import { labelOf } from "./label.ts";
import type { Outcome } from "./outcome.ts";
import { decayIn, failureSeverity } from "./status-of.ts";
import { summaryOf, endSummary } from "./summary.ts";

/** Conditions that one outcome can only have one of; a refresh that works ends all of them. */
const failures = ["refresh-failed", "write-back-failed", "in-doubt", "cloned-grant"] as const;
/** Conditions that stored facts alone decide about. */
const ends = ["reauth-due", "refresh-token-ends", "expiry-unknown"] as const;

/**
 * What an outcome says about each condition of a grant. What it says nothing about is not among them: a refresh that
 * failed before the platform was asked proves nothing about scopes.
 */
export function findingsOf(plan: GrantPlan, outcome: Outcome, status: RefreshStatus, now: Date): readonly Finding[] {
  const failed = outcome.class !== undefined && outcome.action !== "skipped";
  if (failed && isStateFailure(outcome)) return [stateUnusable(outcome, status)];
  const found = [...(failed ? failureFindings(plan, outcome, status, now) : calmFindings(plan, outcome, status, now))];
  if (status.code === "ERR_AUTH_SCOPE_DRIFT") found.push(scopeDrift(plan, status));
  else if (outcome.class === undefined && outcome.grant !== undefined)
    found.push(clear(plan, "scope-drift", now, status));
  return outcome.memoryLost === true ? [...found, memoryLost(plan)] : found;
}

/** That a human consented anew, or took the grant out of use: whatever was the matter is over. */
export function allClear(plan: GrantPlan, detail: string, now: Date): AllClear {
  return { kind: "clear", subject: plan.id, provenAt: now, detail };
}

/** Which condition a failure is. */
export function conditionOf({ class: failure, error }: Outcome): AlertCondition {
  if (error?.code === "ERR_AUTH_CLAIMED" || error?.code === "ERR_AUTH_REPLAYED") return "cloned-grant";
  if (failure === "reauth") return "reauth-due";
  if (failure === "in-doubt") return "in-doubt";
  if (failure === "scopes") return "scope-drift";
  if (failure === "write-back" || error?.code.startsWith("ERR_WRITEBACK_") === true) return "write-back-failed";
  return "refresh-failed";
}

function failureFindings(plan: GrantPlan, outcome: Outcome, status: RefreshStatus, now: Date): readonly Finding[] {
  const condition = conditionOf(outcome);
  const decay = decayIn(plan, outcome, now);
  const trouble: Trouble = {
    kind: "trouble",
    subject: plan.id,
    condition,
    severity: failureSeverity(plan, outcome, now) ?? "page",
    summary: summaryOf(plan, condition, outcome),
    detail: status.detail,
    command: commandIn(outcome.error?.fix),
    code: outcome.error?.code,
    cause: causeOf(plan, condition, outcome),
  };
  // What is dead already cannot die of not being used.
  if (decay?.severity === undefined || condition === "reauth-due") return [trouble];
  const death = day(decay.diesAt);
  return [
    trouble,
    {
      kind: "trouble",
      subject: plan.id,
      condition: "decay",
      severity: decay.severity,
      summary: `${labelOf(plan)} refresh token dies unused on ${death}`,
      detail: `It was not refreshed since ${day(lastUse(plan, outcome, decay.diesAt))}, and its platform ends what is not used until ${death}. If refreshing does not work again before, only a new consent helps.`,
      command: `tokenward auth ${plan.id}`,
      cause: causeOf(plan, "decay", outcome),
    },
  ];
}

function calmFindings(plan: GrantPlan, outcome: Outcome, { detail }: RefreshStatus, now: Date): readonly Finding[] {
  if (outcome.class !== undefined) return [];
  const { grant, assessment, refreshedAt, settledAt } = outcome;
  const evidence = [refreshedAt, settledAt, grant?.lastUsedAt, grant?.rotatedAt, grant?.consentedAt];
  const provenAt = latest(evidence);
  const found: Finding[] = failures.map((condition) => ({
    kind: "clear",
    subject: plan.id,
    condition,
    provenAt,
    detail,
  }));
  found.push({ kind: "clear", subject: plan.id, condition: "decay", provenAt: now, detail });
  if (assessment === undefined) return found;
  const near = assessment.alert === true ? endCondition(outcome) : undefined;
  for (const condition of ends) {
    found.push(
      condition === near
        ? {
            kind: "trouble",
            subject: plan.id,
            condition,
            severity: condition === "expiry-unknown" ? "warn" : severityBefore(assessment.reauthBy, now),
            summary: endSummary(plan, condition, outcome, now),
            detail,
            command: `tokenward auth ${plan.id}`,
            cause: causeOf(plan, condition, outcome),
          }
        : { kind: "clear", subject: plan.id, condition, provenAt: now, detail },
    );
  }
  return found;
}

function endCondition({ assessment }: Outcome): (typeof ends)[number] {
  if (assessment?.verdict === "unknown") return "expiry-unknown";
  return assessment?.refreshable === false ? "reauth-due" : "refresh-token-ends";
}

function scopeDrift(plan: GrantPlan, { detail, code, severity = "page" }: RefreshStatus): Trouble {
  return {
    kind: "trouble",
    subject: plan.id,
    condition: "scope-drift",
    severity,
    summary: `${labelOf(plan)} lacks required scopes`,
    detail,
    command: commandIn(detail),
    code,
    cause: causeOf(plan, "scope-drift", undefined),
  };
}

function clear(plan: GrantPlan, condition: AlertCondition, provenAt: Date, { detail }: RefreshStatus): AllClear {
  return { kind: "clear", subject: plan.id, condition, provenAt, detail };
}

function isStateFailure({ error }: Outcome): boolean {
  return error?.code.startsWith("ERR_STATE_") === true;
}

function stateUnusable({ error }: Outcome, { detail }: RefreshStatus): Trouble {
  return {
    kind: "trouble",
    subject: "installation",
    condition: "state-lost",
    severity: "page",
    summary: "This machine's memory of its grants cannot be used, so nothing is refreshed",
    detail,
    code: error?.code,
  };
}

/** Several grants of one run say it; it is one alert. */
export function memoryLost(plan: GrantPlan): Trouble {
  return {
    kind: "trouble",
    subject: "installation",
    condition: "state-lost",
    severity: "warn",
    summary: "This machine remembers nothing of grants that it keeps",
    detail: `${plan.id} was saved by a Tokenward whose state is not here: the state folder was lost, or the store was copied from elsewhere. Which tokens are spent is not known any more. Make sure that no other machine refreshes the same grants.`,
    command: "tokenward auth status",
  };
}

function lastUse(plan: GrantPlan, { grant }: Outcome, diesAt: Date): Date {
  const limit = (plan.refresher.traits.idleLimitDays ?? 0) * 86_400_000;
  return grant?.lastUsedAt ?? new Date(diesAt.getTime() - limit);
}

// The first command of a fix is the one that it recommends.
function commandIn(text: string | undefined): string | undefined {
  return text === undefined ? undefined : /`(tokenward [^`]+)`/.exec(text)?.[1];
}

function latest(dates: readonly (Date | undefined)[]): Date | undefined {
  const times = dates.filter((date) => date !== undefined).map((date) => date.getTime());
  return times.length === 0 ? undefined : new Date(Math.max(...times));
}
