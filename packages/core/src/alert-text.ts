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
