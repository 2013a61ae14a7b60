import { decodeBody, retryAfter, TokenwardError, type HttpAnswer } from "@tokenward/core/plugin";

const minute = 60_000;
// A receiver must not be able to silence alerts for longer.
const longest = 24 * 60 * minute;

/**
 * Why an answer means that the event was not taken; `undefined`: it was. Nothing of a body is repeated.
 *
 * @param now for `Retry-After`
 */
export function refusalOf(answer: HttpAnswer, now: Date): TokenwardError | undefined {
  const { status } = answer;
  if (status === 202 || status === 200)
    return saysSuccess(answer) ? undefined : unavailable("what answered is not PagerDuty");
  if (status === 429 || (status === 503 && answer.headers["retry-after"] !== undefined)) {
    const stated = (retryAfter(answer, now) ?? new Date(now.getTime() + minute)).getTime();
    const until = new Date(Math.min(stated, now.getTime() + longest)).toISOString();
    return new TokenwardError("ERR_NOTIFIER_THROTTLED", { notifier: "pagerduty", until }, { class: "throttled" });
  }
  if (status >= 500 || status === 408) return unavailable(`it answered with status ${status}`);
  if (status === 400 || status === 401 || status === 403) {
    return refused(
      `PagerDuty does not take events with this routing key (status ${status})`,
      "Compare the routing key with the integration key of the service's Events API v2 integration, and `region` with where the account lives",
    );
  }
  if (status >= 300 && status < 400) return refused("it answered with a redirect", "Correct `url`, or leave it out");
  return refused(
    `the Events API is not at its address (status ${status})`,
    "Correct `url` or `region`, or leave them out",
  );
}

/** The event was not taken, and only a human can help. */
export function refused(reason: string, remedy: string): TokenwardError {
  return new TokenwardError("ERR_NOTIFIER_REFUSED", { notifier: "pagerduty", reason, remedy }, { class: "client" });
}

/** The event was not taken, and trying again may help. */
export function unavailable(reason: string, cause?: unknown): TokenwardError {
  const options = { class: "transient", ...(cause === undefined ? {} : { cause }) } as const;
  return new TokenwardError("ERR_NOTIFIER_UNAVAILABLE", { notifier: "pagerduty", reason }, options);
}

// A proxy's page has a status of 200, too.
function saysSuccess(answer: HttpAnswer): boolean {
  try {
    return (JSON.parse(decodeBody(answer).text) as { readonly status?: unknown } | null)?.status === "success";
  } catch {
    return false;
  }
}
