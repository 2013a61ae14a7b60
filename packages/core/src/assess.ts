import { presentedBy } from "./fingerprint.ts";
import type { Grant } from "./grant.ts";
import type { Severity } from "./severity.ts";
import type { DecayDays } from "./plan.ts";
import type { Assessment, AssessPolicy, RefresherTraits } from "./refresher.ts";

const dayMs = 86_400_000;

// Clocks of two machines differ by seconds; by minutes only when one of them was wrong.
const skew = 5 * 60_000;

// Answers state whole seconds, and a run takes a moment: 14 days are not 13.
const rounding = 60_000;

/** How many days before an end that only a human can move to alert, unless the configuration says otherwise. */
export const defaultAlertBeforeDays = 14;

/**
 * The assessment that refreshers share, from stored facts alone: is anything due, may it be done, and by when is a
 * human needed?
 *
 * @param renewable `false` where only a human can renew (LinkedIn's standard apps); default `true`
 */
export function assessGrant(grant: Grant, now: Date, policy: AssessPolicy, renewable: boolean = true): Assessment {
  const presented = renewable ? presentedBy(grant, policy.traits) : undefined;
  if (presented === undefined) return countDown(grant, now, policy, renewable);
  const reauthBy = reauthByOf(grant, policy.traits);
  const ended = endedOf(grant, policy.traits, now);
  if (ended !== undefined) return { verdict: "reauth-required", reason: ended, reauthBy };

  const need = needOf(grant, now, policy);
  const warning = wallOf(grant, now, policy);
  const facts = {
    would: wouldOf(policy.traits),
    reauthBy,
    ...(warning === undefined ? {} : { alert: true }),
  };
  const reason = warning ?? need.reason;
  if (need.verdict === "healthy") return { verdict: "healthy", reason, ...facts };
  const oldEnough = oldEnoughAt(grant, policy.traits);
  if (oldEnough !== undefined && now < oldEnough) {
    return {
      verdict: "skipped",
      reason: `its token is too young to be refreshed before ${minute(oldEnough)}`,
      ...facts,
    };
  }
  return { verdict: need.verdict, reason, ...facts };
}

/**
 * How far a grant that dies from not being used to refresh has come: the date of death, and a severity once the days
 * of `days` are over. Those are days of a 90-day limit and scale with the platform's. `undefined` where the platform
 * has no such limit, or nothing is known about the last use.
 */
export function decayOf(
  grant: Grant,
  traits: Pick<RefresherTraits, "idleLimitDays">,
  days: DecayDays,
  now: Date,
): { readonly severity?: Severity | undefined; readonly diesAt: Date } | undefined {
  const limit = traits.idleLimitDays;
  const since = usedAt(grant);
  if (limit === undefined || since === undefined) return undefined;
  const scaled = ((now.getTime() - since.getTime()) / dayMs) * (90 / limit);
  return { severity: severityAt(scaled, days), diesAt: new Date(since.getTime() + limit * dayMs) };
}

function severityAt(day: number, days: DecayDays): Severity | undefined {
  if (day >= days.critical) return "critical";
  if (day >= days.page) return "page";
  return day >= days.warn ? "warn" : undefined;
}

/** When the refresh token was last known to be fresh: used, or just consented to. */
function usedAt(grant: Grant): Date | undefined {
  return latest(grant.lastUsedAt, grant.consentedAt, grant.rotatedAt);
}

/** Nothing can be exchanged: whatever access token there is, is used up. */
function countDown(grant: Grant, now: Date, policy: AssessPolicy, renewable: boolean): Assessment {
  const end = grant.accessTokenExpiresAt;
  // Without a refresh token only where there never is one; elsewhere it may have been forgotten.
  const facts = renewable ? {} : { refreshable: false };
  if (grant.accessToken === undefined) return { verdict: "reauth-required", reason: "no token is stored", ...facts };
  if (end === undefined) {
    if (!renewable) return { verdict: "unknown", reason: "the end of its access token is unknown", ...facts };
    return { verdict: "reauth-required", reason: "no refresh token is stored" };
  }
  const because = renewable ? "no refresh token is stored, and " : "";
  if (now >= end) {
    return {
      verdict: "reauth-required",
      reason: `${because}its access token ended on ${day(end)}`,
      reauthBy: end,
      ...facts,
    };
  }
  return {
    verdict: "healthy",
    reason: `${because}its access token ends on ${day(end)}: ${daysLeft(end, now)}, and only a human can renew it`,
    reauthBy: end,
    alert: within(end, now, policy),
    ...facts,
  };
}

/** Why the credential that an exchange would present can no longer work. */
function endedOf(grant: Grant, traits: RefresherTraits, now: Date): string | undefined {
  const renewsAccess = traits.presents === "access-token";
  const end = renewsAccess ? grant.accessTokenExpiresAt : grant.refreshTokenExpiresAt;
  if (end === undefined || now < end) return undefined;
  return renewsAccess
    ? `its access token ended on ${day(end)}, and an ended one cannot be renewed`
    : `its refresh token ended on ${day(end)}`;
}

interface Need {
  readonly verdict: "due" | "healthy" | "unknown";
  readonly reason: string;
}

