import { TokenwardError } from "../errors/error.ts";
import { sameVersion } from "../fingerprint.ts";
import type { ClaimedVersion, Intent } from "../grant.ts";
import { writeBackDeadline } from "./context.ts";
import { withDeadline } from "./deadline.ts";
import { failedWith, type Outcome } from "./outcome.ts";
import type { Pass, Standing } from "./pass.ts";
import { mayPresentAgain, type Settled } from "./recover.ts";
import { find, writeBackError, type Found } from "./stored.ts";

/** How often a foreign claim is looked at while it is waited for, in milliseconds. */
const lookEvery = 500;

/**
 * Step 6, seen from the other side: another machine wrote its intent beside the grant. A live claim is waited for
 * within the lease's bound; one past its deadline is in doubt and names the other host.
 */
export async function respectClaim(pass: Pass, standing: Standing): Promise<Settled> {
  const { clock, leaseWait } = pass.context;
  const started = clock.monotonic();
  let { found } = standing;
  for (;;) {
    const claim = foreignClaim(found, standing);
    if (claim === undefined) break;
    if (claim.deadline.getTime() <= clock.now().getTime()) {
      if (mayPresentAgain(pass, claim)) {
        const doubt = { times: claim.attempt, at: claim.at, since: clock.now(), intent: claim.id };
        return { kind: "standing", standing: { ...standing, found, doubt } };
      }
      return { kind: "outcome", outcome: abandonedClaim(pass, claim, found) };
    }
    const waited = clock.monotonic() - started;
    if (waited >= leaseWait) return { kind: "outcome", outcome: busy(pass, waited) };
    await clock.sleep(Math.min(lookEvery, leaseWait - waited), pass.context.signal);
    found = await find(pass.plan, pass.target, pass.context);
  }
  if (found === standing.found) return { kind: "standing", standing };
  return { kind: "standing", standing: { ...standing, found, adopted: "another machine refreshed it" } };
}

// A claim on another token than the stored one is about the past: its exchange was saved, or a human consented anew.
function foreignClaim(found: Standing["found"], standing: Standing): Intent | undefined {
  const claim = found?.grant.claim;
  if (claim === undefined || claim.id === standing.snapshot.open?.intent.id) return undefined;
  const about = claim.version.fingerprint;
  return about !== undefined && about !== found?.fingerprint ? undefined : claim;
}

function abandonedClaim(pass: Pass, claim: Intent, found: Standing["found"]): Outcome {
  const error = new TokenwardError(
    "ERR_AUTH_CLAIMED",
    { grant: pass.plan.id, host: claim.host, when: claim.at.toISOString() },
    { class: "in-doubt" },
  );
  return failedWith(error, "in-doubt", { grant: found?.grant });
}

/**
 * Another machine claimed the grant between the look and our own claim: it is waited for like one that was there
 * before. Resolves to nothing where it left without having changed anything.
 */
export async function waitForFaster(
  pass: Pass,
  standing: Standing & { readonly found: Found },
): Promise<Outcome | undefined> {
  const now = await find(pass.plan, pass.target, pass.context);
  const settled = await respectClaim(pass, { ...standing, found: now });
  if (settled.kind === "outcome") return settled.outcome;
  const { found } = settled.standing;
  if (found === undefined || sameVersion(found.version, standing.found.version)) return undefined;
  // With an older doubt, the next run settles what the newer token means for it.
  if (standing.doubt === undefined) await pass.held.close({ last: found.grant });
  return { action: "healthy", detail: "Another machine refreshed it meanwhile.", grant: found.grant };
}

/** The outcome of having waited for somebody else in vain, in milliseconds. */
export function busy(pass: Pass, waited: number): Outcome {
  const error = new TokenwardError(
    "ERR_AUTH_LEASE_BUSY",
    { grant: pass.plan.id, waited: `${Math.round(waited / 1000)} s` },
    { class: "lease" },
  );
  return failedWith(error, "lease");
}

/**
 * Writes the intent beside the grant, where the write-back can. It takes the place of this run's own, and of one that was
 * found to be in nobody's way any more; of no other.
 *
 * @throws TokenwardError of the write-back; nothing was spent then
 */
export async function claim(
  pass: Pass,
  intent: Intent,
  { found, doubt }: Standing & { readonly found: Found },
): Promise<void> {
  const { writeBack } = pass.plan;
  if (writeBack.claim === undefined) return;
  let present = found.grant.claim;
  if (present !== undefined || doubt !== undefined) {
    // Somebody else may have seen the same and been faster.
    present = (await find(pass.plan, pass.target, pass.context))?.grant.claim;
    const over = [found.grant.claim?.id, doubt?.intent];
    const theirs = present !== undefined && present.run !== pass.context.run && !over.includes(present.id);
    if (theirs) throw conflict(pass);
  }
  await setClaim(pass, intent, { ...found.version, claim: present?.id });
}

function conflict(pass: Pass): TokenwardError {
  return new TokenwardError("ERR_WRITEBACK_CONFLICT", { grant: pass.plan.id }, { class: "write-back" });
}

/** Takes the claim back when nothing was spent. A failure is harmless: the claim then ends with its deadline. */
export async function withdrawClaim(pass: Pass, claimed: Intent): Promise<void> {
  try {
    await setClaim(pass, undefined, { ...claimed.version, claim: claimed.id });
  } catch {
    pass.context.note(`${pass.plan.id}: the claim beside the grant could not be withdrawn; it ends by itself.`);
  }
}

async function setClaim(pass: Pass, intent: Intent | undefined, expected: ClaimedVersion): Promise<void> {
  const { plan, context } = pass;
  if (plan.writeBack.claim === undefined) return;
  try {
    const claimed = plan.writeBack.claim(plan.id, intent, expected, context.io());
    await withDeadline(claimed, writeBackDeadline, "claiming took too long");
  } catch (thrown) {
    throw writeBackError(plan, thrown, "ERR_WRITEBACK_UNWRITABLE");
  }
}
