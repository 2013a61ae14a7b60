import { type Alert, alertSentence, oneLine } from "@tokenward/core/plugin";
import { firstMembers } from "./members.ts";
import { jsonSize } from "./words.ts";

// Standard Webhooks advises to stay below 20 kB. All bounds are bytes of JSON.
const mostBytes = 19_900;
const mostName = 1000;
const mostSummary = 2000;
const mostDetail = 4000;

/** An alert as a body after the Standard Webhooks specification. Every key is always there; what is unknown is null. */
export function standardBody(alert: Alert): string {
  const empty = JSON.stringify(bodyOf(alert, []));
  const room = mostBytes - Buffer.byteLength(empty);
  const limits = { most: Number.POSITIVE_INFINITY, room };
  const { lines } = firstMembers(alert, limits, ({ subject, command }) => {
    const line = { subject: short(subject, mostName), command: commandOf({ command }) };
    return { line, size: Buffer.byteLength(JSON.stringify(line)) + 1 };
  });
  return lines.length === 0 ? empty : JSON.stringify(bodyOf(alert, lines));
}

function bodyOf(alert: Alert, members: readonly object[]): object {
  const summary = short(alert.summary, mostSummary);
  const command = commandOf(alert);
  return {
    type: `tokenward.alert.${alert.edge}`,
    timestamp: alert.at.toISOString(),
    data: {
      id: alert.id,
      incident: alert.incident,
      edge: alert.edge,
      severity: alert.severity,
      subject: short(alert.subject, mostName),
      condition: alert.condition,
      summary,
      text: alertSentence({ ...alert, summary, command: command ?? undefined }),
      detail: short(alert.detail, mostDetail),
      command,
      code: alert.code ?? null,
      opened_at: alert.openedAt.toISOString(),
      members,
      members_total: alert.members?.length ?? 0,
    },
  };
}

function short(text: string, most: number): string {
  return oneLine(text, most, jsonSize);
}

function commandOf({ command }: Pick<Alert, "command">): string | null {
  return command === undefined ? null : short(command, mostName);
}
