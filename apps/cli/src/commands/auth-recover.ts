import type { Context, ExitCode } from "../context.ts";
import { onePlan } from "../one-plan.ts";
import { printReport, reportOfOne } from "../output/print-report.ts";
import { withExchangingEngine } from "../with-engine.ts";

/** `tokenward auth recover <grant> [--retry-once]` */
export async function authRecover(context: Context, grant: string, retryOnce: boolean): Promise<ExitCode> {
  return await withExchangingEngine(context, async (engine, configuration) => {
    const status = await engine.recover(onePlan(configuration, grant), { retryOnce });
    return printReport(reportOfOne(status), {}, context.output);
  });
}
