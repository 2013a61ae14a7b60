import { messageOf, TokenwardError } from "../errors/error.ts";
import { sameVersion } from "../fingerprint.ts";
import type { FailureClass } from "../failure.ts";
import type { GrantPlan } from "../plan.ts";
import type { Assessment } from "../refresher.ts";
import type { Held, Snapshot } from "../state.ts";
import type { RefreshStatus } from "../status.ts";
import type { Alerting } from "../alerts/alerting.ts";
import { assess } from "./assess-grant.ts";
import { respectClaim } from "./claims.ts";
import type { EngineContext } from "./context.ts";
import { exchange } from "./exchange.ts";
import { withMinted } from "./minted.ts";
import { findingsOf } from "./findings.ts";
import { failedWith, type Outcome } from "./outcome.ts";
import type { Pass, Standing, Wish } from "./pass.ts";
import { probe, refuseUndurable } from "./preflight.ts";
import { reauth, refusedBefore, sentence, unrenewable } from "./reauth.ts";
import { recover, type Settled } from "./recover.ts";
import { mayExchange } from "./refreshable.ts";
import { retiredOutcome } from "./retired.ts";
import { putBackNewest } from "./spent.ts";
import { checkScopes, statusOf } from "./status-of.ts";
import { step } from "./step.ts";
import { find, isRetired, targetOf, type Found } from "./stored.ts";
import { finishSave } from "./unfinished.ts";

/**
 * The one refresh path. Batch job, service and CLI all go through it; there is no second way to a token endpoint.
 * Its steps are numbered as in docs/architecture.md.
 */
export async function refreshGrant(
  plan: GrantPlan,
  context: EngineContext,
  alerting: Alerting,
  wish: Wish = {},
): Promise<RefreshStatus> {
  const outcome = await safely(plan, context, async () => await observeThenRefresh(plan, context, wish));
  const subject = { grant: plan.id };
  const status = await step("scopes", subject, () =>
    checkScopes(plan, outcome, statusOf(plan, outcome, context.clock.now())),
  );
  const findings = findingsOf(plan, outcome, status, context.clock.now());
  await step("release", subject, async () => await alerting.sight(findings));
  return status;
}

async function observeThenRefresh(plan: GrantPlan, context: EngineContext, wish: Wish): Promise<Outcome> {
  const target = await targetOf(plan, context.io());
  const subject = { grant: plan.id, target };
  // Step 0, before the lease: whoever finds something newer under the lease knows that another one was faster.
  const observedAt = context.clock.now();
  const observed = await step("observe", subject, async () => await find(plan, target, context));
  return await holdLease(plan, target, context, async (held) => {
    const pass: Pass = { plan, context, traits: plan.refresher.traits, target, held, subject, wish };
    return await underLease(pass, observed, observedAt);
  });
}

/** Step 1. Import and recovery take the same lease through here. */
export async function holdLease<T>(
  plan: GrantPlan,
  target: string,
  context: EngineContext,
  work: (held: Held) => Promise<T>,
): Promise<T> {
  const subject = { grant: plan.id, target };
  let begun = (): void => undefined;
  const beginning = new Promise<void>((resolve) => (begun = resolve));
  const leased = step("lease", subject, async () => await beginning);
  try {
    return await context.state.hold(
      target,
      async (held) => {
        begun();
        await leased;
        return await work(held);
      },
      { waitAtMost: context.leaseWait, signal: context.signal },
    );
  } finally {
    begun();
  }
}

async function underLease(pass: Pass, observed: Found | undefined, observedAt: Date): Promise<Outcome> {
  const found = await step("read", pass.subject, async () => await find(pass.plan, pass.target, pass.context));
  const snapshot = await pass.held.snapshot();
  const standing: Standing = {
    found,
    snapshot,
    adopted: adoptedBy(observed, found) ?? provedSince(observedAt, snapshot),
    doubt: undefined,
  };

  const outcome = await throughSteps(pass, standing);
  const settledAt = outcome.class === undefined && wasLeftOpen(standing) ? pass.context.clock.now() : undefined;
  return { ...outcome, settledAt, memoryLost: isMemoryLost(pass, standing) };
}

