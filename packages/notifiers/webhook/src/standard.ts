import { alertSentence, type Alert } from "@tokenward/core/plugin";
import { oneLine } from "./words.ts";

// Standard Webhooks advises to stay below 20 kB.
const mostMemberBytes = 12_000;
const mostText = 1500;

/** An alert as a body after the Standard Webhooks specification. Every key is always there; what is unknown is null. */
export function standardBody(alert: Alert): string {
  const members = alert.members ?? [];
  return JSON.stringify({
    type: `tokenward.alert.${alert.edge}`,
    timestamp: alert.at.toISOString(),
    data: {
      id: alert.id,
      incident: alert.incident,
      edge: alert.edge,
      severity: alert.severity,
      subject: oneLine(alert.subject, 300),
      condition: alert.condition,
      text: oneLine(alertSentence(alert), mostText),
      summary: oneLine(alert.summary, mostText),
      detail: oneLine(alert.detail, mostText),
      command: alert.command === undefined ? null : oneLine(alert.command, 300),
      code: alert.code ?? null,
      opened_at: alert.openedAt.toISOString(),
      members: fitting(members),
      members_total: members.length,
    },
  });
}

function fitting(members: NonNullable<Alert["members"]>): readonly object[] {
  const shown: object[] = [];
  let bytes = 0;
  for (const { subject, command } of members) {
    const member = {
      subject: oneLine(subject, 300),
      command: command === undefined ? null : oneLine(command, 300),
    };
    bytes += Buffer.byteLength(JSON.stringify(member)) + 1;
    if (bytes > mostMemberBytes) break;
    shown.push(member);
  }
  return shown;
}
