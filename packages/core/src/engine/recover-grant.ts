import type { Alerting } from "../alerts/alerting.ts";
import { TokenwardError } from "../errors/error.ts";
import type { GrantPlan } from "../plan.ts";
import type { RefreshStatus } from "../status.ts";
import type { EngineContext } from "./context.ts";
import { failedWith } from "./outcome.ts";
import { outcomeOfThrown, refreshGrant } from "./refresh-path.ts";
import { statusOf } from "./status-of.ts";
import { find, targetOf } from "./stored.ts";

/** Delivers what is journaled; presents a token in doubt once more only on a human's word. */
export async function recoverGrant(
  plan: GrantPlan,
  context: EngineContext,
  alerting: Alerting,
  options: { readonly retryOnce?: boolean | undefined } = {},
): Promise<RefreshStatus> {
  try {
    if (!(await somethingToRecover(plan, context, options.retryOnce === true))) {
      const error = new TokenwardError("ERR_AUTH_NOTHING_TO_RECOVER", { grant: plan.id });
      const outcome = failedWith(error, "client");
      // There being nothing to do is no failure.
      return {
        ...statusOf(plan, { ...outcome, class: undefined, action: "skipped" }, context.clock.now()),
        alert: false,
      };
    }
  } catch (thrown) {
    return statusOf(plan, outcomeOfThrown(plan, thrown, context), context.clock.now());
  }
  return await refreshGrant(
    plan,
    context,
    alerting,
    options.retryOnce === true ? { retryOnce: true } : { recoverOnly: true },
  );
}

async function somethingToRecover(plan: GrantPlan, context: EngineContext, retry: boolean): Promise<boolean> {
  const target = await targetOf(plan, context.io());
  const snapshot = await context.state.peek(target);
  if (snapshot.open !== undefined) return true;
  const found = await find(plan, target, context);
  if (found === undefined) return snapshot.last !== undefined;
  if (found.grant.claim !== undefined) return true;
  if (found.fingerprint === undefined) return false;
  if (retry && snapshot.refused?.fingerprint === found.fingerprint) return true;
  return (await context.state.spent(target, found.fingerprint)) !== undefined;
}
