import { type Alert, alertHeading, alertSentence, oneLine } from "@tokenward/core/plugin";
import { firstMembers } from "./members.ts";
import { jsonSize, minuteOf } from "./words.ts";

// A message of Teams may have about 28 KB (learn.microsoft.com, "Create Incoming Webhooks"), and a flow says so only when
// it is too late: the answer was 202 before. All bounds are bytes of JSON with escapes.
const mostSummary = 2000;
const mostDetail = 4000;
const mostName = 1000;
const mostMembers = 15;
const membersRoom = 12_000;

const styles: Readonly<Record<Alert["severity"], string>> = {
  warn: "warning",
  page: "attention",
  critical: "attention",
};

/** An alert as the Workflows webhook of Microsoft Teams takes it: an Adaptive Card 1.4. */
export function teamsMessage(alert: Alert): object {
  const over = alert.edge === "resolved";
  const command = over || alert.command === undefined ? undefined : oneLine(alert.command, mostName, jsonSize);
  const card = {
    $schema: "http://adaptivecards.io/schemas/adaptive-card.json",
    type: "AdaptiveCard",
    version: "1.4",
    // What a client that cannot show cards says.
    fallbackText: alertSentence({ ...alert, summary: oneLine(alert.summary, mostSummary, jsonSize), command }),
    body: [
      {
        type: "Container",
        style: over ? "good" : styles[alert.severity],
        items: [
          text(alertHeading(alert), { weight: "Bolder" }),
          text(short(alert.summary, mostSummary), { size: "Large", weight: "Bolder" }),
        ],
      },
      text(short(alert.detail, mostDetail), {}),
      ...(command === undefined ? [] : [text("Run", { isSubtle: true, spacing: "Small" }), monospaced(command)]),
      ...membersOf(alert),
      { type: "FactSet", facts: factsOf(alert) },
    ].filter((element) => !("text" in element && element.text === "")),
  };
  const attachment = { contentType: "application/vnd.microsoft.card.adaptive", contentUrl: null, content: card };
  return { type: "message", attachments: [attachment] };
}

function membersOf(alert: Alert): readonly object[] {
  const over = alert.edge === "resolved";
  const { lines, more } = firstMembers(alert, { most: mostMembers, room: membersRoom }, ({ subject, command }) => {
    const line = [
      text(short(subject, mostName), { spacing: "Small" }),
      ...(over || command === undefined ? [] : [monospaced(oneLine(command, mostName, jsonSize))]),
    ];
    return { line, size: Buffer.byteLength(JSON.stringify(line)) };
  });
  if (more === 0) return lines.flat();
  const rest = text(`and ${more} more${over ? "" : ":"}`, { spacing: "Small" });
  return [...lines.flat(), rest, ...(over ? [] : [monospaced("tokenward alerts list")])];
}

function factsOf({ subject, condition, code, openedAt }: Alert): readonly object[] {
  return [
    { title: "On", value: short(subject, mostName) },
    { title: "Condition", value: escaped(condition) },
    ...(code === undefined ? [] : [{ title: "Code", value: escaped(code) }]),
    { title: "Since", value: minuteOf(openedAt) },
  ];
}

function text(content: string, more: object): object {
  return { type: "TextBlock", text: content, wrap: true, ...more };
}

// A TextRun is plain text (adaptivecards.io, "RichTextBlock"): a command arrives as it has to be typed.
function monospaced(command: string): object {
  return {
    type: "RichTextBlock",
    spacing: "None",
    inlines: [{ type: "TextRun", text: command, fontType: "Monospace" }],
  };
}

// Where these stand, a TextBlock or a fact may see Markdown, an entity or a template (adaptivecards.io, "Text features").
const special = /[\\[\](){}*`~#|<>&!]/;

/** The text with a backslash before whatever could mean something else than itself. */
export function escaped(content: string): string {
  return (
    content
      .replace(new RegExp(special, "g"), String.raw`\$&`)
      // Within a word, as in codes and names of grants, it means nothing.
      .replace(/(?<![\p{L}\p{N}])_|_(?![\p{L}\p{N}])/gu, String.raw`\_`)
      // A list, or a line across.
      .replace(/^[-+=]/, String.raw`\$&`)
      .replace(/^(\d+)\./, String.raw`$1\.`)
  );
}

function short(content: string, most: number): string {
  return escaped(oneLine(content, most, escapedSize));
}

function escapedSize(character: string): number {
  // A backslash is two bytes in JSON.
  return jsonSize(character) + (special.test(character) || character === "_" ? 2 : 0);
}
