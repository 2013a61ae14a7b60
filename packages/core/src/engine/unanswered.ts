import { messageOf, TokenwardError } from "../errors/error.ts";
import type { Intent } from "../grant.ts";
import { HttpFailure } from "../http/failure.ts";
import type { Refused } from "../refresher.ts";
import type { Attempt } from "./attempt.ts";
import { withdrawClaim } from "./claims.ts";
import { failedWith, refusalError } from "./outcome.ts";
import type { Doubt, Pass, Standing } from "./pass.ts";
import { inDoubt, mayPresentAgain } from "./recover.ts";
import type { Found } from "./stored.ts";

/** No answer came: nothing was sent, or nobody knows what became of it. */
export async function unanswered(
  pass: Pass,
  standing: Standing & { readonly found: Found },
  intent: Intent | undefined,
  thrown: unknown,
): Promise<Attempt> {
  const { plan } = pass;
  const { found, doubt } = standing;
  const reason = HttpFailure.is(thrown) ? thrown.reason : messageOf(thrown);
  const sent = HttpFailure.is(thrown) ? thrown.sent : !TokenwardError.is(thrown) && !pass.held.signal.aborted;
  if (sent) return await doubtful(pass, standing, intent, reason);
  if (intent !== undefined) {
    // This time nothing was sent; what earlier presentations left in doubt stays so.
    await pass.held.close({ inDoubtSince: doubt?.since });
    if (doubt === undefined) await withdrawClaim(pass, intent);
  }
  if (TokenwardError.is(thrown)) return { outcome: failedWith(thrown, "client", { grant: found.grant }), again: false };
  const error = new TokenwardError(
    "ERR_AUTH_NOT_REACHED",
    { grant: plan.id, platform: plan.refresher.platform, reason },
    { cause: thrown, class: "transient" },
  );
  return { outcome: failedWith(error, "transient", { grant: found.grant }), again: true };
}

/** Something was sent, and nothing usable came back. */
export async function doubtful(
  pass: Pass,
  standing: Standing & { readonly found: Found },
  intent: Intent | undefined,
  reason: string,
): Promise<Attempt> {
  const { found } = standing;
  if (intent === undefined) {
    const reading: Refused = { kind: "refused", class: "transient", detail: reason };
    return { outcome: failedWith(refusalError(pass.plan, reading), "transient", { grant: found.grant }), again: true };
  }
  const since = standing.doubt?.since ?? pass.context.clock.now();
  const doubt: Doubt = { times: intent.attempt, at: intent.at, since, intent: intent.id };
  await pass.held.close({ inDoubtSince: since });
  const outcome = inDoubt(pass, intent, reason, found);
  // A human's word counts for one presentation, not for a series of them.
  const again = pass.wish.retryOnce !== true && mayPresentAgain(pass, intent);
  if (!again || pass.traits.reuse === "strict") return { outcome, again: false, doubt };
  const transient: Refused = { kind: "refused", class: "transient", detail: reason };
  const error = refusalError(pass.plan, transient);
  return { outcome: failedWith(error, "transient", { grant: found.grant }), again: true, doubt };
}
