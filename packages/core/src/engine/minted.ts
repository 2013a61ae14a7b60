import { fingerprintOf, presentedBy } from "../fingerprint.ts";
import type { StoredGrant } from "../grant.ts";
import type { RefresherTraits } from "../refresher.ts";
import type { Found } from "./stored.ts";

/**
 * What was found, with the access token that this machine minted for it since. Where a platform mints without rotating,
 * nothing has to be saved, and the newest access token is in the state alone: the cache that all processes share.
 */
export function withMinted(
  found: Found,
  last: StoredGrant | undefined,
  target: string,
  traits: Pick<RefresherTraits, "presents">,
): Found {
  const presented = last === undefined ? undefined : presentedBy(last, traits);
  if (last === undefined || presented === undefined) return found;
  const ahead = (last.rotatedAt?.getTime() ?? 0) - (found.grant.rotatedAt?.getTime() ?? 0);
  // Some places keep the refresh token alone: the access token that was minted with it is only here.
  const younger = ahead > 0 || (ahead === 0 && found.grant.accessToken === undefined);
  if (!younger || fingerprintOf(target, presented) !== found.fingerprint) return found;
  const { accessToken, accessTokenExpiresAt, rotatedAt, lastUsedAt, scopes, attributes } = last;
  return {
    ...found,
    grant: { ...found.grant, accessToken, accessTokenExpiresAt, rotatedAt, lastUsedAt, scopes, attributes },
  };
}
