import { alertSentence, oneLine, type Alert, type JsonWithSecrets, type Secret } from "@tokenward/core/plugin";
import { dedupKey } from "./dedup-key.ts";

/** What every event of one notifier has. */
export interface Sender {
  readonly routingKey: Secret;
  readonly source: string;
  readonly dedupPrefix: string;
}

// PagerDuty's documentation of the Events API v2: a summary of 1024 characters, an event of 512 KB.
const mostSummary = 1024;
const mostText = 4000;
const mostMembers = 200;

const severities: Readonly<Record<Alert["severity"], string>> = {
  warn: "warning",
  page: "error",
  critical: "critical",
};

/** An alert as an event of the Events API v2. A reminder triggers what is open already, which pages nobody again. */
export function eventOf(alert: Alert, { routingKey, source, dedupPrefix }: Sender): JsonWithSecrets {
  const shared = { routing_key: routingKey, dedup_key: dedupKey(alert, dedupPrefix) };
  if (alert.edge === "resolved") return { ...shared, event_action: "resolve" };
  const members = alert.members ?? [];
  return {
    ...shared,
    event_action: "trigger",
    client: "Tokenward",
    payload: {
      summary: oneLine(alertSentence(alert), mostSummary) || alert.condition,
      source,
      severity: severities[alert.severity],
      timestamp: alert.at.toISOString(),
      component: oneLine(alert.subject, 255) || alert.condition,
      group: oneLine(platformOf(alert.subject), 255) || alert.condition,
      class: alert.condition,
      custom_details: {
        detail: oneLine(alert.detail, mostText),
        command: alert.command === undefined ? null : oneLine(alert.command, 500),
        code: alert.code ?? null,
        severity: alert.severity,
        edge: alert.edge,
        incident: alert.incident,
        open_since: alert.openedAt.toISOString(),
        ...(members.length === 0
          ? {}
          : { grants_total: members.length, grants: members.slice(0, mostMembers).map((member) => inWords(member)) }),
      },
    },
  };
}

function inWords({ subject, command }: NonNullable<Alert["members"]>[number]): string {
  const name = oneLine(subject, 200);
  return command === undefined ? name : `${name}: ${oneLine(command, 250)}`;
}

/** `linkedin` of `linkedin/acme`, `tiktok` of `platform tiktok`. */
function platformOf(subject: string): string {
  return subject.replace(/^platform /, "").split(/[/ ]/)[0] ?? subject;
}
