import { messageOf } from "../errors/error.ts";
import type { StoredGrant } from "../grant.ts";
import type { GrantPlan } from "../plan.ts";
import type { Assessment, AssessPolicy, Verified } from "../refresher.ts";
import { fingerprintIn } from "./deliver.ts";
import { nextGeneration, type Pass, type Standing } from "./pass.ts";
import { save } from "./save.ts";
import type { Found } from "./stored.ts";

/** What a refresher's assessment may know beside the grant. */
export function policyOf(plan: GrantPlan): AssessPolicy {
  return {
    traits: plan.refresher.traits,
    refreshAt: plan.refreshAt ?? 0.8,
    alertBeforeDays: plan.alertBeforeDays,
  };
}

/** Assesses a grant; where facts are missing and the platform can be asked without spending anything, asks first. */
export async function assess(
  pass: Pass,
  standing: Standing & { readonly found: Found },
): Promise<{ readonly found: Found; readonly assessment: Assessment }> {
  const { plan, context } = pass;
  const { found } = standing;
  const assessment = plan.refresher.assess(found.grant, context.clock.now(), policyOf(plan));
  if (assessment.verdict !== "unknown") return { found, assessment };
  const verified = await verify(pass, found.grant);
  if (verified === undefined) return { found, assessment };
  const learned = await learn(pass, standing, verified);
  return { found: learned, assessment: plan.refresher.assess(learned.grant, context.clock.now(), policyOf(plan)) };
}

async function verify(pass: Pass, grant: StoredGrant): Promise<Verified | undefined> {
  const { plan, context } = pass;
  if (plan.refresher.verify === undefined || grant.accessToken === undefined) return undefined;
  try {
    return await plan.refresher.verify(grant, plan.client, grant.accessToken, context.io(context.exchangeDeadline));
  } catch (thrown) {
    context.note(`${plan.id}: the platform could not be asked about unknown facts (${messageOf(thrown)}).`);
    return undefined;
  }
}

async function learn(pass: Pass, standing: Standing & { readonly found: Found }, verified: Verified): Promise<Found> {
  const { found } = standing;
  const grant: StoredGrant = {
    ...found.grant,
    accessTokenExpiresAt: verified.accessTokenExpiresAt ?? found.grant.accessTokenExpiresAt,
    refreshTokenExpiresAt: verified.refreshTokenExpiresAt ?? found.grant.refreshTokenExpiresAt,
    scopes: verified.scopes ?? found.grant.scopes,
    attributes:
      verified.attributes === undefined
        ? found.grant.attributes
        : { ...found.grant.attributes, ...verified.attributes },
    generation: nextGeneration(found, standing.snapshot.last),
  };
  const next = { ...grant, fingerprint: fingerprintIn(pass, grant) };
  const saved = await save(pass, next, found.version);
  // Facts that cannot be saved are still facts; the next run learns them again.
  if (saved.kind !== "saved") return { ...found, grant };
  await pass.held.close({ last: next });
  return {
    grant: next,
    version: { generation: next.generation, fingerprint: next.fingerprint },
    fingerprint: next.fingerprint,
    stored: true,
  };
}