function wasLeftOpen({ found, snapshot }: Standing): boolean {
  return snapshot.open !== undefined || found?.grant.unfinished === true;
}

// Kept on this very machine, by a Tokenward that must have remembered it here.
function isMemoryLost({ plan, context }: Pass, { found, snapshot }: Standing): boolean {
  if (plan.writeBack.traits.machineBound !== true || context.state.traits.ephemeral) return false;
  const { last, open, facts } = snapshot;
  const unknown = last === undefined && open === undefined && facts.grant === undefined;
  return unknown && found?.stored === true && !isRetired(found) && (found.version.generation ?? 0) > 0;
}

async function throughSteps(pass: Pass, standing: Standing): Promise<Outcome> {
  const settled = await step("recover", pass.subject, async () => await settle(pass, standing));
  if (settled.kind === "outcome") return settled.outcome;
  if (pass.wish.recoverOnly === true) return recoveredOutcome(settled.standing);

  const judged = await step("assess", pass.subject, async () => await judge(pass, settled.standing));
  if (judged.kind === "outcome") return judged.outcome;

  const refusal = await step("probe", pass.subject, async () => await probe(pass, judged.standing.found));
  return refusal ?? (await exchange(pass, judged.standing));
}

function adoptedBy(observed: Found | undefined, found: Found | undefined): string | undefined {
  if (found === undefined) return undefined;
  if (observed !== undefined && sameVersion(observed.version, found.version)) return undefined;
  return "another process refreshed it meanwhile";
}

// Where nothing rotates, nothing stored changes either: another process's mint shows in the state alone.
function provedSince(observedAt: Date, { facts }: Snapshot): string | undefined {
  const since = facts.refreshedAt !== undefined && facts.refreshedAt > observedAt;
  return since ? "another process refreshed it meanwhile" : undefined;
}

/** Step 3 and the first half of step 4: after it, what is stored is the newest grant there is, and not in doubt. */
async function settle(pass: Pass, standing: Standing): Promise<Settled> {
  if (isRetired(standing.found)) return { kind: "outcome", outcome: retiredOutcome(pass.plan, standing.found) };
  let current = standing;
  // Twice at most: what was put back may be the token that an open exchange is about.
  for (let round = 0; round < 2; round++) {
    const recovered = await recover(pass, current);
    if (recovered.kind === "outcome") return recovered;
    const before = recovered.standing;
    const restored = await putBackNewest(pass, before);
    if (restored.kind === "outcome") return restored;
    current = restored.standing;
    if (current === before) break;
  }
  const free = await respectClaim(pass, current);
  if (free.kind === "outcome") return free;
  // Retired while its claim was waited for.
  if (isRetired(free.standing.found))
    return { kind: "outcome", outcome: retiredOutcome(pass.plan, free.standing.found) };
  return await finishSave(pass, free.standing);
}

/** The second half of step 4: what stored facts say, and what they rule out. */
async function judge(
  pass: Pass,
  standing: Standing,
): Promise<
  | { readonly kind: "standing"; readonly standing: Standing & { readonly found: Found } }
  | { readonly kind: "outcome"; readonly outcome: Outcome }
