import { oneLine, type Alert, type AlertCondition } from "@tokenward/core/plugin";

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
