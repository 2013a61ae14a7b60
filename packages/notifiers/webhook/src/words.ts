import type { Alert } from "@tokenward/core/plugin";

const severityWords: Readonly<Record<Alert["severity"], string>> = {
  warn: "Warning",
  page: "Act today",
  critical: "Critical",
};

/** What kind of message it is, in words: never by colour or symbol alone. */
export function headingOf({ edge, severity }: Alert): string {
  const words = severityWords[severity];
  if (edge === "resolved") return `Over (was: ${words.toLowerCase()})`;
  if (edge === "reminded") return `${words}, still open`;
  return edge === "escalated" ? `${words}, more urgent than before` : words;
}

/** The members that a human can take in, and how many are left out. */
export function firstMembers(
  alert: Alert,
  most: number,
): { readonly shown: NonNullable<Alert["members"]>; readonly more: number } {
  const members = alert.members ?? [];
  return { shown: members.slice(0, most), more: Math.max(0, members.length - most) };
}

/** `2026-11-26 10:00 UTC`. */
export function minuteOf(date: Date): string {
  return `${date.toISOString().slice(0, 16).replace("T", " ")} UTC`;
}

/**
 * A text in one line without control characters and without characters that turn the direction of what follows, at most so
 * many UTF-16 units; never cut within a character.
 */
export function oneLine(text: string, most: number): string {
  const clean = text
    // oxlint-disable-next-line no-control-regex -- the control characters are what is removed
    .replace(/[\u0000-\u001F\u007F-\u009F\u2028\u2029\u200E\u200F\u202A-\u202E\u2066-\u2069]+/g, " ")
    .trim();
  if (clean.length <= most) return clean;
  let cut = "";
  for (const character of clean) {
    if (cut.length + character.length > most - 1) break;
    cut += character;
  }
  return `${cut}…`;
}
