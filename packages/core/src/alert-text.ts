import type { Alert } from "./notifier.ts";

const prefix: Readonly<Record<Alert["edge"], string>> = {
  opened: "",
  escalated: "Now more urgent: ",
  reminded: "Still open: ",
  resolved: "Over: ",
};

/**
 * An alert in one line of plain text: ``LinkedIn token expires in 9 days — run `tokenward auth linkedin` ``. Every notifier
 * begins with it, so that a human meets the same words everywhere.
 */
export function alertSentence(alert: Alert): string {
  const { edge, summary, command } = alert;
  const action = edge === "resolved" || command === undefined ? "" : ` — run \`${command}\``;
  return `${prefix[edge]}${summary}${action}`;
}

const severityWords: Readonly<Record<Alert["severity"], readonly [word: string, call: string]>> = {
  warn: ["Warning", ""],
  page: ["Page", ": act today"],
  critical: ["Critical", ": act now"],
};

/** What kind of message an alert is, in words, so that colour or symbol never say it alone: `Critical: act now`. */
export function alertHeading({ edge, severity }: Alert): string {
  const [word, call] = severityWords[severity];
  if (edge === "resolved") return `Over (was: ${word.toLowerCase()})`;
  if (edge === "reminded") return `${word}, still open${call}`;
  return edge === "escalated" ? `${word}, more urgent than before${call}` : `${word}${call}`;
}

/** How much room a character takes where it goes to. */
export type SizeOf = (character: string) => number;

// Whatever steers a terminal or a line, and what turns the direction of the text that follows it.
const steering = /[\p{Cc}\u2028\u2029\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069]+/gu;

/**
 * A text in one line, without characters that steer instead of being read, that takes at most so much room. What is cut
 * off leaves a `…`, and no half character.
 *
 * @param sizeOf default: UTF-16 units
 */
export function oneLine(text: string, most: number, sizeOf: SizeOf = ({ length }) => length): string {
  const clean = text.toWellFormed().replace(steering, " ").trim();
  const end = "…";
  const room = most - sizeOf(end);
  let [size, kept] = [0, 0];
  for (const character of clean) {
    size += sizeOf(character);
    if (size <= room) kept += character.length;
    if (size > most) return `${clean.slice(0, kept).trimEnd()}${end}`;
  }
  return clean;
}
