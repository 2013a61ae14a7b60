import type { RetirementStatus } from "@tokenward/core";
import { configurationChanges, type Arrived } from "../configuration-change.ts";
import type { Context, ExitCode } from "../context.ts";
import { progressOf } from "../output/progress.ts";
import { printRetirements } from "../output/retirements.ts";
import { withEngine, withExchangingEngine } from "../with-engine.ts";

/** `tokenward auth move <selection> --to <backend> [--dry-run]` */
export async function authMove(
  context: Context,
  selection: string,
  { to, dryRun }: { readonly to: string; readonly dryRun: boolean },
): Promise<ExitCode> {
  return await (dryRun ? withEngine : withExchangingEngine)(context, async (engine, configuration) => {
    const plans = configuration.select(selection);
    const destination = await configuration.writeBackNamed(to);
    const progress = progressOf(plans.length, context.output, dryRun ? "Looking at" : "Moving");
    const statuses: RetirementStatus[] = [];
    const arrived: Arrived[] = [];
    for (const plan of plans) {
      const status = await engine.moveGrant(plan, destination, { dryRun });
      statuses.push(status);
      if (!status.alert && status.from !== status.to) arrived.push(plan);
      progress.done(status);
    }
    const changes = configurationChanges(arrived, configuration.plans, to);
    return printRetirements({ statuses, dryRun, changes }, context.output);
  });
}
