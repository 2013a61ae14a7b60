import type { Configuration, ConfigProblems, NamedWriteBack } from "@tokenward/config";
import { TokenwardError, type RetirementStatus } from "@tokenward/core";
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
    const destination = await destinationNamed(to, configuration);
    const progress = progressOf(plans.length, context.output, dryRun ? "Looking at" : "Moving");
    const statuses: RetirementStatus[] = [];
    const arrived: Arrived[] = [];
    for (const plan of plans) {
      const status = await engine.moveGrant(plan, destination, { dryRun });
      statuses.push(status);
      if (!status.alert && status.from !== status.to) arrived.push(plan);
      progress.done(status);
    }
    // What has nothing stored may stay where it is while everything that has is stuck.
    const stuck = statuses.some(({ alert }) => alert) && !statuses.some((status) => isOnItsWay(status));
    const changes = stuck ? [] : configurationChanges(arrived, configuration.plans, to);
    return printRetirements({ statuses, dryRun, changes }, context.output);
  });
}

function isOnItsWay({ action, would }: RetirementStatus): boolean {
  return action === "moved" || (would !== undefined && would !== "nothing");
}

// A name that nothing answers to is a slip in this command; mistakes in its options are the file's.
async function destinationNamed(to: string, configuration: Configuration): Promise<NamedWriteBack> {
  try {
    return await configuration.writeBackNamed(to);
  } catch (thrown) {
    const { problems = [] } = thrown as Partial<ConfigProblems>;
    const unknown = problems.find(({ path }) => path === "auth.writeback.backend");
    if (unknown === undefined) throw thrown;
    throw new TokenwardError("ERR_CONFIG_USAGE", { reason: `--to ${to}: ${unknown.message} ${unknown.fix}` });
  }
}
