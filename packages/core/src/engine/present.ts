import { randomUUID } from "node:crypto";
import { messageOf, TokenwardError } from "../errors/error.ts";
import type { Intent } from "../grant.ts";
import type { HttpAnswer, HttpRequest } from "../http/message.ts";
import { interrupted, type Attempt } from "./attempt.ts";
import { retryAfter } from "../http/retry-after.ts";
import { mostAttempts } from "./backoff.ts";
import { busy, claim, waitForFaster, withdrawClaim } from "./claims.ts";
import { writeBackDeadline } from "./context.ts";
import { deliver } from "./deliver.ts";
import { exchangedOutcome } from "./exchanged.ts";
import { interpret } from "./interpret.ts";
import { failedWith, type Outcome } from "./outcome.ts";
import { rotates, type Pass, type Standing } from "./pass.ts";
import { refused } from "./refused.ts";
import { callsLeft } from "./calls-left.ts";
import { step } from "./step.ts";
import type { Found } from "./stored.ts";
import { doubtful, unanswered } from "./unanswered.ts";

/** Steps 6 to 10, once: intent, send, answer, save, close. */
export async function present(
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
    if (intent !== undefined && over) await withdrawClaim(pass, intent);
    const notBefore = retryAfter(answer, context.clock.now());
    return { ...(await refused(pass, found, reading, doubt, intent)), notBefore, left: callsLeft(answer) };
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
  const outcome = exchangedOutcome(pass, delivered, reading.malformed, answer.receivedAt);
  return { outcome, again: false, left: callsLeft(answer) };
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
