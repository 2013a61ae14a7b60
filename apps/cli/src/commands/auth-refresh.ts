import type { Context, ExitCode } from "../context.ts";
import { printReport } from "../output/print-report.ts";
import { progressOf } from "../output/progress.ts";
import { withEngine, withExchangingEngine } from "../with-engine.ts";

/** `tokenward auth refresh [selection]` */
export async function authRefresh(context: Context, selection: string): Promise<ExitCode> {
  return await withExchangingEngine(context, async (engine, configuration) => {
    const plans = configuration.select(selection);
    const progress = progressOf(plans.length, context.output);
    return printReport(await engine.refreshAll(plans, { onStatus: progress.done }), {}, context.output);
  });
}

/** `tokenward auth refresh [selection] --dry-run` */
export async function authRefreshDryRun(context: Context, selection: string): Promise<ExitCode> {
  return await withEngine(context, async (engine, configuration) => {
    const report = await engine.inspectAll(configuration.select(selection));
    return printReport(report, { would: true }, context.output);
  });
}
