import { createHash, createHmac } from "node:crypto";
import type { Grant, StoredGrant, Version } from "./grant.ts";
import type { RefresherTraits } from "./refresher.ts";
import type { Secret } from "./secret.ts";

const keys = new Map<string, Buffer>();

/**
 * HMAC-SHA-256 of a credential under a key derived from its target, base64url. The same on every machine, so that
 * two of them can tell whether they mean the same token; useless without the token itself.
 */
export function fingerprintOf(target: string, credential: Secret): string {
  let key = keys.get(target);
  if (key === undefined) {
    key = createHash("sha256").update(`tokenward fingerprint 1\0${target}`).digest();
    keys.set(target, key);
  }
  return createHmac("sha256", key).update(credential.reveal()).digest("base64url");
}

/** The credential that an exchange presents: the refresh token, or the access token where the platform renews that. */
export function presentedBy(grant: Grant, traits: Pick<RefresherTraits, "presents">): Secret | undefined {
  return traits.presents === "access-token" ? grant.accessToken : grant.refreshToken;
}

/** The version of what was read, with the fingerprint computed from the token that is really there. */
export function versionOf(
  target: string,
  stored: StoredGrant | undefined,
  traits: Pick<RefresherTraits, "presents">,
): Version {
  if (stored === undefined) return { generation: 0 };
  const presented = presentedBy(stored, traits);
  return {
    generation: stored.generation,
    fingerprint: presented === undefined ? undefined : fingerprintOf(target, presented),
  };
}

/**
 * Whether two versions name the same stored state. The generation decides first, then the fingerprint: a human who
 * replaced the token by hand left the generation as it was. What is unknown on one side does not make them differ,
 * unless nothing is left to compare.
 */
export function sameVersion(left: Version, right: Version): boolean {
  const generations = left.generation !== undefined && right.generation !== undefined;
  if (generations && left.generation !== right.generation) return false;
  if (left.fingerprint !== undefined && right.fingerprint !== undefined) return left.fingerprint === right.fingerprint;
  return generations;
}
