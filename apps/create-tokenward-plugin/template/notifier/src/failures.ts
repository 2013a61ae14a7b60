import { HttpFailure, retryAfter, TokenwardError, type HttpAnswer } from "@tokenward/core/plugin";

const notifier = "sample-name";

/**
 * What an answer means that is no acceptance: come back later, at a certain time, or only after a human did something.
 * Neither the address nor what the receiver says is in it: both may hold secrets.
 */
export function refusalOf(answer: HttpAnswer, now: Date): TokenwardError | undefined {
  const { status } = answer;
  if (status >= 200 && status <= 299) return undefined;
  if (status === 429) {
    const until = retryAfter(answer, now) ?? new Date(now.getTime() + 60_000);
    const facts = { notifier, until: until.toISOString() };
    return new TokenwardError("ERR_NOTIFIER_THROTTLED", facts, { class: "throttled" });
  }
  const reason = `the receiver answered with status ${status}`;
  if (status >= 500 || status === 408) return temporary(reason);
  const remedy = "Look whether its address and its signing secret are still right";
  return new TokenwardError("ERR_NOTIFIER_REFUSED", { notifier, reason, remedy }, { class: "client" });
}

/** What it means that no answer came. */
export function unavailable(error: unknown): TokenwardError {
  return temporary(HttpFailure.is(error) ? error.reason : "no answer came");
}

function temporary(reason: string): TokenwardError {
  return new TokenwardError("ERR_NOTIFIER_UNAVAILABLE", { notifier, reason }, { class: "transient" });
}
