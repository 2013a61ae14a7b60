import type { RefreshReport, RefreshStatus } from "@tokenward/core";
import type { ExitCode } from "../context.ts";
import type { Output } from "./output.ts";
import { reportDocument } from "./status-document.ts";
import { statusTable, type StatusView } from "./status-table.ts";

/** Prints a report as data: a table for a human, one document for a machine. Returns its exit code. */
export function printReport(report: RefreshReport, view: StatusView, output: Output): ExitCode {
  output.data(output.json ? reportDocument(report, view) : statusTable(report.statuses, view, output));
  for (const { alert, detail } of report.writeBacks) if (alert) output.note(detail);
  return report.exitCode;
}

/** The report of a command that works on one grant. */
export function reportOfOne(status: RefreshStatus): RefreshReport {
  const exitCode = !status.judged ? 2 : status.alert ? 1 : 0;
  return { dryRun: false, alert: status.alert, statuses: [status], writeBacks: [], exitCode };
}
