import type { Alert, AlertCondition } from "@tokenward/core/plugin";

const severityWords: Readonly<Record<Alert["severity"], readonly [word: string, call: string]>> = {
  warn: ["Warning", ""],
  page: ["Page", ": act today"],
  critical: ["Critical", ": act now"],
};

/** What kind of message it is, in words: never by colour alone. */
export function headingOf({ edge, severity }: Alert): string {
  const [word, call] = severityWords[severity];
  if (edge === "resolved") return `Over (was: ${word.toLowerCase()})`;
  if (edge === "reminded") return `${word}, still open${call}`;
  return edge === "escalated" ? `${word}, more urgent than before${call}` : `${word}${call}`;
}

// What does not change over an incident, unlike "in 9 days": mail programs make threads of equal subjects.
const conditions: Readonly<Record<AlertCondition, string>> = {
  "refresh-failed": "could not be refreshed",
  "write-back-failed": "could not be kept",
  "in-doubt": "is in doubt",
  "cloned-grant": "is refreshed elsewhere, too",
  "scope-drift": "lacks required scopes",
  "reauth-due": "needs a new consent",
  decay: "is dying unused",
  "refresh-token-ends": "comes to an end",
  "expiry-unknown": "ends on an unknown day",
  "credential-expiry": "has a credential that ends",
  "notifier-failing": "does not deliver",
  "state-lost": "has lost its memory",
  test: "test message",
};

/** The subject of all mails of an incident; `Re:` in front of those that follow. */
export function subjectOf({ edge, subject, condition }: Alert, prefix: string): string {
  const text = oneLine(`${prefix} ${subject}: ${conditions[condition]}`, 180);
  return edge === "opened" ? text : `Re: ${text}`;
}

/** `2026-11-26 10:00 UTC`. */
export function minuteOf(date: Date): string {
  return `${date.toISOString().slice(0, 16).replace("T", " ")} UTC`;
}

// Whatever steers a terminal or a line, and what turns the direction of the text that follows it.
const steering = /[\p{Cc}\u2028\u2029\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069]+/gu;

/** A text in one line, without characters that steer instead of being read, of at most so many characters. */
export function oneLine(text: string, most: number): string {
  const characters = Array.from(text.toWellFormed().replace(steering, " ").trim());
  return characters.length <= most
    ? characters.join("")
    : `${characters
        .slice(0, most - 1)
        .join("")
        .trimEnd()}…`;
}
