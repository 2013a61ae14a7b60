import { readImportedGrant } from "@tokenward/core";
import type { Context, ExitCode } from "../context.ts";
import { printReport, reportOfOne } from "../output/print-report.ts";
import { onePlan } from "../one-plan.ts";
import { readStandardInput } from "../standard-input.ts";
import { withExchangingEngine } from "../with-engine.ts";

/** `tokenward auth import <grant>`, the token JSON on stdin. */
export async function authImport(context: Context, grant: string): Promise<ExitCode> {
  return await withExchangingEngine(context, async (engine, configuration) => {
    const plan = onePlan(configuration, grant);
    const imported = readImportedGrant(await readStandardInput(grant), plan.id, new Date());
    return printReport(reportOfOne(await engine.importGrant(plan, imported)), {}, context.output);
  });
}
