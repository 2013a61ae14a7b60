import type { RefreshReport, RefreshStatus } from "@tokenward/core";
import type { Output, Style } from "./output.ts";
import { table, type Cell, type Row } from "./table.ts";
import { wrap } from "./wrap.ts";
import { counted, spanInWords, timeInWords } from "./words.ts";

// With a thousand grants, the names of those that need something would hide how many they are.
const mostNames = 10;

/** What a table of statuses shows beside the columns that it always has. */
export interface StatusView {
  readonly would?: boolean | undefined;
  readonly refreshedAt?: boolean | undefined;
}

/** The statuses as a table for a human, and one line that sums them up. */
export function statusTable(
  {
    statuses,
    writeBacks,
    notifiers,
    installation,
  }: Pick<RefreshReport, "statuses" | "writeBacks" | "notifiers" | "installation">,
  view: StatusView,
  output: Output,
  now: Date = new Date(),
): string {
  const head = ["GRANT", "ACTION"];
  if (view.would === true) head.push("WOULD");
  head.push("VALID UNTIL", "RE-AUTH BY");
  if (view.refreshedAt === true) head.push("REFRESHED");
  const rows = statuses.map((status) => statusRow(status, view, now));
  const others = [
    ...writeBacks.filter(({ alert }) => alert).map(({ writeBack }) => credentialName(writeBack)),
    ...notifiers.filter(({ alert }) => alert).map(({ notifier }) => `the notifier ${notifier}`),
    ...installation.filter(({ alert }) => alert).map(() => "this machine's memory"),
  ];
  return `${table(head, rows, output)}\n\n${wrap(summary(statuses, others), output.columns).join("\n")}`;
}

function statusRow(status: RefreshStatus, view: StatusView, now: Date): Row {
  const cells: Cell[] = [
    { text: grantName(status), style: "bold" },
    { text: status.action, style: styleOf(status) },
  ];
  if (view.would === true) cells.push({ text: status.would ?? "-" });
  cells.push(timeCell(status.expiresAt, now), timeCell(status.reauthBy, now));
  if (view.refreshedAt === true) cells.push(agoCell(status.refreshedAt, now));
  const code = status.code === undefined ? "" : ` [${status.code}]`;
  return { cells, detail: { text: status.detail + code, style: status.alert ? styleOf(status) : "dim" } };
}

/** `tiktok`, or `tiktok/brand-a`. */
export function grantName(status: Pick<RefreshStatus, "platform" | "account">): string {
  return status.account === undefined ? status.platform : `${status.platform}/${status.account}`;
}

/** What a summary calls a write-back's own credential that ends soon. */
export function credentialName(writeBack: string): string {
  return `the credential of ${writeBack}`;
}

function timeCell(time: Date | undefined, now: Date): Cell {
  return time === undefined ? { text: "-", style: "dim" } : { text: timeInWords(time, now) };
}

function agoCell(time: Date | undefined, now: Date): Cell {
  if (time === undefined) return { text: "-", style: "dim" };
  return { text: `${spanInWords(now.getTime() - time.getTime())} ago` };
}

function styleOf(status: RefreshStatus): Style {
  if (status.severity === "critical") return ["bold", "red"];
  if (status.severity === "page") return "red";
  if (status.severity === "warn") return "yellow";
  if (status.alert) return "red";
  return status.action === "skipped" ? "dim" : "green";
}

function summary(statuses: readonly RefreshStatus[], ending: readonly string[]): string {
  const byAction = new Map<string, number>();
  for (const { action } of statuses) byAction.set(action, (byAction.get(action) ?? 0) + 1);
  const found = [...byAction].map(([action, count]) => `${count} ${action}`).join(", ");
  return `${counted(statuses.length, "grant")}: ${found}. ${attention(statuses, ending)}`;
}

function attention(statuses: readonly RefreshStatus[], ending: readonly string[]): string {
  const names = statuses.filter((status) => status.alert).map((status) => grantName(status));
  if (names.length + ending.length === 0) return "Nothing needs a human.";
  const more = names.length > mostNames ? [`and ${names.length - mostNames} more`] : [];
  return `Needs attention: ${[...names.slice(0, mostNames), ...more, ...ending].join(", ")}.`;
}
