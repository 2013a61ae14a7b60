import type { RefreshStatus } from "@tokenward/core";
import { readCapsuleInput } from "../capsule-input.ts";
import { capsulesFor, planFor } from "../capsule-plan.ts";
import type { Context, ExitCode } from "../context.ts";
import { onePlan } from "../one-plan.ts";
import { printReport, reportOfAll } from "../output/print-report.ts";
import { withExchangingEngine } from "../with-engine.ts";

/** What `tokenward auth recover --capsule` was given. */
export interface CapsuleOptions {
  /** A file, or `-`. */
  readonly capsule: string;
  readonly identity?: string | undefined;
  readonly grant?: string | undefined;
}

/** `tokenward auth recover [grant] --capsule FILE [--identity FILE]` */
export async function authRecoverCapsule(context: Context, options: CapsuleOptions): Promise<ExitCode> {
  return await withExchangingEngine(context, async (engine, configuration) => {
    const wanted = options.grant === undefined ? undefined : onePlan(configuration, options.grant).id;
    const { content, source, identity } = await readCapsuleInput(context, options);
    const capsules = await engine.openCapsules(content, source, identity);
    const statuses: RefreshStatus[] = [];
    for (const capsule of wanted === undefined ? capsules : capsulesFor(wanted, capsules, source)) {
      const known = planFor(capsule, configuration);
      statuses.push("status" in known ? known.status : await engine.deliverCapsule(known.plan, capsule));
    }
    return printReport(reportOfAll(statuses), {}, context.output);
  });
}
