import type { Alert } from "@tokenward/core/plugin";

const severityWords: Readonly<Record<Alert["severity"], readonly [word: string, call: string]>> = {
  warn: ["Warning", ""],
  page: ["Page", ": act today"],
  critical: ["Critical", ": act now"],
};

/** What kind of message it is, in words: never by colour or symbol alone. */
export function headingOf({ edge, severity }: Alert): string {
  const [word, call] = severityWords[severity];
  if (edge === "resolved") return `Over (was: ${word.toLowerCase()})`;
  if (edge === "reminded") return `${word}, still open${call}`;
  return edge === "escalated" ? `${word}, more urgent than before${call}` : `${word}${call}`;
}

/** `2026-11-26 10:00 UTC`. */
export function minuteOf(date: Date): string {
  return `${date.toISOString().slice(0, 16).replace("T", " ")} UTC`;
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

/** Bytes of a character within a string of JSON, as UTF-8. */
export function jsonSize(character: string): number {
  return Buffer.byteLength(JSON.stringify(character)) - 2;
}
