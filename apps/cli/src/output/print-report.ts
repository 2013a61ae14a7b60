import type { RefreshReport, RefreshStatus } from "@tokenward/core";
import type { ExitCode } from "../context.ts";
import type { Output } from "./output.ts";
import { reportDocument } from "./status-document.ts";
import { statusTable, type StatusView } from "./status-table.ts";

/** Prints a report as data: a table for a human, one document for a machine. Returns its exit code. */
export function printReport(report: RefreshReport, view: StatusView, output: Output): ExitCode {
  output.data(output.json ? reportDocument(report, view) : statusTable(report, view, output));
  for (const { alert, code, detail } of report.writeBacks) if (alert) output.note(`${detail} [${String(code)}]`);
  for (const { code, detail } of report.installation) output.note(code === undefined ? detail : `${detail} [${code}]`);
  return report.exitCode;
}

/** The report of a command that works on one grant. */
export function reportOfOne(status: RefreshStatus): RefreshReport {
  return reportOfAll([status]);
}

/** The report of a command that works on grants one by one. */
export function reportOfAll(statuses: readonly RefreshStatus[]): RefreshReport {
  const alert = statuses.some((status) => status.alert);
  return {
    dryRun: false,
    alert,
    statuses,
    writeBacks: [],
    notifiers: [],
    installation: [],
    exitCode: exitCodeOfAll(statuses),
  };
}

/** 2 where none could be judged, 1 where one needs a human. */
export function exitCodeOfAll(statuses: readonly { readonly alert: boolean; readonly judged: boolean }[]): ExitCode {
  if (statuses.length > 0 && !statuses.some(({ judged }) => judged)) return 2;
  return statuses.some(({ alert }) => alert) ? 1 : 0;
}
