import { TokenwardError } from "../errors/error.ts";
import { sameVersion } from "../fingerprint.ts";
import type { Intent } from "../grant.ts";
import type { HttpAnswer } from "../http/message.ts";
import type { Refused } from "../refresher.ts";
import type { OpenExchange, Snapshot } from "../state.ts";
import { deliver, fingerprintIn } from "./deliver.ts";
import { interpret } from "./interpret.ts";
import { nextGrant } from "./next-grant.ts";
import { failedWith, type Outcome } from "./outcome.ts";
import { nextGeneration, type Pass, type Standing } from "./pass.ts";
import { forgivesReuse } from "./reuse.ts";
import { spentToken } from "./spent.ts";
import { find, type Found } from "./stored.ts";

/** Where a pass stands after step 3, or how it ended there. */
export type Settled =
  | { readonly kind: "standing"; readonly standing: Standing }
  | { readonly kind: "outcome"; readonly outcome: Outcome };

/** What became of an exchange that an earlier run left open. */
export type Recovered =
  | { readonly kind: "settled"; readonly standing: Standing }
  | { readonly kind: "outcome"; readonly outcome: Outcome };

/**
 * Step 3: settles what an earlier run, or another machine, left open, by comparing it with what is stored now.
 */
export async function recover(pass: Pass, standing: Standing): Promise<Recovered> {
  const { open } = standing.snapshot;
  if (open?.answer !== undefined) return await recoverAnswer(pass, standing, open, open.answer);
  if (open !== undefined) return await settleDoubt(pass, standing, open);
  return { kind: "settled", standing };
}

async function recoverAnswer(
  pass: Pass,
  standing: Standing,
  open: OpenExchange,
  answer: HttpAnswer,
): Promise<Recovered> {
  const { found } = standing;
  // Nothing stored any more: what the state remembers is what was presented.
  const base = found ?? rememberedAsFound(pass, standing);
  if (base === undefined) return { kind: "settled", standing };
  const reading = interpret(pass, answer, base.grant);
  // An answer that nobody can read stands in nobody's way: neither a human's word nor a newer consent's.
  const overtaken = found !== undefined && !isIntents(found, open.intent);
  if (TokenwardError.is(reading) && (pass.wish.retryOnce === true || overtaken))
    return await settleDoubt(pass, standing, open);
  if (TokenwardError.is(reading))
    return { kind: "outcome", outcome: failedWith(reading, "in-doubt", { action: "failed" }) };
  if (reading.kind === "refused") {
    if (leavesDoubt(open.intent, reading)) return await settleDoubt(pass, standing, open);
    await pass.held.close({
      refused: reading.class === "reauth" ? refusedToken(open.intent, reading.error) : undefined,
    });
    return await settled(pass, found);
  }

  const times = { sentAt: open.intent.at, receivedAt: answer.receivedAt, intent: open.intent, journaled: true };
  const next = nextGrant(
    pass.target,
    base.grant,
    reading,
    times,
    pass.traits,
    nextGeneration(base, standing.snapshot.last),
  );
  // The very token that was exchanged is nobody's new consent, whatever generation it came back with.
  const exchanged =
    found?.fingerprint === open.intent.version.fingerprint && next.fingerprint !== open.intent.version.fingerprint;
  const ours = found !== undefined && found.fingerprint === next.fingerprint;
  // A place that takes several writes for one save may have got the first of them only; the same save completes it.
  const lacksAccess = next.accessToken !== undefined && found?.grant.accessToken === undefined;
  const inPart = ours && (found.version.generation === undefined || lacksAccess);
  const theirs =
    found !== undefined &&
    !exchanged &&
    !inPart &&
    !sameVersion(found.version, open.intent.version) &&
    (await spentToken(pass, found)) === undefined;
  if (theirs) {
    const changed = next.fingerprint !== open.intent.version.fingerprint;
    await pass.held.close({
      last: found.grant,
      spent: changed ? spentByIntent(open.intent) : undefined,
      facts: ours ? { refreshedAt: answer.receivedAt, lastUsedAt: open.intent.at } : undefined,
    });
    if (!ours)
      pass.context.note(
        `${pass.plan.id}: a newer consent was found beside an unfinished exchange; the newer one is kept.`,
      );
    return await settled(pass, found, ours ? undefined : "a newer consent was kept");
  }

  const delivered = await deliver(pass, { ...standing, found: base }, reading, times);
  if (delivered.kind === "failed") return { kind: "outcome", outcome: delivered.outcome };
  pass.context.note(`${pass.plan.id}: the answer that an interrupted run had received was saved.`);
  return await settled(pass, await find(pass.plan, pass.target, pass.context));
}

