import type { Grant, StoredGrant } from "../grant.ts";
import type { Verified } from "../refresher.ts";
import { fingerprintIn } from "./deliver.ts";
import { nextGeneration, type Pass, type Standing } from "./pass.ts";
import { save } from "./save.ts";
import type { Found } from "./stored.ts";

// Ends that are computed from lifetimes differ by the seconds that an answer took.
const tolerance = 60_000;

/**
 * Saves what a look at the platform found, where it differs from what is stored. What somebody else saved meanwhile is
 * kept, and returned: it is not what was looked at.
 */
export async function learn(
  pass: Pass,
  standing: Standing & { readonly found: Found },
  verified: Verified,
): Promise<Found> {
  const { found, snapshot } = standing;
  if (!differs(found.grant, verified)) return found;
  const grant: StoredGrant = {
    ...found.grant,
    accessTokenExpiresAt: verified.accessTokenExpiresAt ?? found.grant.accessTokenExpiresAt,
    refreshTokenExpiresAt: verified.refreshTokenExpiresAt ?? found.grant.refreshTokenExpiresAt,
    scopes: verified.scopes ?? found.grant.scopes,
    attributes:
      verified.attributes === undefined
        ? found.grant.attributes
        : { ...found.grant.attributes, ...verified.attributes },
    generation: nextGeneration(found, snapshot.last),
  };
  const next = { ...grant, fingerprint: fingerprintIn(pass, grant) };
  const saved = await save(pass, next, found.version);
  if (saved.kind === "superseded") return saved.found;
  // Facts that cannot be saved are still facts; the next run learns them again.
  if (saved.kind === "failed") return { ...found, grant: { ...grant, generation: found.grant.generation } };
  await pass.held.close({ last: next });
  return {
    grant: next,
    version: { generation: next.generation, fingerprint: next.fingerprint },
    fingerprint: next.fingerprint,
    stored: true,
  };
}

function differs(stored: Grant, verified: Verified): boolean {
  return (
    newTime(stored.accessTokenExpiresAt, verified.accessTokenExpiresAt) ||
    newTime(stored.refreshTokenExpiresAt, verified.refreshTokenExpiresAt) ||
    newScopes(stored.scopes, verified.scopes) ||
    Object.entries(verified.attributes ?? {}).some(([name, value]) => stored.attributes?.[name] !== value)
  );
}

function newTime(stored: Date | undefined, seen: Date | undefined): boolean {
  if (seen === undefined) return false;
  return stored === undefined || Math.abs(stored.getTime() - seen.getTime()) > tolerance;
}

function newScopes(stored: readonly string[] | undefined, seen: readonly string[] | undefined): boolean {
  if (seen === undefined) return false;
  const known = new Set(stored);
  const found = new Set(seen);
  return stored === undefined || known.size !== found.size || seen.some((scope) => !known.has(scope));
}
