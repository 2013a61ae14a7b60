import { TokenwardError } from "../errors/error.ts";
import { fingerprintOf, presentedBy } from "../fingerprint.ts";
import { nothingStored, type StoredGrant, type Version } from "../grant.ts";
import type { GrantPlan } from "../plan.ts";
import { sameSecret } from "../secret.ts";
import type { RetirementStatus } from "../status.ts";
import { writeBackDeadline } from "./context.ts";
import { lostFacts } from "./copy-check.ts";
import { withDeadline } from "./deadline.ts";
import { notMoved, type Move } from "./move.ts";
import { holdsToken, notRetired, readPlace, troubleOf } from "./retirement.ts";
import { writeBackError, type Found } from "./stored.ts";
import { reuseIsSafe } from "./unsettled.ts";

const spareBytes = 4096;

/** What stands against putting the grant where something is already. */
export async function objectionThere(
  move: Move,
  source: Found,
  present: StoredGrant | undefined,
): Promise<RetirementStatus | undefined> {
  const { plan, there, from, to, context } = move;
  const { traits } = plan.refresher;
  const mine = presentedBy(source.grant, traits);
  const spent = mine === undefined ? undefined : await context.state.spent(to, fingerprintOf(to, mine));
  if (spent !== undefined) {
    const when = spent.at.toISOString();
    const facts = { grant: plan.id, host: spent.host, when, remedy: `Use what ${to} holds` };
    return notRetired(plan, new TokenwardError("ERR_AUTH_TOKEN_SPENT", facts));
  }
  const { claim } = present ?? {};
  if (claim !== undefined && claim.deadline > context.clock.now()) {
    const since = claim.at.toISOString();
    return notMoved(move, `${claim.host} has been exchanging what ${to} holds since ${since}`, "Run it again later");
  }
  if (!holdsToken(present)) return undefined;
  if (sameTokens(plan, source.grant, present)) {
    if (claim === undefined || reuseIsSafe(plan)) return undefined;
    const when = claim.at.toISOString();
    return notRetired(plan, new TokenwardError("ERR_AUTH_CLAIMED", { grant: plan.id, host: claim.host, when }));
  }
  const theirs = presentedBy(present, traits);
  // Also one that an interrupted move left there, and that was exchanged in the old place since.
  const places = theirs === undefined ? [] : [to, from].map((place) => [place, fingerprintOf(place, theirs)] as const);
  for (const [place, fingerprint] of places)
    if ((await context.state.spent(place, fingerprint)) !== undefined) return undefined;
  return notMoved(
    move,
    `${to} holds another token of it, and only one of the two can be the one to keep`,
    `If it is the newer one, name ${there.writeBackName} in the configuration and move nothing. If it is not wanted, or was left over when a move was interrupted, \`tokenward auth forget ${plan.id}\` with a configuration that names ${there.writeBackName}, then move again`,
  );
}

function sameTokens(plan: GrantPlan, left: StoredGrant, right: StoredGrant): boolean {
  const { traits } = plan.refresher;
  return sameSecret(presentedBy(left, traits) ?? left.accessToken, presentedBy(right, traits) ?? right.accessToken);
}

/** Whether the new place would take a token. */
export async function probe({ there, context }: Move, { grant }: Found): Promise<RetirementStatus | undefined> {
  const lengths = [grant.accessToken, grant.refreshToken].map((token) => token?.reveal().length ?? 0);
  const shape = { longestToken: 2 * Math.max(...lengths) + spareBytes, rotates: true };
  try {
    const probed = there.writeBack.probe(there.id, shape, context.io());
    await withDeadline(probed, writeBackDeadline, "the probe took too long");
    return undefined;
  } catch (thrown) {
    return notRetired(there, writeBackError(there, thrown, "ERR_WRITEBACK_UNWRITABLE"));
  }
}

/** Above everything that is known in either place, so that no number comes twice; a copy that is there keeps its own. */
export async function generationThere(
  { to, context }: Move,
  source: Found,
  present: StoredGrant | undefined,
  last: StoredGrant | undefined,
): Promise<number> {
  const before = Math.max(source.version.generation ?? 0, last?.generation ?? 0);
  if (holdsToken(present) && (present.generation ?? 0) > before) return present.generation as number;
  const { last: lastThere } = await context.state.peek(to);
  return Math.max(before, present?.generation ?? 0, lastThere?.generation ?? 0) + 1;
}

/** Saves the copy. */
export async function copy(
  move: Move,
  next: StoredGrant,
  present: StoredGrant | undefined,
): Promise<RetirementStatus | undefined> {
  const { there, to, context } = move;
  try {
    const saved = there.writeBack.save(there.id, next, expectedThere(move, present), context.io());
    await withDeadline(saved, writeBackDeadline, "saving took too long");
    return undefined;
  } catch (thrown) {
    // It may have arrived all the same; reading back tells.
    const seen = await readPlace(there, context).catch(() => undefined);
    if (holdsToken(seen) && sameTokens(there, next, seen) && seen.generation === next.generation) return undefined;
    const { reason, remedy } = troubleOf(thrown);
    return notMoved(
      move,
      `it could not be saved in ${to} (${reason})`,
      `${remedy}, then move again; it is still where it was`,
    );
  }
}

function expectedThere({ there, to }: Move, present: StoredGrant | undefined): Version {
  if (present === undefined) return nothingStored;
  const { generation = 0 } = present;
  if (!holdsToken(present)) return { generation };
  const presented = presentedBy(present, there.refresher.traits);
  return {
    generation: present.generation,
    fingerprint: presented === undefined ? present.fingerprint : fingerprintOf(to, presented),
  };
}

/** Reads the copy back, all of it. */
export async function verify(move: Move, next: StoredGrant): Promise<RetirementStatus | undefined> {
  const { there, to, from, context, plan } = move;
  const lost = lostFacts(next, await readPlace(there, context), plan.refresher.traits);
  if (lost.length === 0) return undefined;
  return notMoved(
    move,
    `what ${to} gives back differs from what was saved there (${lost.join(", ")}), so ${from} keeps it, and both hold a copy`,
    `Find out who else writes to ${to}, then move again before anything is refreshed`,
  );
}
