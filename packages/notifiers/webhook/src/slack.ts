import { type Alert, alertHeading, alertSentence, oneLine } from "@tokenward/core/plugin";
import { firstMembers } from "./members.ts";
import { minuteOf } from "./words.ts";

// Slack's block kit reference (docs.slack.dev, 2026-11): a header holds 150 characters, the text of a section 3000, and a
// message 50 blocks. Whether escapes count is not said, so that they do.
const mostSection = 3000;
const mostSummary = 2000;
const mostCommand = 600;
const mostMembers = 15;

const symbols: Readonly<Record<Alert["severity"], string>> = { warn: "🟡", page: "🟠", critical: "🔴" };

/** An alert as Slack's incoming webhooks take it. `text` is what a notification shows, and who cannot see blocks. */
export function slackMessage(alert: Alert): object {
  const symbol = alert.edge === "resolved" ? "🟢" : symbols[alert.severity];
  const sentence = sentenceOf(alert);
  return {
    text: sentence,
    // Links in what a platform said must not be fetched and shown.
    unfurl_links: false,
    unfurl_media: false,
    blocks: [
      { type: "header", text: { type: "plain_text", text: `${symbol} ${alertHeading(alert)}`, emoji: true } },
      section(sentence),
      section(short(alert.detail, mostSection)),
      section(membersOf(alert)),
      { type: "context", elements: [marked(contextOf(alert))] },
    ].filter((block) => block !== undefined),
  };
}

// Cut before it is put together, so that a long summary does not take the command with it.
function sentenceOf(alert: Alert): string {
  // A summary that opens a code span would swallow the one of the command.
  const summary = oneLine(alert.summary, mostSummary, escapedSize).replaceAll("`", "'");
  const command = alert.command === undefined ? undefined : commandText(alert.command, mostCommand);
  return escaped(alertSentence({ ...alert, summary, command }));
}

function membersOf(alert: Alert): string {
  const over = alert.edge === "resolved";
  const limits = { most: mostMembers, room: mostSection - 100 };
  const { lines, more } = firstMembers(alert, limits, ({ subject, command }) => {
    const action = over || command === undefined ? "" : `: ${code(command)}`;
    const line = `• ${short(subject, 300)}${action}`;
    return { line, size: line.length + 1 };
  });
  const rest = `and ${more} more${over ? "" : `: ${code("tokenward alerts list")}`}`;
  return [...lines, ...(more > 0 ? [`• ${rest}`] : [])].join("\n");
}

function contextOf({ subject, condition, code: errorCode, openedAt }: Alert): string {
  const parts = [short(subject, 1000), condition, errorCode, `since ${minuteOf(openedAt)}`];
  return parts.filter((part) => part !== undefined).join(" · ");
}

function section(text: string): object | undefined {
  return text === "" ? undefined : { type: "section", text: marked(text) };
}

// Verbatim: otherwise Slack itself makes links of addresses, and mentions of names (docs.slack.dev, "Text object").
function marked(text: string): object {
  return { type: "mrkdwn", text, verbatim: true };
}

const escapes: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;" };

// All that Slack wants escaped; without them neither a link nor a ping (`<!channel>`) can be written.
function escaped(text: string): string {
  return text.replace(/[&<>]/g, (character) => escapes[character] ?? "");
}

function escapedSize(character: string): number {
  return escapes[character]?.length ?? character.length;
}

function short(text: string, most: number): string {
  return escaped(oneLine(text, most, escapedSize));
}

// A code span knows no escape for the character that ends it.
function commandText(command: string, most: number): string {
  return oneLine(command, most, escapedSize).replaceAll("`", "'");
}

function code(command: string): string {
  return `\`${escaped(commandText(command, 300))}\``;
}
