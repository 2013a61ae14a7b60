import { randomUUID } from "node:crypto";
import { messageOf, TokenwardError } from "../errors/error.ts";
import type { Intent } from "../grant.ts";
import { HttpFailure } from "../http/failure.ts";
import type { HttpAnswer, HttpRequest } from "../http/message.ts";
import type { Refused } from "../refresher.ts";
import { policyOf } from "./assess-grant.ts";
import { backoff, longestWait, mostAttempts, retryAfter } from "./backoff.ts";
import { busy, claim, waitForFaster, withdrawClaim } from "./claims.ts";
import { writeBackDeadline } from "./context.ts";
import { deliver } from "./deliver.ts";
import type { EndpointBudget } from "./endpoint-budget.ts";
import { interpret } from "./interpret.ts";
import { failedWith, refusalError, type Outcome } from "./outcome.ts";
import { rotates, type Doubt, type Pass, type Standing } from "./pass.ts";
import { inDoubt, mayPresentAgain } from "./recover.ts";
import { refused } from "./refused.ts";
import { step } from "./step.ts";
import type { Found } from "./stored.ts";

/** One presentation of the token: how it ended, and whether another one would be safe and sensible. */
interface Attempt {
  readonly outcome: Outcome;
  readonly again: boolean;
  /** Not before this, because the platform said so. */
  readonly notBefore?: Date | undefined;
  /** What nobody knows the outcome of, this presentation included. */
  readonly doubt?: Doubt | undefined;
}

/** Steps 6 to 10, repeated only where presenting the token again is safe. */
export async function exchange(pass: Pass, standing: Standing & { readonly found: Found }): Promise<Outcome> {
  const { plan, context } = pass;
  const request = await buildRequest(pass, standing.found);
  if (TokenwardError.is(request)) return failedWith(request, "client", { grant: standing.found.grant });
  const budget = context.budgets.of(plan.refresher.endpoint ?? request.url);
  let { doubt } = standing;
  for (let attempt = 1; ; attempt++) {
    const early = await waitForPatience(pass, budget, standing.found);
    if (early !== undefined) return early;
    const current = { ...standing, doubt };
    const presented = await budget.run(async () => await present(pass, current, request));
    const { outcome, again, notBefore } = presented;
    doubt = presented.doubt ?? doubt;
    if (notBefore !== undefined) budget.penalize(notBefore);
    if (!again || attempt >= mostAttempts || context.signal.aborted || !budget.mayRepeat()) return outcome;
    try {
      await context.clock.sleep(backoff(attempt), context.signal);
    } catch {
      return outcome;
    }
  }
}

async function buildRequest(pass: Pass, found: Found): Promise<HttpRequest | TokenwardError> {
  const { refresher, client, id } = pass.plan;
  try {
    const request = await refresher.request?.(found.grant, client);
    if (request === undefined) throw new TypeError("the refresher builds no request");
    return request;
  } catch (thrown) {
    if (TokenwardError.is(thrown)) return thrown;
    return new TokenwardError(
      "ERR_AUTH_REQUEST_INVALID",
      { grant: id, reason: messageOf(thrown) },
      { cause: thrown, class: "client" },
    );
  }
}

async function waitForPatience(pass: Pass, budget: EndpointBudget, found: Found): Promise<Outcome | undefined> {
  const { clock, signal } = pass.context;
  const wait = budget.patience();
  if (wait === 0) return undefined;
  if (wait <= longestWait) {
    try {
      await clock.sleep(wait, signal);
      return undefined;
    } catch {
      return interrupted(pass, found);
    }
  }
  const until = new Date(clock.now().getTime() + wait).toISOString();
  const reading: Refused = {
    kind: "refused",
    class: "throttled",
    detail: `its endpoint wants no requests before ${until}`,
  };
  return failedWith(refusalError(pass.plan, reading), "throttled", { grant: found.grant });
}

async function present(
  pass: Pass,
  standing: Standing & { readonly found: Found },
  request: HttpRequest,
): Promise<Attempt> {
  const { context, traits, subject } = pass;
  const { found, doubt } = standing;
  if (context.signal.aborted) return { outcome: interrupted(pass, found), again: false };
  const sentAt = context.clock.now();
  const intent = rotates(traits) ? newIntent(pass, standing, sentAt) : undefined;
  if (intent !== undefined) {
    const refusal = await step("intent", subject, async () => await writeIntent(pass, standing, intent));
    if (refusal !== undefined) return { outcome: refusal, again: false };
  }

  let answer: HttpAnswer;
  try {
    pass.held.signal.throwIfAborted();
    const raw = await step(
      "send",
      subject,
      async () => await context.http.send(request, { deadline: context.exchangeDeadline }),
    );
    // Lifetimes count from the clock that everything else here is compared with.
    answer = { ...raw, receivedAt: context.clock.now() };
  } catch (thrown) {
    return await unanswered(pass, standing, intent, thrown);
  }
  // Nothing stands between the last byte and the journal: a kill in this gap is the one that cannot be closed.
  const journaled =
    intent === undefined ? false : await step("answer", subject, async () => await journal(pass, answer));

  const reading = interpret(pass, answer, found.grant);
  if (TokenwardError.is(reading)) {
    // The journaled answer stays open, so that nothing is sent again before somebody could read it.
    return { outcome: failedWith(reading, "in-doubt", { action: "failed", grant: found.grant }), again: false };
  }
  if (reading.kind === "refused") {
    if (reading.class === "in-doubt") return await doubtful(pass, standing, intent, reading.detail);
    const over = doubt === undefined || reading.class === "reauth";
    if (intent !== undefined && over) await withdrawClaim(pass, found.version);
    const notBefore = retryAfter(answer, context.clock.now());
    return { ...(await refused(pass, found, reading, doubt)), notBefore };
  }

  const delivered = await deliver(pass, standing, reading, {
    sentAt,
    receivedAt: answer.receivedAt,
    intent,
    journaled,
  });
  if (delivered.kind === "failed") return { outcome: delivered.outcome, again: false };
  if (delivered.kind === "superseded") {
    const detail = "A newer consent was saved while the exchange was under way; the newer one is kept.";
    return { outcome: { action: "healthy", detail, grant: delivered.found.grant }, again: false };
  }
  return { outcome: exchangedOutcome(pass, delivered, reading.malformed, answer.receivedAt), again: false };
}

