import { alertSentence, type Alert } from "@tokenward/core/plugin";
import { firstMembers, headingOf, minuteOf, oneLine } from "./words.ts";

// Slack's block kit reference (docs.slack.dev, 2026-11): a header holds 150 characters, a text object 3000. Escaping
// lengthens a text, so that what goes in is kept well below.
const mostText = 900;
const mostMembers = 15;

const symbols: Readonly<Record<Alert["severity"], string>> = { warn: "🟡", page: "🟠", critical: "🔴" };

/** An alert as Slack's incoming webhooks take it. `text` is what a notification shows. */
export function slackMessage(alert: Alert): object {
  const symbol = alert.edge === "resolved" ? "🟢" : symbols[alert.severity];
  const sentence = escaped(oneLine(alertSentence(alert), mostText));
  return {
    text: sentence,
    // Links in what a platform said must not be fetched and shown.
    unfurl_links: false,
    unfurl_media: false,
    blocks: [
      { type: "header", text: { type: "plain_text", text: `${symbol} ${headingOf(alert)}`, emoji: true } },
      section(`*${bold(oneLine(alert.summary, mostText))}*`),
      section(escaped(oneLine(alert.detail, mostText))),
      ...(alert.command === undefined || alert.edge === "resolved" ? [] : [section(`Run ${code(alert.command)}`)]),
      ...membersOf(alert),
      { type: "context", elements: [{ type: "mrkdwn", text: contextOf(alert) }] },
    ].filter((block) => block !== undefined),
  };
}

function section(text: string): object | undefined {
  return text.replace(/[*\s]/g, "") === "" ? undefined : { type: "section", text: { type: "mrkdwn", text } };
}

function membersOf(alert: Alert): readonly (object | undefined)[] {
  const { shown, more } = firstMembers(alert, mostMembers);
  if (shown.length === 0) return [];
  const lines = shown.map(({ subject, command }) => {
    const name = escaped(oneLine(subject, 60));
    return `• ${name}${command === undefined ? "" : `: ${code(command)}`}`;
  });
  if (more > 0) lines.push(`• and ${more} more: ${code("tokenward alerts list")}`);
  return [section(lines.join("\n"))];
}

function contextOf({ subject, condition, code: errorCode, openedAt }: Alert): string {
  const parts = [oneLine(subject, 200), condition, errorCode, `since ${minuteOf(openedAt)}`];
  return escaped(parts.filter((part) => part !== undefined).join(" · "));
}

// All that Slack wants escaped; without them neither a link nor a ping (`<!channel>`) can be written.
function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

// An asterisk would end the bold face early.
function bold(text: string): string {
  return escaped(text.replaceAll("*", "∗"));
}

function code(text: string): string {
  return `\`${escaped(oneLine(text, 100).replaceAll("`", "'"))}\``;
}