> {
  const { plan, wish, traits } = pass;
  if (standing.found === undefined) {
    const error = new TokenwardError("ERR_AUTH_NOT_CONNECTED", { grant: plan.id }, { class: "reauth" });
    return { kind: "outcome", outcome: failedWith(error, "reauth") };
  }
  const known = withMinted(standing.found, standing.snapshot.last, pass.target, traits);
  const { found, assessment, objection } = await assess(pass, { ...standing, found: known });
  const current = { ...standing, found };
  const { refused } = standing.snapshot;
  // Where a dead token may be an older sibling's, presenting it again can kill the living one.
  if (
    refused !== undefined &&
    refused.fingerprint === found.fingerprint &&
    traits.reuse !== "retry-safe" &&
    wish.retryOnce !== true
  ) {
    const reason = refusedBefore(plan, refused);
    return { kind: "outcome", outcome: reauth(plan, reason, found.grant, assessment) };
  }
  if (objection !== undefined) return { kind: "outcome", outcome: objection };
  switch (assessment.verdict) {
    case "reauth-required":
      return { kind: "outcome", outcome: reauth(plan, assessment.reason, found.grant, assessment) };
    case "skipped":
      return {
        kind: "outcome",
        outcome: { action: "skipped", detail: sentence(assessment.reason), grant: found.grant, assessment },
      };
    case "healthy":
      return { kind: "outcome", outcome: await healthy(pass, current, assessment) };
    case "due":
    case "unknown":
      break;
  }
  if (standing.adopted !== undefined) return { kind: "outcome", outcome: await healthy(pass, current, assessment) };
  if (!mayExchange(plan.refresher, assessment)) {
    return { kind: "outcome", outcome: unrenewable(plan, found.grant, assessment, false) };
  }
  const refusal = refuseUndurable(pass, found);
  return refusal === undefined ? { kind: "standing", standing: current } : { kind: "outcome", outcome: refusal };
}

async function healthy(
  pass: Pass,
  standing: Standing & { readonly found: Found },
  assessment: Assessment,
): Promise<Outcome> {
  const { found, snapshot, adopted } = standing;
  const known = snapshot.last;
  // What another machine or a human saved becomes this machine's cache, too.
  const news = adopted !== undefined && (known === undefined || known.generation !== found.version.generation);
  if (news && snapshot.open === undefined) await pass.held.close({ last: found.grant });
  const detail = sentence(adopted ?? assessment.reason);
  return { action: "healthy", detail, grant: found.grant, assessment, refreshedAt: snapshot.facts.refreshedAt };
}

function recoveredOutcome(standing: Standing): Outcome {
  return {
    action: "healthy",
    detail: "What was journaled is delivered.",
    grant: standing.found?.grant,
    refreshedAt: standing.snapshot.facts.refreshedAt,
  };
}

/** Turns whatever is thrown on the way into an outcome: one grant's failure is its own. */
async function safely(plan: GrantPlan, context: EngineContext, work: () => Promise<Outcome>): Promise<Outcome> {
  try {
    context.signal.throwIfAborted();
    return await work();
  } catch (thrown) {
    return outcomeOfThrown(plan, thrown, context);
  }
}

/** The outcome of an error that ended a pass. */
export function outcomeOfThrown(plan: GrantPlan, thrown: unknown, context: Pick<EngineContext, "signal">): Outcome {
  if (!TokenwardError.is(thrown)) {
    if (context.signal.aborted) {
      return failedWith(
        new TokenwardError("ERR_AUTH_INTERRUPTED", { grant: plan.id }, { class: "transient" }),
        "transient",
      );
    }
    const error = new TokenwardError(
      "ERR_AUTH_INTERNAL",
      { grant: plan.id, reason: messageOf(thrown) },
      { cause: thrown },
    );
    return failedWith(error, "client", { judged: false });
  }
  // A state knows targets; people know grants.
  if (thrown.code === "ERR_AUTH_LEASE_BUSY") {
    const busy = new TokenwardError(thrown.code, { ...thrown.facts, grant: plan.id }, { class: "lease" });
    return failedWith(busy, "lease");
  }
  const failure: FailureClass = thrown.class ?? "write-back";
  // A state that cannot be trusted says nothing about any grant.
  const blind = thrown.code.startsWith("ERR_STATE_") || thrown.code.startsWith("ERR_CONFIG_");
  return failedWith(thrown, failure, blind ? { judged: false } : {});
}