/** An intent without a usable answer: presented again only where that is safe, or on a human's word. */
async function settleDoubt(pass: Pass, standing: Standing, open: OpenExchange): Promise<Recovered> {
  const { found } = standing;
  const { intent } = open;
  const stillThere = found !== undefined && isIntents(found, intent);
  if (found !== undefined && !stillThere) {
    // An older copy that came back is no consent; the doubt stays until the newest token is back in place.
    if ((await spentToken(pass, found)) !== undefined) return { kind: "settled", standing };
    // Nobody knows any more whether it was exchanged, so it must never be presented again.
    await pass.held.close({ spent: spentByIntent(intent) });
    pass.context.note(`${pass.plan.id}: a newer consent ended the doubt about an unfinished exchange.`);
    return await settled(pass, found);
  }
  const since = open.inDoubtSince ?? pass.context.clock.now();
  if (mayPresentAgain(pass, intent)) {
    const doubt = { times: intent.attempt, at: intent.at, since, intent: intent.id };
    return { kind: "settled", standing: { ...standing, doubt } };
  }
  if (open.inDoubtSince === undefined) await pass.held.close({ inDoubtSince: since });
  return { kind: "outcome", outcome: inDoubt(pass, intent, "no answer was kept", found) };
}

/** Whether presenting the token of an unanswered intent again does no harm, or a human wants it. */
export function mayPresentAgain(pass: Pass, intent: Intent): boolean {
  return pass.wish.retryOnce === true || forgivesReuse(pass.traits, intent, pass.context.clock.now());
}

/**
 * Whether a token is still in doubt after a refusal: one of a later presentation says nothing about those before it,
 * unless it says that the token is dead.
 */
export function leavesDoubt(intent: Intent, refusal: Refused): boolean {
  return refusal.class === "in-doubt" || (intent.attempt > 1 && refusal.class !== "reauth");
}

/** The outcome of a grant whose token may or may not have been exchanged. */
export function inDoubt(pass: Pass, intent: Intent, reason: string, found: Found | undefined): Outcome {
  const error = new TokenwardError(
    "ERR_AUTH_IN_DOUBT",
    { grant: pass.plan.id, host: intent.host, when: intent.at.toISOString(), reason },
    { class: "in-doubt" },
  );
  return failedWith(error, "in-doubt", { grant: found?.grant });
}

function isIntents(found: Found, intent: Intent): boolean {
  return intent.version.fingerprint === undefined
    ? sameVersion(found.version, intent.version)
    : found.fingerprint === intent.version.fingerprint;
}

function rememberedAsFound(pass: Pass, standing: Standing): Found | undefined {
  const { last } = standing.snapshot;
  if (last === undefined) return undefined;
  const fingerprint = fingerprintIn(pass, last);
  return { grant: last, version: { generation: 0 }, fingerprint, stored: false };
}

async function settled(pass: Pass, found: Found | undefined, adopted?: string): Promise<Recovered> {
  const snapshot: Snapshot = await pass.held.snapshot();
  return { kind: "settled", standing: { found, snapshot, adopted, doubt: undefined } };
}

function refusedToken(
  intent: Intent,
  error: string | undefined,
): { fingerprint: string; at: Date; error?: string | undefined } | undefined {
  const { fingerprint } = intent.version;
  return fingerprint === undefined ? undefined : { fingerprint, at: intent.at, error };
}

/** The token of an intent, as one that must not be presented again. */
export function spentByIntent(
  intent: Intent,
): { fingerprint: string; at: Date; host: string; generation?: number | undefined } | undefined {
  const { fingerprint, generation } = intent.version;
  return fingerprint === undefined ? undefined : { fingerprint, at: intent.at, host: intent.host, generation };
}
