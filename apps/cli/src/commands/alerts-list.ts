import type { Context, ExitCode } from "../context.ts";
import { printAlerts } from "../output/alerts.ts";
import { withEngine } from "../with-engine.ts";

/** `tokenward alerts list` */
export async function alertsList(context: Context): Promise<ExitCode> {
  return await withEngine(context, async (engine) => printAlerts(await engine.alerts(), context.output));
}
