import { Alerting } from "../alerts/alerting.ts";
import { fingerprintOf, presentedBy } from "../fingerprint.ts";
import type { StoredGrant, Version } from "../grant.ts";
import type { GrantPlan } from "../plan.ts";
import type { Held, SpentToken } from "../state.ts";
import type { RetirementStatus } from "../status.ts";
import type { EngineContext } from "./context.ts";
import type { Destination } from "./engine.ts";
import { copy, generationThere, objectionThere, probe, verify } from "./move-destination.ts";
import { done, notMoved, type Move } from "./move.ts";
import { refuseUndurable } from "./preflight.ts";
import { holdLease, outcomeOfThrown, refreshGrant } from "./refresh-path.ts";
import { retiredError } from "./retired.ts";
import { holdsToken, leaveTombstone, notRetired, readPlace, retirementStatus } from "./retirement.ts";
import { find, isRetired, targetOf, type Found, type FoundRetired } from "./stored.ts";
import { unsettled } from "./unsettled.ts";

type Attempted =
  | { readonly kind: "done"; readonly status: RetirementStatus; readonly grant?: StoredGrant | undefined }
  | { readonly kind: "unsettled"; readonly why: string };

/**
 * Moves a grant: copied, read back, and only then taken away from the old place, which keeps a tombstone. Whatever is
 * interrupted is completed by moving again.
 */
export async function moveGrant(
  plan: GrantPlan,
  destination: Destination,
  context: EngineContext,
  options: { readonly dryRun?: boolean | undefined } = {},
): Promise<RetirementStatus> {
  try {
    const there = { ...plan, writeBack: destination.writeBack, writeBackName: destination.name };
    const from = await targetOf(plan, context.io());
    const to = await targetOf(there, context.io());
    const move: Move = { plan, there, from, to, context };
    if (from === to) return done(move, "skipped", `It is kept in ${to} already.`, "nothing");
    if (plan.writeBack.retire === undefined)
      return notMoved(
        move,
        `its write-back (${plan.writeBackName}) leaves no tombstone, and the old copy would stay alive`,
        `Import it in the other place (\`tokenward auth import ${plan.id}\`) and delete the old copy by hand`,
      );
    if (options.dryRun === true) return (await look(move)).status;
    return await moveNow(move);
  } catch (thrown) {
    const { detail, error, judged } = outcomeOfThrown(plan, thrown, context);
    return retirementStatus(plan, "failed", detail, { code: error?.code, judged: judged ?? true });
  }
}

async function moveNow(move: Move): Promise<RetirementStatus> {
  const { plan, there, from, to, context } = move;
  for (let round = 1; ; round++) {
    context.signal.throwIfAborted();
    const attempted = await holdLease(plan, from, context, async (held) => await attempt(move, held));
    if (attempted.kind === "done") {
      // Two leases are never held at once. Until this is remembered, the next run adopts what it finds there.
      const { grant } = attempted;
      if (grant !== undefined)
        await holdLease(there, to, context, async (held) => await remember(held, grant, context));
      return attempted.status;
    }
    if (round > 1) return notMoved(move, attempted.why, `Run \`tokenward auth refresh ${plan.id}\` first`);
    // What an interrupted run left open is settled where it was begun, by the ordinary path, exchanging nothing.
    const alerting = new Alerting(context);
    const settled = await refreshGrant(plan, context, alerting, { recoverOnly: true });
    await alerting.settle();
    if (settled.alert)
      return retirementStatus(plan, "failed", settled.detail, { code: settled.code, judged: settled.judged, from, to });
  }
}

/** Everything that happens while the lease of the old place is held. */
async function attempt(move: Move, held: Held): Promise<Attempted> {
  const { plan, there, from, to, context } = move;
  const found = await find(plan, from, context);
  const snapshot = await held.snapshot();
  if (isRetired(found)) {
    const kept = found.grant.retired.movedTo === to ? await takeAway(move, found.version) : undefined;
    if (kept !== undefined) return { kind: "done", status: kept };
    const status = await afterwards(move, found);
    if (status.action === "skipped" && snapshot.last !== undefined) await held.close({ last: null, refused: null });
    return { kind: "done", status };
  }
  const isSpent: Held["isSpent"] = async (fingerprint) => await held.isSpent(fingerprint);
  const why = await unsettled({ plan, found, snapshot, isSpent, now: context.clock.now() });
  if (why !== undefined) return { kind: "unsettled", why };
  const looked = await look(move, found);
  if (looked.source === undefined || looked.status.action === "failed") return { kind: "done", status: looked.status };
  const { source, present } = looked;

  const objection = await probe(move, source);
  if (objection !== undefined) return { kind: "done", status: objection };
  const presented = presentedBy(source.grant, plan.refresher.traits);
  const next: StoredGrant = {
    ...source.grant,
    generation: await generationThere(move, source, present, snapshot.last),
    fingerprint: presented === undefined ? undefined : fingerprintOf(to, presented),
    claim: undefined,
    unfinished: undefined,
    retired: undefined,
  };
  const refused = (await copy(move, next, present)) ?? (await verify(move, next));
  if (refused !== undefined) return { kind: "done", status: refused };
  const kept = await takeAway(move, source.version);
  if (kept !== undefined) return { kind: "done", status: kept };
  await held.close({ last: null, refused: null });
  const detail = `It is kept in ${there.writeBackName} now (${to}, generation ${next.generation}). A tombstone in ${from} says so.`;
  return { kind: "done", status: done(move, "moved", detail), grant: next };
}

