import type { Context, ExitCode } from "../context.ts";
import type { ReportFile } from "../program/report-option.ts";
import { expectReportFiles, writeReportFiles } from "../report-files.ts";
import { printReport } from "../output/print-report.ts";
import { progressOf } from "../output/progress.ts";
import { withEngine, withExchangingEngine } from "../with-engine.ts";

/** `tokenward auth refresh [selection]` */
export async function authRefresh(
  context: Context,
  selection: string,
  files: readonly ReportFile[],
): Promise<ExitCode> {
  await expectReportFiles(files, context);
  return await withExchangingEngine(context, async (engine, configuration) => {
    const plans = configuration.select(selection);
    const progress = progressOf(plans.length, context.output);
    const report = await engine.refreshAll(plans, { onStatus: progress.done });
    return await writeReportFiles(files, report, printReport(report, {}, context.output), context);
  });
}

/** `tokenward auth refresh [selection] --dry-run` */
export async function authRefreshDryRun(
  context: Context,
  selection: string,
  files: readonly ReportFile[],
): Promise<ExitCode> {
  await expectReportFiles(files, context);
  return await withEngine(context, async (engine, configuration) => {
    const report = await engine.inspectAll(configuration.select(selection));
    return await writeReportFiles(files, report, printReport(report, { would: true }, context.output), context);
  });
}
