import type { Alert } from "@tokenward/core/plugin";
import { firstMembers, headingOf, minuteOf, oneLine } from "./words.ts";

// A message of Teams may have about 28 KB (learn.microsoft.com, "Create Incoming Webhooks"), and a flow says so only when
// it is too late: the answer was 202 before. Escaping can double a text, and UTF-8 triple it.
const mostText = 700;
const mostMembers = 15;

const styles: Readonly<Record<Alert["severity"], string>> = {
  warn: "warning",
  page: "attention",
  critical: "attention",
};

/** An alert as the Workflows webhook of Microsoft Teams takes it: an Adaptive Card 1.4. */
export function teamsMessage(alert: Alert): object {
  const over = alert.edge === "resolved";
  const { shown, more } = firstMembers(alert, mostMembers);
  const command = over ? undefined : alert.command;
  const card = {
    $schema: "http://adaptivecards.io/schemas/adaptive-card.json",
    type: "AdaptiveCard",
    version: "1.4",
    // What a client that cannot show cards says aloud.
    fallbackText: escaped(oneLine(alert.summary, mostText)),
    body: [
      {
        type: "Container",
        style: over ? "good" : styles[alert.severity],
        items: [
          text(headingOf(alert), { weight: "Bolder" }),
          text(escaped(oneLine(alert.summary, mostText)), { size: "Large", weight: "Bolder" }),
        ],
      },
      text(escaped(oneLine(alert.detail, mostText)), {}),
      ...(command === undefined ? [] : [text("Run", { isSubtle: true, spacing: "Small" }), monospaced(command)]),
      ...shown.flatMap((member) => [
        text(escaped(oneLine(member.subject, 60)), { spacing: "Small" }),
        ...(member.command === undefined ? [] : [monospaced(member.command)]),
      ]),
      ...(more > 0 ? [text(`and ${more} more:`, { spacing: "Small" }), monospaced("tokenward alerts list")] : []),
      { type: "FactSet", facts: factsOf(alert) },
    ].filter((element) => !("text" in element && element.text === "")),
  };
  const attachment = { contentType: "application/vnd.microsoft.card.adaptive", contentUrl: null, content: card };
  return { type: "message", attachments: [attachment] };
}

function factsOf({ subject, condition, code, openedAt }: Alert): readonly object[] {
  return [
    { title: "On", value: escaped(oneLine(subject, 200)) },
    { title: "Condition", value: condition },
    ...(code === undefined ? [] : [{ title: "Code", value: escaped(code) }]),
    { title: "Since", value: minuteOf(openedAt) },
  ];
}

function text(content: string, more: object): object {
  return { type: "TextBlock", text: content, wrap: true, ...more };
}

// A TextRun is plain text: a command arrives as it has to be typed.
function monospaced(command: string): object {
  return {
    type: "RichTextBlock",
    spacing: "None",
    inlines: [{ type: "TextRun", text: oneLine(command, 100), fontType: "Monospace" }],
  };
}

// A TextBlock knows some Markdown (adaptivecards.io, "Text features"); a backslash keeps it from meaning anything. Names of
// codes and grants hold underscores and hyphens, which mean nothing inside a word.
function escaped(content: string): string {
  return content.replace(/[\\[\]()*`~#|<>]/g, String.raw`\$&`).replace(/^(\s*)([-+]|\d+\.)\s/, String.raw`$1\$2 `);
}
