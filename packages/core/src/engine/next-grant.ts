import { fingerprintOf, presentedBy } from "../fingerprint.ts";
import type { Grant, StoredGrant } from "../grant.ts";
import type { Exchanged, RefresherTraits } from "../refresher.ts";
import { sameSecret } from "../secret.ts";

// Clocks of platform and machine differ, and answers state whole seconds.
const tolerance = 60_000;

/** What is saved after an exchange: what came back, over what was stored. Absence never wipes anything. */
export function nextGrant(
  target: string,
  stored: StoredGrant,
  exchanged: Exchanged,
  times: { readonly sentAt: Date; readonly receivedAt: Date },
  traits: RefresherTraits,
  generation: number,
): StoredGrant {
  const newAccess = exchanged.accessToken !== undefined;
  const merged: StoredGrant = {
    ...stored,
    generation,
    accessToken: exchanged.accessToken ?? stored.accessToken,
    // The old token's end says nothing about a new token, and the end of one that did not arrive nothing about the old.
    accessTokenExpiresAt: newAccess ? exchanged.accessTokenExpiresAt : stored.accessTokenExpiresAt,
    refreshToken: exchanged.refreshToken ?? stored.refreshToken,
    refreshTokenExpiresAt: exchanged.refreshTokenExpiresAt ?? keptRefreshEnd(stored, exchanged),
    refreshTokenEnd: seenEnd(stored, exchanged, times.receivedAt) ?? stored.refreshTokenEnd,
    scopes: exchanged.scopes ?? stored.scopes,
    rotatedAt: newAccess ? times.receivedAt : stored.rotatedAt,
    lastUsedAt: times.sentAt,
    attributes:
      exchanged.attributes === undefined ? stored.attributes : { ...stored.attributes, ...exchanged.attributes },
    claim: undefined,
    unfinished: undefined,
    retired: undefined,
  };
  const presented = presentedBy(merged, traits);
  return { ...merged, fingerprint: presented === undefined ? undefined : fingerprintOf(target, presented) };
}

// A new refresh token whose end is not stated has an unknown end, unless the platform's end was seen to stand still.
function keptRefreshEnd(stored: StoredGrant, exchanged: Exchanged): Date | undefined {
  const replaced = exchanged.refreshToken !== undefined && !sameSecret(exchanged.refreshToken, stored.refreshToken);
  return replaced && stored.refreshTokenEnd !== "fixed" ? undefined : stored.refreshTokenExpiresAt;
}

function seenEnd(stored: Grant, exchanged: Exchanged, receivedAt: Date): Grant["refreshTokenEnd"] {
  const before = stored.refreshTokenExpiresAt?.getTime();
  const after = exchanged.refreshTokenExpiresAt?.getTime();
  if (before === undefined || after === undefined || stored.rotatedAt === undefined) return undefined;
  if (after > before + tolerance) return "slides";
  // Only a span in which the end would have moved by more than the clocks differ proves that it stood.
  return receivedAt.getTime() - stored.rotatedAt.getTime() > 2 * tolerance ? "fixed" : undefined;
}

/** Whether anything but the access token and the times of use differs: what a platform without rotation must save. */
export function factsChanged(stored: StoredGrant, next: StoredGrant): boolean {
  return (
    !sameSecret(stored.refreshToken, next.refreshToken) ||
    !sameTime(stored.refreshTokenExpiresAt, next.refreshTokenExpiresAt) ||
    stored.refreshTokenEnd !== next.refreshTokenEnd
  );
}

function sameTime(left: Date | undefined, right: Date | undefined): boolean {
  if (left === undefined || right === undefined) return left === right;
  return Math.abs(left.getTime() - right.getTime()) <= tolerance;
}
