import type { Context, ExitCode } from "../context.ts";
import { printReport } from "../output/print-report.ts";
import { withEngine } from "../with-engine.ts";

/** `tokenward auth status [grant]` */
export async function authStatus(context: Context, selection: string): Promise<ExitCode> {
  return await withEngine(context, async (engine, configuration) => {
    const report = await engine.inspectAll(configuration.select(selection));
    return printReport(report, { refreshedAt: true }, context.output);
  });
}
