import { TokenwardError } from "../errors/error.ts";
import type { GrantPlan } from "../plan.ts";
import type { Assessment } from "../refresher.ts";
import type { OpenExchange, Snapshot, SpentToken } from "../state.ts";
import type { RefreshStatus } from "../status.ts";
import { policyOf } from "./assess-grant.ts";
import { writeBackDeadline, type EngineContext } from "./context.ts";
import type { RefreshReport } from "./engine.ts";
import { interpret } from "./interpret.ts";
import { withMinted } from "./minted.ts";
import { failedWith, type Outcome } from "./outcome.ts";
import { refuseUndurable } from "./preflight.ts";
import { reauth, refusedBefore, sentence, unrenewable } from "./reauth.ts";
import { mayExchange } from "./refreshable.ts";
import { outcomeOfThrown } from "./refresh-path.ts";
import { reportOf } from "./report.ts";
import { forgivesReuse } from "./reuse.ts";
import { checkScopes, statusOf } from "./status-of.ts";
import { retiredOutcome } from "./retired.ts";
import { find, isRetired, targetOf, type Found } from "./stored.ts";

type Would = NonNullable<RefreshStatus["would"]>;

/**
 * Dry run and status: read and assess, nothing else. There is no lease, no request and no write on this path, and no
 * function that could make one is imported here.
 */
export async function inspectAll(plans: readonly GrantPlan[], context: EngineContext): Promise<RefreshReport> {
  const statuses: RefreshStatus[] = [];
  for (const plan of plans) statuses.push(await inspectGrant(plan, context));
  return reportOf(statuses, true);
}

async function inspectGrant(plan: GrantPlan, context: EngineContext): Promise<RefreshStatus> {
  let seen: { readonly outcome: Outcome; readonly would: Would };
  try {
    seen = await look(plan, context);
  } catch (thrown) {
    seen = { outcome: outcomeOfThrown(plan, thrown, context), would: "nothing" };
  }
  const status = checkScopes(plan, seen.outcome, statusOf(plan, seen.outcome, context.clock.now()));
  return { ...status, would: seen.would };
}

async function look(
  plan: GrantPlan,
  context: EngineContext,
): Promise<{ readonly outcome: Outcome; readonly would: Would }> {
  const target = await targetOf(plan, context.io(writeBackDeadline));
  const stored = await find(plan, target, context);
  if (isRetired(stored)) return { outcome: retiredOutcome(plan, stored), would: "nothing" };
  const snapshot = await context.state.peek(target);
  const found = stored === undefined ? undefined : withMinted(stored, snapshot.last, target, plan.refresher.traits);
  const refreshedAt = snapshot.facts.refreshedAt;
  const waiting = waitingAnswer(plan, snapshot, found);
  if (waiting !== undefined) return waiting;
  if (found === undefined) return lost(plan, snapshot);
  const doubt = openDoubt(plan, snapshot.open, found, context);
  if (doubt !== undefined) return { outcome: { ...doubt, refreshedAt }, would: "re-authorize" };

  const { traits } = plan.refresher;
  const spent = found.fingerprint === undefined ? undefined : await context.state.spent(target, found.fingerprint);
  if (spent !== undefined && traits.reuse !== "retry-safe")
    return {
      outcome: spentOutcome(plan, found, snapshot, spent),
      would: snapshot.last === undefined ? "re-authorize" : "recover",
    };

  const assessment = plan.refresher.assess(found.grant, context.clock.now(), policyOf(plan));
  const refused = snapshot.refused;
  if (refused !== undefined && refused.fingerprint === found.fingerprint && traits.reuse !== "retry-safe") {
    const reason = refusedBefore(plan, refused);
    return { outcome: { ...reauth(plan, reason, found.grant, assessment), refreshedAt }, would: "re-authorize" };
  }
  return { outcome: { ...assessed(plan, found, assessment, context), refreshedAt }, would: wouldOf(plan, assessment) };
}

