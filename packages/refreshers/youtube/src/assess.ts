import { assessGrant, type Assessment, type AssessPolicy, type Grant } from "@tokenward/core/plugin";

const dayMs = 86_400_000;

/**
 * A refresh token with an end keeps it: minting does not move it. Google states one only where a grant ends by itself,
 * 7 days after the consent to an app in Testing, or when a time-limited consent is over.
 */
export function assessYouTube(grant: Grant, now: Date, policy: AssessPolicy): Assessment {
  const end = grant.refreshTokenExpiresAt;
  if (end === undefined) return assessGrant(grant, now, policy);
  const assessment = assessGrant({ ...grant, refreshTokenEnd: "fixed" }, now, policy);
  if (assessment.verdict !== "reauth-required" && assessment.alert !== true) return assessment;
  return { ...assessment, reason: `${assessment.reason} (${whyItEnds(grant, end)})` };
}

function whyItEnds(grant: Grant, end: Date): string {
  const consentedAt = grant.consentedAt;
  const life = consentedAt === undefined ? undefined : (end.getTime() - consentedAt.getTime()) / dayMs;
  if (life !== undefined && life > 8) return "the consent was given for a limited time";
  return "Google ends grants after 7 days while an app's publishing status is Testing: publish it, then consent again";
}
