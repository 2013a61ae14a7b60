import type { RefreshReport } from "@tokenward/core";
import { htmlReport } from "./html-report.ts";
import { junitReport } from "./junit-report.ts";
import type { ReportOptions } from "./options.ts";

/** The formats of a report. */
export const reportFormats = ["html", "junit"] as const;

/** One of {@link reportFormats}. */
export type ReportFormat = (typeof reportFormats)[number];

/** A report in a format that is chosen while running. */
export function renderReport(format: ReportFormat, report: RefreshReport, options: ReportOptions): string {
  return format === "html" ? htmlReport(report, options) : junitReport(report, options);
}