function needOf(grant: Grant, now: Date, policy: AssessPolicy): Need {
  const { traits, refreshAt } = policy;
  const cadence = traits.cadence ?? (traits.rotation === "always" ? "every-run" : "when-due");
  if (cadence === "every-run") return { verdict: "due", reason: everyRun(traits) };
  const { accessToken, accessTokenExpiresAt: end, rotatedAt: start } = grant;
  if (accessToken === undefined) return { verdict: "due", reason: "no access token is stored" };
  if (end === undefined) return { verdict: "unknown", reason: "the end of its access token is unknown" };
  if (now >= end) return { verdict: "due", reason: `its access token ended at ${minute(end)}` };
  if (start === undefined || start >= end) return { verdict: "due", reason: "the age of its access token is unknown" };
  if (start.getTime() > now.getTime() + skew) return { verdict: "due", reason: "its stored times lie in the future" };
  const percent = Math.round(refreshAt * 100);
  if (now >= fractionOf(start, end, refreshAt)) {
    return { verdict: "due", reason: `${percent} % of its access token's life have passed` };
  }
  return keepAlive(grant, now, policy) ?? { verdict: "healthy", reason: `its access token lasts until ${minute(end)}` };
}

/** The access token is fresh, but the refresh token needs an exchange to stay alive. */
function keepAlive(grant: Grant, now: Date, { traits, refreshAt }: AssessPolicy): Need | undefined {
  const used = usedAt(grant);
  const ends = [
    traits.idleLimitDays === undefined ? undefined : idleEnd(grant, traits.idleLimitDays),
    grant.refreshTokenEnd === "fixed" ? undefined : grant.refreshTokenExpiresAt,
  ];
  const end = earliest(...ends);
  if (used === undefined || end === undefined || now < fractionOf(used, end, refreshAt)) return undefined;
  return { verdict: "due", reason: `its refresh token would end unused on ${day(end)}` };
}

/** An end that no exchange moves, once it is near. */
function wallOf(grant: Grant, now: Date, policy: AssessPolicy): string | undefined {
  const end = grant.refreshTokenExpiresAt;
  if (grant.refreshTokenEnd !== "fixed" || end === undefined || !within(end, now, policy)) return undefined;
  return `its refresh token ends on ${day(end)}: ${daysLeft(end, now)}, and only a new consent moves that`;
}

function everyRun(traits: RefresherTraits): string {
  if (traits.rotation === "never") return "its refresh token is proved by minting an access token on every run";
  if (traits.presents === "access-token") return "its access token is renewed in place on every run";
  return "its token is exchanged on every run";
}

function wouldOf(traits: RefresherTraits): NonNullable<Assessment["would"]> {
  if (traits.rotation === "always") return "rotate";
  return traits.rotation === "never" && traits.cadence === "every-run" ? "health-check" : "refresh";
}

function reauthByOf(grant: Grant, traits: RefresherTraits): Date | undefined {
  if (traits.presents === "access-token") return grant.accessTokenExpiresAt;
  const idle = traits.idleLimitDays === undefined ? undefined : idleEnd(grant, traits.idleLimitDays);
  return earliest(grant.refreshTokenExpiresAt, idle);
}

function idleEnd(grant: Grant, limitDays: number): Date | undefined {
  const since = usedAt(grant);
  return since === undefined ? undefined : new Date(since.getTime() + limitDays * dayMs);
}

function oldEnoughAt(grant: Grant, traits: RefresherTraits): Date | undefined {
  if (traits.minimumAgeSeconds === undefined || grant.rotatedAt === undefined) return undefined;
  return new Date(grant.rotatedAt.getTime() + traits.minimumAgeSeconds * 1000);
}

function within(end: Date, now: Date, policy: AssessPolicy): boolean {
  return end.getTime() - now.getTime() + rounding < (policy.alertBeforeDays ?? defaultAlertBeforeDays) * dayMs;
}

function fractionOf(start: Date, end: Date, fraction: number): Date {
  return new Date(start.getTime() + (end.getTime() - start.getTime()) * fraction);
}

function earliest(...dates: readonly (Date | undefined)[]): Date | undefined {
  const times = dates.filter((date) => date !== undefined).map((date) => date.getTime());
  return times.length === 0 ? undefined : new Date(Math.min(...times));
}

function latest(...dates: readonly (Date | undefined)[]): Date | undefined {
  const times = dates.filter((date) => date !== undefined).map((date) => date.getTime());
  return times.length === 0 ? undefined : new Date(Math.max(...times));
}

/** Whole days from now until an end, 0 on its last day. What is a minute short of a day counts as that day. */
export function daysUntil(end: Date, now: Date): number {
  return Math.max(0, Math.floor((end.getTime() - now.getTime() + rounding) / dayMs));
}

function daysLeft(end: Date, now: Date): string {
  const left = daysUntil(end, now);
  return left === 1 ? "1 day left" : `${left} days left`;
}

function day(date: Date): string {
  return date.toISOString().slice(0, 10);
}

function minute(date: Date): string {
  return `${date.toISOString().slice(0, 16)}Z`;
}
