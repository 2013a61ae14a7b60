import {
  assessGrant,
  daysUntil,
  type Assessment,
  type AssessPolicy,
  type Exchanged,
  type Grant,
  type Refused,
} from "@tokenward/core/plugin";
import { answersUserinfo } from "./verify.ts";

/**
 * Two kinds of apps, told apart by what is stored: with a refresh token a machine renews until the end that stands
 * since the consent, without one it counts down, and a run asks LinkedIn whether the token still works.
 */
export function assessLinkedIn(grant: Grant, now: Date, policy: AssessPolicy): Assessment {
  if (grant.refreshToken !== undefined) {
    const assessment = assessGrant({ ...grant, refreshTokenEnd: "fixed" }, now, policy);
    return announced(assessment, grant, "LinkedIn refresh token expires", grant.refreshTokenExpiresAt, now);
  }
  const verify = policy.clientKnown === true || answersUserinfo(grant);
  const assessment = { ...assessGrant(grant, now, policy, false), verify };
  if (assessment.verdict !== "unknown") {
    return announced(assessment, grant, "LinkedIn token expires", grant.accessTokenExpiresAt, now);
  }
  const unknown = "the end of its LinkedIn token is unknown";
  if (policy.clientKnown === true) return { ...assessment, reason: `${unknown}: a run asks LinkedIn` };
  const remedy = "configure client_id and client_secret, so that a run can ask LinkedIn";
  return { ...assessment, reason: `${unknown}: ${remedy}, or import it again with its expires_in`, alert: true };
}

function announced(assessment: Assessment, grant: Grant, what: string, end: Date | undefined, now: Date): Assessment {
  if (assessment.alert !== true || assessment.verdict === "reauth-required" || end === undefined) return assessment;
  const days = daysUntil(end, now);
  const when = days === 0 ? "today" : days === 1 ? "in 1 day" : `in ${days} days`;
  const by = days === 0 ? `${end.toISOString().slice(0, 16).replace("T", " ")} UTC` : end.toISOString().slice(0, 10);
  return { ...assessment, reason: `${what} ${when} — run \`tokenward auth ${grant.id}\` (by ${by})` };
}

/**
 * A refresh token ends 365 days after the first consent, and refreshing does not move that (learn.microsoft.com,
 * "Refresh Tokens with OAuth 2.0"). So the earliest end that was stated since the consent stands, whatever an answer says.
 */
export function withFixedEnd(reading: Exchanged | Refused, grant: Grant): Exchanged | Refused {
  if (reading.kind === "refused") return reading;
  const { refreshTokenExpiresAt: known } = grant;
  const { refreshTokenExpiresAt: stated } = reading;
  const earliest = known === undefined || (stated !== undefined && stated < known) ? stated : known;
  return { ...reading, refreshTokenExpiresAt: earliest };
}
