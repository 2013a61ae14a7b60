import type { Alerting } from "../alerts/alerting.ts";
import { TokenwardError } from "../errors/error.ts";
import { fingerprintOf } from "../fingerprint.ts";
import { parseGrantId, type StoredGrant } from "../grant.ts";
import type { GrantPlan } from "../plan.ts";
import type { OpenExchange, SpentToken } from "../state.ts";
import type { RefreshStatus } from "../status.ts";
import { policyOf } from "./assess-grant.ts";
import type { EngineContext } from "./context.ts";
import { allClear, findingsOf } from "./findings.ts";
import { fingerprintIn } from "./deliver.ts";
import type { ImportedGrant } from "./engine.ts";
import { interpret } from "./interpret.ts";
import { failedWith, type Outcome } from "./outcome.ts";
import { nextGeneration, type Pass, type Standing } from "./pass.ts";
import { inDoubt, leavesDoubt, mayPresentAgain, spentByIntent } from "./recover.ts";
import { holdLease, outcomeOfThrown } from "./refresh-path.ts";
import { sentence } from "./reauth.ts";
import { save } from "./save.ts";
import { checkScopes, statusOf } from "./status-of.ts";
import { find, targetOf } from "./stored.ts";

/**
 * Stores a human's new consent as a new generation, under the grant's lease. It ends every doubt about the grant:
 * whatever an interrupted exchange may still bring belongs to the consent before this one.
 */
export async function importGrant(
  plan: GrantPlan,
  imported: ImportedGrant,
  context: EngineContext,
  alerting: Alerting,
): Promise<RefreshStatus> {
  let outcome: Outcome;
  try {
    const target = await targetOf(plan, context.io());
    outcome = await holdLease(plan, target, context, async (held) => {
      const subject = { grant: plan.id, target };
      return await store({ plan, context, traits: plan.refresher.traits, target, held, subject, wish: {} }, imported);
    });
  } catch (thrown) {
    outcome = outcomeOfThrown(plan, thrown, context);
  }
  const now = context.clock.now();
  const status = checkScopes(plan, outcome, statusOf(plan, outcome, now));
  // A token that was not stored says nothing about the one that is.
  if (outcome.class === undefined) {
    await alerting.sight([allClear(plan, status.detail, now), ...findingsOf(plan, outcome, status, now)]);
  }
  return status;
}

async function store(pass: Pass, imported: ImportedGrant): Promise<Outcome> {
  const { plan, context } = pass;
  const found = await find(plan, pass.target, context);
  const snapshot = await pass.held.snapshot();
  const next = grantOf(pass, imported, { found, snapshot });
  const assessment = plan.refresher.assess(next, context.clock.now(), policyOf(plan));
  const alone = assessment.refreshable === false && next.accessToken !== undefined;
  if (next.fingerprint === undefined && !alone) return invalid(plan, missingToken(pass));
  const spent = next.fingerprint === undefined ? undefined : await pass.held.isSpent(next.fingerprint);
  if (spent !== undefined) return alreadySpent(plan, spent);
  const { open } = snapshot;
  const before = open === undefined ? undefined : spentByIntent(open.intent);
  const fate = open === undefined ? "kept" : fateOf(pass, open, next);
  if (before !== undefined && open !== undefined && before.fingerprint === next.fingerprint) {
    if (fate === "spent") return alreadySpent(plan, before);
    // Not a new consent, but the very token that was sent: storing it would only make the doubt forgotten.
    if (fate === "in-doubt" && !mayPresentAgain(pass, open.intent))
      return inDoubt(pass, open.intent, "the imported token is that very one, so nothing was changed", found);
  }

  const saved = await save(pass, next, found?.version ?? { generation: 0 });
  if (saved.kind === "failed") return notImported(plan, saved.error);
  if (saved.kind === "superseded")
    return failedWith(new TokenwardError("ERR_WRITEBACK_CONFLICT", { grant: plan.id }), "write-back");
  await pass.held.close({
    last: saved.grant,
    refused: null,
    // In doubt no longer: nobody will know any more whether it was exchanged, so it must never be presented again.
    spent: fate === "kept" || before?.fingerprint === next.fingerprint ? undefined : before,
    facts: { grant: plan.id },
  });
  const stored = `Imported and saved as generation ${saved.grant.generation}.`;
  return {
    action: "healthy",
    // Stored, and yet in need of a human soon: the exit code says so, and here is why.
    detail: assessment.alert === true ? `${stored} ${sentence(assessment.reason)}` : stored,
    grant: saved.grant,
    assessment,
  };
}

function grantOf(pass: Pass, imported: ImportedGrant, known: Pick<Standing, "found" | "snapshot">): StoredGrant {
  const { plan, context } = pass;
  const now = context.clock.now();
  const grant: StoredGrant = {
    id: plan.id,
    ...parseGrantId(plan.id),
    generation: nextGeneration(known.found, known.snapshot.last),
    accessToken: imported.accessToken,
    accessTokenExpiresAt: imported.accessTokenExpiresAt,
    refreshToken: imported.refreshToken,
    refreshTokenExpiresAt: imported.refreshTokenExpiresAt,
    scopes: imported.scopes,
    rotatedAt: imported.rotatedAt ?? now,
    consentedAt: imported.rotatedAt ?? now,
  };
  return { ...grant, fingerprint: fingerprintIn(pass, grant) };
}

/** What became of the token that an open exchange presented, as far as its answer tells. */
function fateOf(pass: Pass, { intent, answer }: OpenExchange, next: StoredGrant): "spent" | "kept" | "in-doubt" {
  const reading = answer === undefined ? undefined : interpret(pass, answer, next);
  if (reading === undefined || TokenwardError.is(reading)) return "in-doubt";
  if (reading.kind === "refused") return leavesDoubt(intent, reading) ? "in-doubt" : "kept";
  const successor = pass.traits.presents === "access-token" ? reading.accessToken : reading.refreshToken;
  const same = successor === undefined || fingerprintOf(pass.target, successor) === intent.version.fingerprint;
  return same ? "kept" : "spent";
}

function missingToken(pass: Pass): string {
  const wanted = pass.traits.presents === "access-token" ? "access_token" : "refresh_token";
  return `it has no \`${wanted}\`, and that is what ${pass.plan.refresher.platform} renews`;
}

function invalid(plan: GrantPlan, reason: string): Outcome {
  return failedWith(new TokenwardError("ERR_AUTH_IMPORT_INVALID", { grant: plan.id, reason }), "client", {
    judged: false,
  });
}

// Unlike what an exchange brought, the human's token is in no journal: they must hand it over again.
function notImported(plan: GrantPlan, error: TokenwardError): Outcome {
  const { reason, remedy } = error.facts;
  const options = { cause: error, class: "write-back" as const };
  return failedWith(
    new TokenwardError("ERR_WRITEBACK_UNWRITABLE", { grant: plan.id, reason, remedy }, options),
    "write-back",
  );
}

function alreadySpent(plan: GrantPlan, spent: SpentToken): Outcome {
  const remedy = `Nothing was changed: \`tokenward auth refresh ${plan.id}\` goes on with the newest token that is known`;
  const facts = { grant: plan.id, host: spent.host, when: spent.at.toISOString(), remedy };
  return failedWith(new TokenwardError("ERR_AUTH_TOKEN_SPENT", facts, { class: "reauth" }), "reauth");
}
