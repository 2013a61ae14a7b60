import type { AlertOverview, AlertState, OutboxEntry } from "@tokenward/core";
import type { ExitCode } from "../context.ts";
import type { Output, Style } from "./output.ts";
import { document, time } from "./status-document.ts";
import { table, type Row } from "./table.ts";
import { counted, spanInWords } from "./words.ts";

/** Prints what is open and what waits. 1 where something is open: it needs a human. */
export function printAlerts({ states, waiting }: AlertOverview, output: Output, now: Date = new Date()): ExitCode {
  const open = states.filter(({ resolvedAt }) => resolvedAt === undefined);
  // A grant that a group tells of is named there.
  const listed = open.filter(({ group }) => group === undefined).toSorted(worstFirst);
  if (output.json) {
    output.data(
      document({
        alerts: listed.map((state) => alertDocument(state, membersOf(state, open))),
        waiting: waiting.map((entry) => waitingDocument(entry)),
      }),
    );
  } else if (listed.length === 0) {
    output.data(`No alert is open.${waitingInWords(waiting)}`);
  } else {
    const rows = listed.map((state) => alertRow(state, membersOf(state, open), now));
    const head = ["ALERT ON", "CONDITION", "SEVERITY", "OPEN FOR", "TOLD"];
    const count = counted(listed.length, "alert");
    output.data(`${table(head, rows, output)}\n\n${count} open.${waitingInWords(waiting)}`);
  }
  return listed.length === 0 ? 0 : 1;
}

function membersOf({ subject, condition }: AlertState, open: readonly AlertState[]): readonly AlertState[] {
  return open.filter((state) => state.group === subject && state.condition === condition);
}

const order = ["critical", "page", "warn"];
const styles: Readonly<Record<AlertState["severity"], Style>> = {
  warn: "yellow",
  page: "red",
  critical: ["bold", "red"],
};

function worstFirst(left: AlertState, right: AlertState): number {
  const worse = order.indexOf(left.severity) - order.indexOf(right.severity);
  return worse === 0 ? left.openedAt.getTime() - right.openedAt.getTime() : worse;
}

function alertRow(state: AlertState, members: readonly AlertState[], now: Date): Row {
  const { subject, condition, severity, openedAt, told, summary, command } = state;
  const heard = told === undefined || told.by.length === 0 ? "nobody" : told.by.join(", ");
  const cells = [
    { text: subject, style: "bold" as const },
    { text: condition },
    { text: severity, style: styles[severity] },
    { text: spanInWords(now.getTime() - openedAt.getTime()) },
    { text: heard, ...(told === undefined ? { style: "dim" as const } : {}) },
  ];
  const names = members.length === 0 ? "" : ` (${someOf(members.map((member) => member.subject))})`;
  const action = command === undefined ? "" : ` — run \`${command}\``;
  return { cells, detail: { text: `${summary}${names}${action}`, style: styles[severity] } };
}

const mostNames = 5;

function someOf(names: readonly string[]): string {
  const more = names.length > mostNames ? `, and ${names.length - mostNames} more` : "";
  return names.slice(0, mostNames).join(", ") + more;
}

function waitingInWords(waiting: readonly OutboxEntry[]): string {
  if (waiting.length === 0) return "";
  const by = [...Map.groupBy(waiting, ({ notifier }) => notifier)];
  const parts = by.map(([notifier, entries]) => `${counted(entries.length, "message")} for ${notifier}`);
  return ` Waiting to be delivered: ${parts.join(", ")}.`;
}

function alertDocument(state: AlertState, members: readonly AlertState[]): Record<string, unknown> {
  return {
    subject: state.subject,
    condition: state.condition,
    severity: state.severity,
    opened_at: time(state.openedAt),
    told_at: time(state.told?.at),
    told: state.told?.by ?? [],
    summary: state.summary,
    detail: state.detail,
    command: state.command ?? null,
    code: state.code ?? null,
    members: members.map(({ subject, command }) => ({ subject, command: command ?? null })),
  };
}

function waitingDocument({ notifier, alert, attempts, notBefore }: OutboxEntry): Record<string, unknown> {
  const { id, edge, subject, condition, severity } = alert;
  return { id, notifier, edge, subject, condition, severity, attempts, not_before: time(notBefore) };
}
