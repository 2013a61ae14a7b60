import { decodeBody, retryAfter, TokenwardError, type HttpAnswer } from "@tokenward/core/plugin";
import type { WebhookFormat } from "./format.ts";
import { slackRefusals } from "./slack-words.ts";

const patience = 60_000;
// Whoever asks for more has a wrong clock, or means us ill: an alert is of no use then.
const longestPatience = 24 * 3_600_000;

const newAddress = "Check the webhook's address, and put it where the configuration takes it from";

/**
 * Why an answer means that the alert did not arrive; `undefined`: it did.
 *
 * @param now for `Retry-After`
 */
export function refusalOf(answer: HttpAnswer, format: WebhookFormat, now: Date): TokenwardError | undefined {
  const { status } = answer;
  if (status >= 200 && status < 300) return format === "slack" ? unlessOk(answer) : undefined;
  const until = retryAfter(answer, now);
  if (status === 429 || (status === 503 && until !== undefined)) return throttled(until, now);
  if (status >= 500 || status === 408) return unavailable(`it answered with status ${status}`);
  if (status >= 300 && status < 400) {
    return refused(
      `it answered with a redirect (${status}), and redirects are not followed`,
      "Use the address that it redirects to, if you know whose that is",
    );
  }
  const known = format === "slack" ? slackRefusals.get(wordOf(answer)) : undefined;
  if (known !== undefined) return refused(known.reason, known.remedy);
  if (status === 404 || status === 410) {
    const flow = "Look in Teams whether the flow is still there and switched on, and make a new one if it is not";
    return refused(`nothing is behind its address any more (${status})`, format === "teams" ? flow : newAddress);
  }
  if (status === 401 || status === 403) {
    const flow = "Let anyone trigger the flow in Teams, and check that its address is complete";
    return refused(`it does not let us in (${status})`, format === "teams" ? flow : newAddress);
  }
  return refused(
    `it does not take the message (status ${status})`,
    "Check that `format` is what the receiver understands",
  );
}

/** The alert did not arrive, and only a human can help. */
export function refused(reason: string, remedy: string): TokenwardError {
  return new TokenwardError("ERR_NOTIFIER_REFUSED", { notifier: "webhook", reason, remedy }, { class: "client" });
}

/** The alert did not arrive, and trying again may help. */
export function unavailable(reason: string, cause?: unknown): TokenwardError {
  const facts = { notifier: "webhook", reason };
  return new TokenwardError("ERR_NOTIFIER_UNAVAILABLE", facts, {
    class: "transient",
    ...(cause === undefined ? {} : { cause }),
  });
}

function throttled(until: Date | undefined, now: Date): TokenwardError {
  const wait = until === undefined ? patience : Math.min(until.getTime() - now.getTime(), longestPatience);
  const facts = { notifier: "webhook", until: new Date(now.getTime() + wait).toISOString() };
  return new TokenwardError("ERR_NOTIFIER_THROTTLED", facts, { class: "throttled" });
}

// A proxy's or a login's page is a 200, too.
function unlessOk(answer: HttpAnswer): TokenwardError | undefined {
  if (wordOf(answer) === "ok") return undefined;
  return answer.truncated ? unavailable("the answer was cut off") : refused("what answered is not Slack", newAddress);
}

function wordOf(answer: HttpAnswer): string {
  return decodeBody(answer).text.trim();
}
