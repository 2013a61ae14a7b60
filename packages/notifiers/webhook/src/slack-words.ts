/** Why Slack refused, and what a human can do. */
export interface SlackRefusal {
  /** A clause. */
  readonly reason: string;
  /** An imperative. */
  readonly remedy: string;
}

const renew = "Make a new incoming webhook in Slack and put its address where the configuration takes it from";
const report = "Update Tokenward, and report it to its developers if that does not help";

const gone = (reason: string): SlackRefusal => ({ reason, remedy: renew });
const unreadable = (word: string): SlackRefusal => ({
  reason: `Slack could not read the message (${word})`,
  remedy: report,
});

/**
 * The words that Slack answers with instead of `ok` (docs.slack.dev, "Sending messages using incoming webhooks", and its
 * changelog of 2016-05-17, as of 2026-11). Whatever else an answer holds is not repeated: it may hold what was sent.
 */
export const slackRefusals: ReadonlyMap<string, SlackRefusal> = new Map([
  ["no_service", gone("Slack does not know the webhook any more")],
  ["no_active_hooks", gone("Slack has switched the webhook off")],
  ["no_team", gone("Slack does not know the workspace of the webhook")],
  ["invalid_token", gone("Slack does not know the webhook, or its address is not complete")],
  ["channel_not_found", gone("the webhook's channel does not exist")],
  ["user_not_found", gone("the user that the webhook writes to does not exist")],
  [
    "channel_is_archived",
    { reason: "the webhook's channel is archived", remedy: "Unarchive it in Slack, or make a new incoming webhook" },
  ],
  [
    "action_prohibited",
    {
      reason: "an administrator of Slack does not allow it",
      remedy: "Ask them to, or make a webhook for another channel",
    },
  ],
  [
    "posting_to_general_channel_denied",
    {
      reason: "an administrator of Slack does not allow messages in the general channel",
      remedy: "Ask them to, or make a webhook for another channel",
    },
  ],
  ["invalid_payload", unreadable("invalid_payload")],
  ["invalid_blocks", unreadable("invalid_blocks")],
  ["no_text", unreadable("no_text")],
  ["missing_text_or_fallback_or_attachments", unreadable("missing_text_or_fallback_or_attachments")],
  ["too_many_attachments", unreadable("too_many_attachments")],
]);
