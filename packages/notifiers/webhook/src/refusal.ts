import { decodeBody, retryAfter, TokenwardError, type HttpAnswer } from "@tokenward/core/plugin";
import type { WebhookFormat } from "./format.ts";

const patience = 60_000;

// Slack answers with one of these words (docs.slack.dev, "Sending messages using incoming webhooks", and the changelog of
// 2016-05-17). Nothing else of a body is repeated: it may hold what was sent.
const slackWords: Readonly<Record<string, readonly [reason: string, remedy: string]>> = {
  no_service: ["Slack does not know the webhook any more", "Make a new incoming webhook"],
  no_active_hooks: ["Slack has switched the webhook off", "Make a new incoming webhook"],
  no_team: ["Slack does not know the workspace", "Make a new incoming webhook"],
  invalid_token: ["Slack does not know the webhook", "Copy its address again"],
  channel_not_found: ["the webhook's channel does not exist", "Make a new incoming webhook"],
  channel_is_archived: ["the webhook's channel is archived", "Unarchive it, or make a new incoming webhook"],
  action_prohibited: ["an administrator of Slack forbids it", "Ask for permission, or use another channel"],
  posting_to_general_channel_denied: ["Slack forbids posting in that channel", "Use another channel"],
  user_not_found: ["the webhook's user does not exist", "Make a new incoming webhook"],
};

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
  if (status === 429 || (status === 503 && until !== undefined)) {
    const facts = { notifier: "webhook", until: (until ?? new Date(now.getTime() + patience)).toISOString() };
    return new TokenwardError("ERR_NOTIFIER_THROTTLED", facts, { class: "throttled" });
  }
  if (status >= 500 || status === 408) return unavailable(`it answered with status ${status}`);
  if (status >= 300 && status < 400) {
    return refused(
      `it answered with a redirect (${status}), and redirects are not followed`,
      "Use the address that it redirects to, if you know whose that is",
    );
  }
  const [reason, remedy] = (format === "slack" ? slackWords[wordOf(answer)] : undefined) ?? [];
  if (reason !== undefined && remedy !== undefined) {
    return refused(reason, `${remedy}, and put its address where the configuration takes it from`);
  }
  if (status === 404 || status === 410)
    return refused(`nothing is behind its address any more (${status})`, newAddress);
  if (status === 401 || status === 403) {
    const who = format === "teams" ? "the flow is limited to some users; let anyone trigger it" : newAddress;
    return refused(
      `it does not let us in (${status})`,
      format === "teams" ? `Open the flow in Teams: ${who}` : newAddress,
    );
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

// A proxy's or a login's page is a 200, too.
function unlessOk(answer: HttpAnswer): TokenwardError | undefined {
  return wordOf(answer) === "ok" ? undefined : refused("what answered is not Slack", newAddress);
}

function wordOf(answer: HttpAnswer): string {
  const { text } = decodeBody(answer);
  return text.trim().toLowerCase().slice(0, 100);
}
