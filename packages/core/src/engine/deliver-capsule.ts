import type { Alerting } from "../alerts/alerting.ts";
import { TokenwardError } from "../errors/error.ts";
import { nothingStored, type Intent, type StoredGrant } from "../grant.ts";
import type { GrantPlan } from "../plan.ts";
import { sameSecret } from "../secret.ts";
import type { Closing, Snapshot } from "../state.ts";
import type { RefreshStatus } from "../status.ts";
import type { RecoveryCapsule } from "./capsule-record.ts";
import { busy } from "./claims.ts";
import type { EngineContext } from "./context.ts";
import { fingerprintIn } from "./deliver.ts";
import { findingsOf } from "./findings.ts";
import { failedWith, type Outcome } from "./outcome.ts";
import { nextGeneration, type Pass } from "./pass.ts";
import { inDoubt } from "./recover.ts";
import { holdLease, outcomeOfThrown } from "./refresh-path.ts";
import { retiredOutcome } from "./retired.ts";
import { save } from "./save.ts";
import { checkScopes, statusOf } from "./status-of.ts";
import { find, isRetired, targetOf, type Found } from "./stored.ts";

/**
 * Saves the token of a recovery capsule, once and under the grant's lease. It takes the place of the token that it was
 * exchanged for, or of an older one; nothing that is newer than the capsule is touched.
 */
export async function deliverCapsule(
  plan: GrantPlan,
  capsule: RecoveryCapsule,
  context: EngineContext,
  alerting: Alerting,
): Promise<RefreshStatus> {
  let outcome: Outcome;
  try {
    const target = await targetOf(plan, context.io());
    outcome =
      target === capsule.target && plan.id === capsule.grant.id
        ? await holdLease(plan, target, context, async (held) => {
            const subject = { grant: plan.id, target };
            return await store(
              { plan, context, traits: plan.refresher.traits, target, held, subject, wish: {} },
              capsule,
            );
          })
        : otherTarget(plan, capsule, target);
  } catch (thrown) {
    outcome = outcomeOfThrown(plan, thrown, context);
  }
  const now = context.clock.now();
  const status = checkScopes(plan, outcome, statusOf(plan, outcome, now));
  await alerting.sight(findingsOf(plan, outcome, status, now));
  return status;
}

async function store(pass: Pass, capsule: RecoveryCapsule): Promise<Outcome> {
  const { plan, context, held } = pass;
  const found = await find(plan, pass.target, context);
  const snapshot = await held.snapshot();
  if (isRetired(found)) return retiredOutcome(plan, found);
  const brought = fingerprintIn(pass, capsule.grant);
  if (found?.stored === true && holdsSame(found, capsule.grant, brought)) {
    const { last, spent, inDoubtSince } = closing(pass, capsule, { ...found.grant, claim: undefined }, snapshot);
    await held.close({ last, spent, inDoubtSince });
    const detail = `Already delivered: the token of this capsule is stored as generation ${found.grant.generation ?? "unknown"}.`;
    return { action: "skipped", detail, grant: found.grant };
  }
  if (!plan.writeBack.traits.outlivesRun) return passing(plan);
  const objection = await objectionTo(pass, capsule, found, snapshot, brought);
  if (objection !== undefined) return objection;

  const generation = Math.max(capsule.grant.generation ?? 0, nextGeneration(found, snapshot.last));
  const bare = { claim: undefined, unfinished: undefined, retired: undefined };
  const next: StoredGrant = { ...capsule.grant, ...bare, generation, fingerprint: brought };
  const saved = await save(pass, next, found?.version ?? nothingStored);
  if (saved.kind === "failed") return failedWith(unwritable(plan, saved.error), "write-back", { severity: "critical" });
  if (saved.kind === "superseded")
    return failedWith(new TokenwardError("ERR_WRITEBACK_CONFLICT", { grant: plan.id }), "write-back");
  await held.close(closing(pass, capsule, saved.grant, snapshot));
  const made = `made on ${capsule.host} at ${capsule.at.toISOString()}`;
  const detail = `The token of the capsule (${made}) is saved as generation ${generation}. Delete the capsule now.`;
  return { action: "healthy", detail, grant: saved.grant, refreshedAt: capsule.at };
}

function holdsSame(found: Found, grant: StoredGrant, brought: string | undefined): boolean {
  if (brought !== undefined || found.fingerprint !== undefined) return brought === found.fingerprint;
  return sameSecret(found.grant.accessToken, grant.accessToken);
}

