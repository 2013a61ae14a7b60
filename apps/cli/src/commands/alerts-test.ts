import type { Context, ExitCode } from "../context.ts";
import { printAlertTest } from "../output/alert-test.ts";
import { withEngine } from "../with-engine.ts";

/** `tokenward alerts test [--route severity]` */
export async function alertsTest(context: Context, route?: "warn" | "page" | "critical"): Promise<ExitCode> {
  return await withEngine(context, async (engine) => {
    if (context.output.live) context.output.transient("Sending a test message …");
    return printAlertTest(await engine.testAlerts(route), context.output);
  });
}
