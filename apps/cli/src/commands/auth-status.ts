import type { Context, ExitCode } from "../context.ts";
import type { ReportFile } from "../program/report-option.ts";
import { expectReportFiles, writeReportFiles } from "../report-files.ts";
import { printReport } from "../output/print-report.ts";
import { withEngine } from "../with-engine.ts";

/** `tokenward auth status [grant]` */
export async function authStatus(context: Context, selection: string, files: readonly ReportFile[]): Promise<ExitCode> {
  await expectReportFiles(files, context);
  return await withEngine(context, async (engine, configuration) => {
    const report = await engine.inspectAll(configuration.select(selection));
    return await writeReportFiles(files, report, printReport(report, { refreshedAt: true }, context.output), context);
  });
}
