import {
  assessGrant,
  defaultAlertBeforeDays,
  type Assessment,
  type AssessPolicy,
  type Grant,
} from "@tokenward/core/plugin";
import { dataAccessEnd } from "./data-access.ts";
import { endStands } from "./renewal-gain.ts";

const dayMs = 86_400_000;

/**
 * Like any grant that is renewed in place, and two things that only a human can move: an end that the last
 * renewal left where it was (Meta promises no gain for Facebook Login), and the end of the app's access to data.
 *
 * @param debugs whether `debug_token` can be asked, which alone knows the latter: each run does, before it renews
 */
export function assessInstagram(grant: Grant, now: Date, policy: AssessPolicy, debugs: boolean): Assessment {
  const renewal = assessGrant(grant, now, policy);
  if (renewal.verdict === "reauth-required") return renewal;
  const assessment = renewal.verdict === "due" && debugs ? { ...renewal, verify: true } : renewal;
  const alertMs = (policy.alertBeforeDays ?? defaultAlertBeforeDays) * dayMs;
  const walls = [standingEnd(grant, now, alertMs), dataEnds(grant, now, alertMs)].filter((wall) => wall !== undefined);
  const [first] = walls;
  if (first === undefined) return assessment;
  const nearest = walls.reduce((near, wall) => (wall.end < near.end ? wall : near), first);
  return {
    ...assessment,
    reason: walls.map((wall) => wall.reason).join("; "),
    reauthBy: nearest.end,
    alert: true,
  };
}

interface Wall {
  readonly end: Date;
  readonly reason: string;
}

function standingEnd(grant: Grant, now: Date, alertMs: number): Wall | undefined {
  const end = grant.accessTokenExpiresAt;
  if (end === undefined || !endStands(grant) || end.getTime() - now.getTime() > alertMs) return undefined;
  return {
    end,
    reason: `its access token ends on ${day(end)}, and its last renewal did not move that: only a new consent does`,
  };
}

function dataEnds(grant: Grant, now: Date, alertMs: number): Wall | undefined {
  const end = dataAccessEnd(grant);
  if (end === undefined || end.getTime() - now.getTime() > alertMs) return undefined;
  const tense = now >= end ? "ended" : "ends";
  return {
    end,
    reason: `the app's access to the account's data ${tense} on ${day(end)}: only a new consent moves that`,
  };
}

function day(date: Date): string {
  return date.toISOString().slice(0, 10);
}