interface Looked {
  readonly status: RetirementStatus;
  /** What is to be moved. Absent: there is nothing, and the status says why. */
  readonly source?: Found | undefined;
  readonly present?: StoredGrant | undefined;
}

/** What a move would find, from reading alone. */
async function look(move: Move, known?: Found): Promise<Looked> {
  const { plan, there, from, to, context } = move;
  const source = known ?? (await find(plan, from, context));
  if (isRetired(source)) return { status: await afterwards(move, source) };
  if (source === undefined || !source.stored) return { status: nothingToMove(move, source) };
  const open = await lookOpen(move, source, known);
  if (open !== undefined) return { status: notMoved(move, open, `Run \`tokenward auth refresh ${plan.id}\` first`) };
  const undurable = refuseUndurable({ plan: there, traits: plan.refresher.traits, context }, source);
  if (undurable?.error !== undefined) return { status: notRetired(plan, undurable.error, { from, to, judged: false }) };
  const present = await readPlace(there, context);
  const objection = await objectionThere(move, source, present);
  if (objection !== undefined) return { status: objection };
  const again = holdsToken(present);
  const detail = again
    ? `Its token is in ${to} already: an interrupted move would be completed by taking the copy in ${from} away.`
    : `It would be copied from ${from} to ${to}, read back, and a tombstone left in the old place.`;
  return { status: done(move, "skipped", detail, again ? "complete" : "move"), source, present };
}

// Under the lease this was asked before; a dry run has no lease, and only says what it sees.
async function lookOpen(move: Move, source: Found, known: Found | undefined): Promise<string | undefined> {
  if (known !== undefined) return undefined;
  const { plan, from, context } = move;
  const isSpent = async (fingerprint: string): Promise<SpentToken | undefined> =>
    await context.state.spent(from, fingerprint);
  const snapshot = await context.state.peek(from);
  return await unsettled({ plan, found: source, snapshot, isSpent, now: context.clock.now() });
}

function nothingToMove(move: Move, seed: Found | undefined): RetirementStatus {
  const { id } = move.plan;
  const why =
    seed === undefined
      ? "Nothing is stored for it, so there is nothing to move."
      : "Nothing is stored for it yet, so there is nothing to move: its token comes from the environment, wherever it will be kept.";
  return done(move, "skipped", `${why} \`tokenward auth import ${id}\` stores one.`, "nothing");
}

/** The old place holds a tombstone. */
async function afterwards(move: Move, found: FoundRetired): Promise<RetirementStatus> {
  const { plan, there, from, to, context } = move;
  const { movedTo, at } = found.grant.retired;
  if (movedTo !== to) return notRetired(plan, retiredError(plan, found), { from });
  if (holdsToken(await readPlace(there, context)))
    return done(move, "skipped", `It was moved to ${to} on ${at.toISOString()} already.`, "nothing");
  return notMoved(
    move,
    `a tombstone in ${from} says that it was moved to ${to}, but no token is there any more`,
    `Consent again: \`tokenward auth ${plan.id}\`, with the configuration that names ${there.writeBackName}`,
  );
}

async function takeAway(move: Move, version: Version): Promise<RetirementStatus | undefined> {
  const { plan, from, to, context } = move;
  const trouble = await leaveTombstone(plan, version, to, context);
  if (trouble === undefined) return undefined;
  return notMoved(
    move,
    `it is saved in ${to}, but the copy in ${from} could not be taken away (${trouble.reason}), so both places may hold one token`,
    `${trouble.remedy}, then run the same command again, which completes the move; refresh nothing before`,
  );
}

/** The state of the new place learns what is kept there. */
async function remember(held: Held, grant: StoredGrant, { clock }: EngineContext): Promise<void> {
  const { last, open } = await held.snapshot();
  if ((last?.generation ?? 0) >= (grant.generation ?? 0)) return;
  await held.close({
    last: grant,
    refused: null,
    facts: { grant: grant.id },
    ...(open === undefined ? {} : { inDoubtSince: open.inDoubtSince ?? clock.now() }),
  });
}
