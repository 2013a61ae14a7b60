import type { AlertCondition } from "../notifier.ts";
import type { AlertCause } from "../state.ts";

// What several subjects have in common, after "3 TikTok grants".
const ofMany: Readonly<Record<AlertCondition, string>> = {
  "refresh-failed": "could not be refreshed",
  "write-back-failed": "could not be kept",
  "in-doubt": "are in doubt: nobody knows whether their tokens were exchanged",
  "cloned-grant": "are refreshed by another machine, too",
  "scope-drift": "lack required scopes",
  "reauth-due": "want a new consent",
  decay: "die soon from not being refreshed",
  "refresh-token-ends": "come to an end that no refresh moves",
  "expiry-unknown": "end on a day that nobody knows",
  "credential-expiry": "have a credential that ends soon",
  "notifier-failing": "do not deliver",
  "state-lost": "lost their memory",
  test: "are tested",
};

/** The summary of a group: `200 TikTok grants could not be refreshed`. */
export function summaryOfMany(count: number, { subject, label }: AlertCause, condition: AlertCondition): string {
  const whole = subject.startsWith("write-back ") ? `grants in ${label}` : `${label} grants`;
  // One alone is a latecomer: others with the same cause were told of a moment ago.
  return count === 1 ? `More ${whole} ${ofMany[condition]}` : `${count} ${whole} ${ofMany[condition]}`;
}

/** The command that helps a whole group, where there is one. */
export function commandOfMany({ subject }: AlertCause, condition: AlertCondition): string | undefined {
  if (condition === "write-back-failed") return "tokenward writeback check";
  const [, platform] = /^platform (\S+)/.exec(subject) ?? [];
  return condition === "refresh-failed" && platform !== undefined ? `tokenward auth refresh ${platform}` : undefined;
}
