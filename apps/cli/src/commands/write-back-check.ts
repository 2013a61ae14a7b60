import type { Context, ExitCode } from "../context.ts";
import { printWriteBackReport } from "../output/write-backs.ts";
import { counted } from "../output/words.ts";
import { withExchangingEngine } from "../with-engine.ts";

/** `tokenward writeback check [selection]` */
export async function writeBackCheck(context: Context, selection: string): Promise<ExitCode> {
  return await withExchangingEngine(context, async (engine, configuration) => {
    const plans = configuration.select(selection);
    if (context.output.live) context.output.transient(`Checking ${counted(plans.length, "grant")} …`);
    return printWriteBackReport(await engine.checkWriteBacks(plans), context.output);
  });
}