function exchangedOutcome(
  pass: Pass,
  delivered: { readonly grant: Found["grant"]; readonly changed: boolean },
  malformed: string | undefined,
  refreshedAt: Date,
): Outcome {
  const { plan, traits, context } = pass;
  const usable = delivered.grant.accessToken !== undefined;
  // An end that no exchange moves is worth a warning also right after one.
  const assessment = plan.refresher.assess(delivered.grant, context.clock.now(), policyOf(plan));
  const facts = { grant: delivered.grant, refreshedAt, assessment };
  if (malformed !== undefined) {
    const error = new TokenwardError("ERR_AUTH_ANSWER_MALFORMED", {
      grant: plan.id,
      platform: plan.refresher.platform,
      reason: malformed.replace(/\.$/, ""),
    });
    if (!usable) return failedWith(error, "client", facts);
    return { action: delivered.changed ? "rotated" : "refreshed", detail: error.message, error, ...facts };
  }
  const warning = assessment.alert === true ? ` But ${assessment.reason.replace(/\.$/, "")}.` : "";
  if (delivered.changed) {
    return { action: "rotated", detail: `The platform issued a new token, and it is saved.${warning}`, ...facts };
  }
  if (traits.rotation === "never") {
    return { action: "healthy", detail: `A new access token was minted: the grant works.${warning}`, ...facts };
  }
  return { action: "refreshed", detail: `Renewed and saved; the platform kept the same token.${warning}`, ...facts };
}

function newIntent(pass: Pass, standing: Standing & { readonly found: Found }, at: Date): Intent {
  const { context } = pass;
  return {
    id: randomUUID(),
    version: standing.found.version,
    host: context.host,
    run: context.run,
    at: standing.doubt?.at ?? at,
    deadline: new Date(at.getTime() + context.exchangeDeadline + writeBackDeadline),
    attempt: (standing.doubt?.times ?? 0) + 1,
  };
}

/** Step 6. Resolves to an outcome where the intent could not be written; nothing is sent then. */
async function writeIntent(
  pass: Pass,
  standing: Standing & { readonly found: Found },
  intent: Intent,
): Promise<Outcome | undefined> {
  const { found, doubt } = standing;
  for (let attempt = 1; ; attempt++) {
    try {
      await pass.held.intent(intent);
    } catch (thrown) {
      return failedWith(stateError(pass, thrown), "write-back", { grant: found.grant });
    }
    try {
      await claim(pass, intent, standing);
      return undefined;
    } catch (thrown) {
      await pass.held.close({ inDoubtSince: doubt?.since });
      const error = thrown as TokenwardError;
      if (error.code !== "ERR_WRITEBACK_CONFLICT") return failedWith(error, "write-back", { grant: found.grant });
    }
    const outcome = attempt < mostAttempts ? await waitForFaster(pass, standing) : busy(pass, 0);
    if (outcome !== undefined) return outcome;
  }
}

function stateError(pass: Pass, thrown: unknown): TokenwardError {
  if (TokenwardError.is(thrown)) return thrown;
  return new TokenwardError("ERR_AUTH_INTERNAL", { grant: pass.plan.id, reason: messageOf(thrown) }, { cause: thrown });
}

// A state that cannot take the answer must not cost the token: the write-back is still there.
async function journal(pass: Pass, answer: HttpAnswer): Promise<boolean> {
  try {
    await pass.held.answer(answer);
    return true;
  } catch (thrown) {
    pass.context.note(
      `${pass.plan.id}: the answer could not be journaled (${messageOf(thrown)}); it is saved without.`,
    );
    return false;
  }
}

async function unanswered(
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
    if (doubt === undefined) await withdrawClaim(pass, found.version);
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
async function doubtful(
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

function interrupted(pass: Pass, found: Found): Outcome {
  const error = new TokenwardError("ERR_AUTH_INTERRUPTED", { grant: pass.plan.id }, { class: "transient" });
  return failedWith(error, "transient", { grant: found.grant });
}