/** Why a capsule is not delivered, where there is a reason. */
async function objectionTo(
  pass: Pass,
  capsule: RecoveryCapsule,
  found: Found | undefined,
  { open, last }: Snapshot,
  brought: string | undefined,
): Promise<Outcome | undefined> {
  const spent = brought === undefined ? undefined : await pass.held.isSpent(brought);
  if (spent !== undefined) {
    return older(pass, `${spent.host} exchanged its token for a newer one at ${spent.at.toISOString()}`);
  }
  if (brought !== undefined && open?.intent.version.fingerprint === brought)
    return inDoubt(pass, open.intent, "the capsule's token is that very one, so nothing was changed", found);
  const claim = liveClaim(pass, found, capsule);
  if (claim !== undefined) return busy(pass, 0);
  if (found === undefined || !found.stored) {
    const newer = last !== undefined && (last.generation ?? 0) >= (capsule.grant.generation ?? 0);
    const same = last !== undefined && fingerprintIn(pass, last) === brought;
    return newer && !same ? older(pass, `this machine knows generation ${last.generation}`) : undefined;
  }
  const replaced = capsule.replaces.fingerprint;
  if (replaced !== undefined && found.fingerprint === replaced) return undefined;
  const stored = found.version.generation;
  const generation = capsule.grant.generation ?? 0;
  if (stored !== undefined && stored >= generation)
    return older(pass, `generation ${stored} is stored, and the capsule holds generation ${generation}`);
  if (found.fingerprint !== undefined && (await pass.held.isSpent(found.fingerprint)) !== undefined) return undefined;
  const consented = found.grant.consentedAt ?? found.grant.rotatedAt;
  const before = stored !== undefined && stored < (capsule.replaces.generation ?? 0);
  if (before && (consented === undefined || consented < capsule.at)) return undefined;
  return older(pass, "another token is stored than the one that it was exchanged for");
}

// Somebody exchanges what is stored right now. The claim of the exchange that brought the capsule is nobody's any more.
function liveClaim(pass: Pass, found: Found | undefined, capsule: RecoveryCapsule): Intent | undefined {
  const claim = found?.grant.claim;
  if (claim === undefined || claim.id === capsule.intent) return undefined;
  const about = claim.version.fingerprint;
  if (about !== undefined && about !== found?.fingerprint) return undefined;
  return claim.deadline > pass.context.clock.now() ? claim : undefined;
}

function closing(pass: Pass, capsule: RecoveryCapsule, last: StoredGrant, { open }: Snapshot): Closing {
  const { fingerprint, generation } = capsule.replaces;
  const changed = fingerprint !== undefined && fingerprint !== fingerprintIn(pass, last);
  // What is open about any other token is settled by the next run.
  const ours =
    open === undefined || open.intent.id === capsule.intent || open.intent.version.fingerprint === fingerprint;
  return {
    last,
    refused: null,
    spent: changed ? { fingerprint, generation, at: capsule.at, host: capsule.host } : undefined,
    facts: { refreshedAt: capsule.at, lastUsedAt: capsule.grant.lastUsedAt, grant: capsule.grant.id },
    ...(ours ? {} : { inDoubtSince: open.inDoubtSince ?? pass.context.clock.now() }),
  };
}

function older({ plan }: Pass, reason: string): Outcome {
  const error = new TokenwardError("ERR_AUTH_CAPSULE_OLDER", { grant: plan.id, reason }, { class: "refused" });
  return failedWith(error, "refused");
}

function otherTarget(plan: GrantPlan, capsule: RecoveryCapsule, target: string): Outcome {
  const facts = { grant: capsule.grant.id, capsule: capsule.target, target };
  const error = new TokenwardError("ERR_AUTH_CAPSULE_TARGET", facts, { class: "refused" });
  return failedWith(error, "refused", { judged: false });
}

// Whoever is told that it is delivered deletes the capsule.
function passing(plan: GrantPlan): Outcome {
  const facts = {
    grant: plan.id,
    reason: `its write-back (${plan.writeBackName}) does not outlive this run`,
    remedy: "Keep the capsule. Deliver it on a machine that keeps its disk, or into a write-back that lasts",
  };
  const error = new TokenwardError("ERR_WRITEBACK_UNWRITABLE", facts, { class: "refused" });
  return failedWith(error, "refused", { judged: false });
}

// The capsule stays what it is; no journal of this machine holds its token.
function unwritable(plan: GrantPlan, cause: TokenwardError): TokenwardError {
  const { reason, remedy } = cause.facts;
  const facts = { grant: plan.id, reason, remedy: `Keep the capsule. ${remedy}` };
  return new TokenwardError("ERR_WRITEBACK_UNWRITABLE", facts, { cause, class: "write-back" });
}
