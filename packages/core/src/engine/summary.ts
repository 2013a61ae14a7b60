import type { AlertCondition } from "../notifier.ts";
import type { GrantPlan } from "../plan.ts";
import { daysInWords } from "./ends.ts";
import { labelOf, platformLabelOf } from "./label.ts";
import type { Outcome } from "./outcome.ts";

/** The few words of a failure: `TikTok (brand-a) could not be refreshed: TikTok asks for patience`. */
export function summaryOf(plan: GrantPlan, condition: AlertCondition, { error }: Outcome): string {
  const label = labelOf(plan);
  const platform = platformLabelOf(plan);
  switch (error?.code) {
    case "ERR_AUTH_NOT_CONNECTED":
      return `${label} needs a first consent`;
    case "ERR_AUTH_NOT_REACHED":
      return `${label} could not be refreshed: ${platform} could not be reached`;
    case "ERR_AUTH_PLATFORM_UNAVAILABLE":
      return `${label} could not be refreshed: ${platform} has a problem of its own`;
    case "ERR_AUTH_THROTTLED":
      return `${label} could not be refreshed: ${platform} asks for patience`;
    case "ERR_AUTH_CLIENT_REJECTED":
      return `${label} could not be refreshed: ${platform} rejected the client`;
    case "ERR_AUTH_LEASE_BUSY":
      return `${label} was not refreshed: another process holds it`;
    case "ERR_AUTH_TOKEN_SPENT":
      return `${label} has only a spent token: an older copy came back`;
    case "ERR_WRITEBACK_SAVE_FAILED":
      return `${label} has a new token that is not saved yet`;
    case "ERR_AUTH_ANSWER_LOST":
      return `${label} has lost its new token`;
    default:
      return `${label} ${words[condition] ?? "could not be refreshed"}`;
  }
}

const words: Partial<Record<AlertCondition, string>> = {
  "reauth-due": "needs a new consent",
  "in-doubt": "is in doubt: its token was sent, and no usable answer came",
  "cloned-grant": "is refreshed by another machine, too",
  "write-back-failed": "cannot be kept in its write-back",
  "scope-drift": "lacks required scopes",
};

/** The few words of an end that comes near: `LinkedIn token expires in 9 days`. */
export function endSummary(plan: GrantPlan, condition: AlertCondition, outcome: Outcome, now: Date): string {
  const label = labelOf(plan);
  const end = outcome.assessment?.reauthBy;
  if (condition === "expiry-unknown" || end === undefined) return `${label} token expires on a day that nobody knows`;
  if (condition === "reauth-due") return `${label} token expires ${daysInWords(end, now)}`;
  const isToken = outcome.grant?.refreshTokenExpiresAt?.getTime() === end.getTime();
  return `${label} ${isToken ? "refresh token expires" : "consent ends"} ${daysInWords(end, now)}`;
}
