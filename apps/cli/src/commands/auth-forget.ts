import { confirm } from "../confirmation.ts";
import type { Context, ExitCode } from "../context.ts";
import { onePlan } from "../one-plan.ts";
import { printRetirements } from "../output/retirements.ts";
import { withExchangingEngine } from "../with-engine.ts";

/** `tokenward auth forget <grant> [--yes]` */
export async function authForget(context: Context, grant: string, yes: boolean): Promise<ExitCode> {
  return await withExchangingEngine(context, async (engine, configuration) => {
    const plan = onePlan(configuration, grant);
    if (!yes) {
      const question =
        `${plan.id} will be taken out of its write-back (${plan.writeBackName}) and of this machine's memory, for good. ` +
        `Its token is not revoked: ${plan.refresher.platform} is not told. To use ${plan.id} again, a human must consent anew.`;
      await confirm(question, plan.id, context.output);
    }
    return printRetirements({ statuses: [await engine.forgetGrant(plan)] }, context.output);
  });
}
