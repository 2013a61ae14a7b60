import type { ErrorCode } from "../errors/catalogue.ts";
import type { AlertCondition } from "../notifier.ts";
import type { GrantPlan } from "../plan.ts";
import { daysInWords } from "./ends.ts";
import { labelOf, platformLabelOf } from "./label.ts";
import type { Outcome } from "./outcome.ts";

/** The few words of a failure: `TikTok (brand-a) could not be refreshed: TikTok asks for patience`. */
export function summaryOf(plan: GrantPlan, condition: AlertCondition, { error }: Outcome): string {
  const own = error === undefined ? undefined : ofCodes[error.code];
  const text = own ?? words[condition] ?? "could not be refreshed";
  return `${labelOf(plan)} ${text.replace("{platform}", platformLabelOf(plan))}`;
}

// What a code says more exactly than its condition.
const ofCodes: Partial<Record<ErrorCode, string>> = {
  ERR_AUTH_NOT_CONNECTED: "needs a first consent",
  ERR_AUTH_NOT_REACHED: "could not be refreshed: {platform} could not be reached",
  ERR_AUTH_PLATFORM_UNAVAILABLE: "could not be refreshed: {platform} has a problem of its own",
  ERR_AUTH_THROTTLED: "could not be refreshed: {platform} asks for patience",
  ERR_AUTH_CLIENT_REJECTED: "could not be refreshed: {platform} rejected the client",
  ERR_AUTH_LEASE_BUSY: "was not refreshed: another process holds it",
  ERR_AUTH_TOKEN_SPENT: "has only a spent token: an older copy came back",
  ERR_WRITEBACK_SAVE_FAILED: "has a new token that is not saved yet",
  ERR_AUTH_ANSWER_LOST: "has lost its new token",
};

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
