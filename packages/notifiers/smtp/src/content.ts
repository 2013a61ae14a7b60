import { alertHeading, alertSentence, oneLine, type Alert } from "@tokenward/core/plugin";
import { minuteOf } from "./words.ts";

const mostText = 4000;
const mostMembers = 20;

/** What a mail says, once for programs that show text and once for those that show HTML. */
export interface Content {
  readonly text: string;
  readonly html: string;
}

/** The two bodies of a mail. */
export function contentOf(alert: Alert): Content {
  const over = alert.edge === "resolved";
  const parts: Parts = {
    heading: alertHeading(alert),
    sentence: oneLine(over ? alertSentence(alert) : alert.summary, 1000),
    detail: oneLine(alert.detail, mostText),
    command: over || alert.command === undefined ? undefined : oneLine(alert.command, 300),
    members: (alert.members ?? [])
      .slice(0, mostMembers)
      .map(({ subject, command }) => [
        oneLine(subject, 200),
        command === undefined || over ? "" : oneLine(command, 300),
      ]),
    total: alert.members?.length ?? 0,
    facts: [
      ["On", oneLine(alert.subject, 300)],
      ["Condition", alert.condition],
      ...(alert.code === undefined ? [] : [["Code", alert.code] as const]),
      ["Since", minuteOf(alert.openedAt)],
    ],
  };
  return { text: textOf(parts), html: htmlOf(parts, over ? "resolved" : alert.severity) };
}

interface Parts {
  readonly heading: string;
  readonly sentence: string;
  readonly detail: string;
  readonly command: string | undefined;
  readonly members: readonly (readonly [subject: string, command: string])[];
  readonly total: number;
  readonly facts: readonly (readonly [name: string, value: string])[];
}

function textOf({ heading, sentence, detail, command, members, total, facts }: Parts): string {
  const lines = [heading, "", sentence];
  if (command !== undefined) lines.push("", "Run:", `    ${command}`);
  if (detail !== "") lines.push("", detail);
  if (total > 0) {
    lines.push("", `${total} in all:`);
    for (const [subject, own] of members) lines.push(`- ${subject}${own === "" ? "" : `: ${own}`}`);
    if (total > members.length) lines.push(`- and ${total - members.length} more: tokenward alerts list`);
  }
  lines.push("", "-- ", ...facts.map(([name, value]) => `${name}: ${value}`));
  return `${lines.join("\n")}\n`;
}

const colours = { warn: "#9a6700", page: "#bc4c00", critical: "#cf222e", resolved: "#1a7f37" } as const;

// Inline styles, because many mail programs drop all others; colours that read on white and on black.
function htmlOf(parts: Parts, kind: keyof typeof colours): string {
  const { heading, sentence, detail, command, members, total, facts } = parts;
  const code = (text: string): string =>
    `<code style="font-family:ui-monospace,Menlo,Consolas,monospace;font-size:14px">${escaped(text)}</code>`;
  const shown = members.map(
    ([subject, own]) => `<li style="margin:4px 0">${escaped(subject)}${own === "" ? "" : `<br>${code(own)}`}</li>`,
  );
  const more =
    total > members.length ? [`<li>and ${total - members.length} more: ${code("tokenward alerts list")}</li>`] : [];
  return [
    '<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="color-scheme" content="light dark">',
    `<meta name="viewport" content="width=device-width"><title>${escaped(heading)}</title></head>`,
    '<body style="margin:0;padding:16px;font-family:system-ui,-apple-system,Segoe UI,Roboto,sans-serif;font-size:16px;line-height:1.5">',
    `<div style="max-width:600px;border-left:4px solid ${colours[kind]};padding-left:16px">`,
    `<p style="margin:0;font-weight:bold;color:${colours[kind]}">${escaped(heading)}</p>`,
    `<h1 style="margin:4px 0 12px;font-size:20px;line-height:1.3">${escaped(sentence)}</h1>`,
    ...(command === undefined
      ? []
      : [
          `<p style="margin:0 0 4px">Run</p><p style="margin:0 0 16px;padding:8px 12px;border:1px solid #8c959f;border-radius:6px">${code(command)}</p>`,
        ]),
    ...(detail === "" ? [] : [`<p style="margin:0 0 12px">${escaped(detail)}</p>`]),
    ...(total === 0 ? [] : [`<p style="margin:0">${total} in all:</p><ul>${[...shown, ...more].join("")}</ul>`]),
    `<p style="margin:16px 0 0;font-size:13px">${facts.map(([name, value]) => `${name}: ${escaped(value)}`).join("<br>")}</p>`,
    "</div></body></html>",
  ].join("\n");
}

function escaped(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;")
    .replaceAll("'", "&#39;");
}
