import { isClaimAlone } from "../stored-version.ts";
import { readEnvironmentGrant } from "../environment-seed.ts";
import { messageOf, TokenwardError } from "../errors/error.ts";
import { fingerprintOf, presentedBy } from "../fingerprint.ts";
import type { Retirement, StoredGrant, Version } from "../grant.ts";
import type { GrantPlan } from "../plan.ts";
import type { PluginIO } from "../plugin-io.ts";
import { withDeadline } from "./deadline.ts";
import { writeBackDeadline, type EngineContext } from "./context.ts";

/** What is stored for a grant, with the version that a save has to name. */
export interface Found {
  readonly grant: StoredGrant;
  readonly version: Version;
  /** Fingerprint of the credential that an exchange would present. Absent: there is none. */
  readonly fingerprint: string | undefined;
  /** Whether it lies in the write-back. Otherwise the environment seeded it. */
  readonly stored: boolean;
}

/** What is found where a human moved or forgot the grant. */
export interface FoundRetired extends Found {
  readonly grant: StoredGrant & { readonly retired: Retirement };
}

/** Whether a tombstone was found: no token, and nothing may take its place but a new consent. */
export function isRetired(found: Found | undefined): found is FoundRetired {
  return found?.grant.retired !== undefined;
}

/** What a write-back refused or could not do, as an error of ours. Plugins may throw anything. */
export function writeBackError(
  plan: GrantPlan,
  thrown: unknown,
  code: "ERR_WRITEBACK_UNREADABLE" | "ERR_WRITEBACK_UNWRITABLE",
): TokenwardError {
  if (TokenwardError.is(thrown)) return thrown;
  return new TokenwardError(
    code,
    { grant: plan.id, reason: messageOf(thrown), remedy: `Check the write-back (${plan.writeBackName})` },
    { cause: thrown, class: "write-back" },
  );
}

/** The stable identity of the stored grant. */
export async function targetOf(plan: GrantPlan, io: PluginIO): Promise<string> {
  try {
    return await plan.writeBack.target(plan.id, io);
  } catch (thrown) {
    throw writeBackError(plan, thrown, "ERR_WRITEBACK_UNREADABLE");
  }
}

/**
 * Reads the stored grant, else what the environment seeds, and fills in the configuration's first facts.
 *
 * @throws `ERR_WRITEBACK_*`, `ERR_CONFIG_SEED`
 */
export async function find(plan: GrantPlan, target: string, context: EngineContext): Promise<Found | undefined> {
  const stored = await readStored(plan, context);
  const alone = stored !== undefined && isClaimAlone(stored);
  // A claim that was made before anything was stored stands beside what the environment seeds.
  const seed =
    stored === undefined || alone ? readEnvironmentGrant(plan.id, context.env, plan.environmentPrefix) : undefined;
  const grant = alone && seed !== undefined ? { ...seed, claim: stored.claim } : alone ? undefined : (stored ?? seed);
  if (grant === undefined) return undefined;
  const complete = withFirstFacts(grant, plan);
  const presented = presentedBy(complete, plan.refresher.traits);
  const fingerprint = presented === undefined ? undefined : fingerprintOf(target, presented);
  const kept = stored !== undefined && !alone;
  const generation = kept ? stored.generation : 0;
  return { grant: complete, version: { generation, fingerprint }, fingerprint, stored: kept };
}

async function readStored(plan: GrantPlan, context: EngineContext): Promise<StoredGrant | undefined> {
  try {
    return await withDeadline(plan.writeBack.read(plan.id, context.io()), writeBackDeadline, "reading took too long");
  } catch (thrown) {
    throw writeBackError(plan, thrown, "ERR_WRITEBACK_UNREADABLE");
  }
}

// A configuration cannot be written by a job, so its dates age. They count only until the first refresh.
function withFirstFacts(grant: StoredGrant, plan: GrantPlan): StoredGrant {
  const facts = plan.firstFacts;
  if (facts === undefined || grant.lastUsedAt !== undefined) return grant;
  return {
    ...grant,
    accessTokenExpiresAt: grant.accessTokenExpiresAt ?? facts.accessTokenExpiresAt,
    refreshTokenExpiresAt: grant.refreshTokenExpiresAt ?? facts.refreshTokenExpiresAt,
  };
}
