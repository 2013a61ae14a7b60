import { fingerprintOf } from "./fingerprint.ts";
import { encodeGrant } from "./grant-record.ts";
import type { StoredGrant, Version } from "./grant.ts";
import { sameSecret } from "./secret.ts";

/**
 * Whether what a place holds is the version that a save, a claim or a retirement names. The generation decides, then the
 * fingerprint, taken from the tokens that are really there: a human may have replaced one and left the record.
 *
 * @param stored what {@link WriteBack.read} would give back; `undefined` where nothing is stored
 * @param target the stored grant's identity, which fingerprints are made under
 */
export function holdsVersion(stored: StoredGrant | undefined, version: Version, target: string): boolean {
  if (stored === undefined || isClaimAlone(stored)) return version.generation === 0;
  // A tombstone reads as nothing to whoever does not know it, so both of its names are right.
  if (stored.retired !== undefined) return version.generation === 0 || version.generation === stored.generation;
  if (version.generation !== undefined && stored.generation !== undefined && version.generation !== stored.generation)
    return false;
  const tokens = [stored.refreshToken, stored.accessToken].filter((token) => token !== undefined);
  // "Nothing is stored" has no fingerprint either, and must not take the place of a human's token.
  if (version.fingerprint === undefined || tokens.length === 0)
    return version.generation === stored.generation && stored.generation !== 0;
  return tokens.some((token) => fingerprintOf(target, token) === version.fingerprint);
}

/**
 * Whether nothing but a claim is there: it was made before anything was stored. A token beside generation 0 is no such
 * thing but a human's, who wrote the record by hand.
 */
export function isClaimAlone({ generation, retired, refreshToken, accessToken }: StoredGrant): boolean {
  return generation === 0 && retired === undefined && refreshToken === undefined && accessToken === undefined;
}

/**
 * How what a place holds relates to what is saved: the `same` save ran before; the `same tokens` with other facts are
 * there; or something `other` is.
 */
export function likeness(stored: StoredGrant | undefined, next: StoredGrant): "same" | "same tokens" | "other" {
  if (stored === undefined || stored.retired !== undefined || stored.generation !== next.generation) return "other";
  const bare = { claim: undefined, retired: undefined };
  if (encodeGrant({ ...stored, ...bare }) === encodeGrant({ ...next, ...bare })) return "same";
  const tokens = sameSecret(stored.refreshToken, next.refreshToken) && sameSecret(stored.accessToken, next.accessToken);
  return tokens ? "same tokens" : "other";
}