/** An answer that an interrupted run had received. Interpreting is pure, so that a dry run may do it. */
function waitingAnswer(
  plan: GrantPlan,
  { open, last, facts }: Snapshot,
  found: Found | undefined,
): { readonly outcome: Outcome; readonly would: Would } | undefined {
  const grant = found?.grant ?? last;
  if (open?.answer === undefined || grant === undefined) return undefined;
  const reading = interpret({ plan }, open.answer, grant);
  if (TokenwardError.is(reading)) {
    return { outcome: failedWith(reading, "in-doubt", { action: "failed", grant }), would: "recover" };
  }
  // A refusal was about a token that is still the stored one; the ordinary judgement follows.
  if (reading.kind === "refused") return undefined;
  const detail = `The answer of ${open.answer.receivedAt.toISOString()} waits in this machine's journal; the next run saves it.`;
  return { outcome: { action: "healthy", detail, grant, refreshedAt: facts.refreshedAt }, would: "recover" };
}

function lost(plan: GrantPlan, snapshot: Snapshot): { readonly outcome: Outcome; readonly would: Would } {
  if (snapshot.last !== undefined) {
    const detail = "The write-back has lost this grant; the next run puts the newest token back.";
    return {
      outcome: { action: "healthy", detail, grant: snapshot.last, refreshedAt: snapshot.facts.refreshedAt },
      would: "recover",
    };
  }
  const error = new TokenwardError("ERR_AUTH_NOT_CONNECTED", { grant: plan.id }, { class: "reauth" });
  return { outcome: failedWith(error, "reauth"), would: "re-authorize" };
}

function openDoubt(
  plan: GrantPlan,
  open: OpenExchange | undefined,
  found: Found,
  context: EngineContext,
): Outcome | undefined {
  const intent = open?.intent ?? found.grant.claim;
  if (intent === undefined || intent.version.fingerprint !== found.fingerprint) return undefined;
  const now = context.clock.now();
  // Without the lease nobody can tell a slow exchange from a dead one before its deadline.
  if (open?.inDoubtSince === undefined && now < intent.deadline) {
    const detail = `${intent.host} has been refreshing it since ${intent.at.toISOString()}.`;
    return { action: "healthy", detail, grant: found.grant };
  }
  if (forgivesReuse(plan.refresher.traits, intent, now)) return undefined;
  const facts = { grant: plan.id, host: intent.host, when: intent.at.toISOString(), reason: "no answer was kept" };
  return failedWith(new TokenwardError("ERR_AUTH_IN_DOUBT", facts, { class: "in-doubt" }), "in-doubt", {
    grant: found.grant,
  });
}

function spentOutcome(plan: GrantPlan, found: Found, snapshot: Snapshot, spent: SpentToken): Outcome {
  const when = spent.at.toISOString();
  if (snapshot.last !== undefined) {
    const detail = `An older copy came back: ${spent.host} exchanged it at ${when}. The next run puts the newest token back.`;
    return { action: "healthy", detail, grant: snapshot.last, refreshedAt: snapshot.facts.refreshedAt };
  }
  const error = new TokenwardError(
    "ERR_AUTH_TOKEN_SPENT",
    { grant: plan.id, host: spent.host, when, remedy: "Put the newer token back" },
    { class: "reauth" },
  );
  return failedWith(error, "reauth", { grant: found.grant });
}

function assessed(plan: GrantPlan, found: Found, assessment: Assessment, context: EngineContext): Outcome {
  const { verdict, reason } = assessment;
  const detail = sentence(reason);
  if (verdict === "reauth-required") return reauth(plan, reason, found.grant, assessment);
  if (verdict === "skipped" || verdict === "healthy")
    return { action: verdict, detail, grant: found.grant, assessment };
  if (!mayExchange(plan.refresher, assessment))
    return unrenewable(plan, found.grant, assessment, asks(plan, assessment));
  const refusal = refuseUndurable({ plan, context, traits: plan.refresher.traits }, found);
  return refusal ?? { action: "healthy", detail, grant: found.grant, assessment };
}

function wouldOf(plan: GrantPlan, assessment: Assessment): Would {
  if (assessment.verdict === "reauth-required") return "re-authorize";
  if (assessment.verdict === "healthy" || assessment.verdict === "skipped")
    return asks(plan, assessment) ? "health-check" : "nothing";
  if (!mayExchange(plan.refresher, assessment)) return asks(plan, assessment) ? "health-check" : "re-authorize";
  if (assessment.would !== undefined) return assessment.would;
  return plan.refresher.traits.rotation === "always" ? "rotate" : "refresh";
}

/** Whether a run would ask the platform about this token. */
function asks(plan: GrantPlan, assessment: Assessment): boolean {
  return assessment.verify === true && plan.refresher.verify !== undefined;
}
