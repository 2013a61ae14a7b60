import type { Engine, EngineOptions } from "./engine.ts";
import type { Alerting } from "../alerts/alerting.ts";
import { engineContext, type EngineContext } from "./context.ts";
import { importGrant } from "./import-grant.ts";
import { inspectAll } from "./inspect.ts";
import { recoverGrant } from "./recover-grant.ts";
import { refreshAll } from "./refresh-all.ts";
import { refreshGrant } from "./refresh-path.ts";

/** For work on one grant: what it finds is told when it is done. */
async function alone<T>(context: EngineContext, work: (alerting: Alerting) => Promise<T>): Promise<T> {
  const { Alerting } = await import("../alerts/alerting.ts");
  const alerting = new Alerting(context);
  const result = await work(alerting);
  await alerting.settle();
  return result;
}

/**
 * Makes the engine that keeps grants alive. It holds nothing open of its own; close the state when done.
 *
 * @throws `ERR_STATE_MISSING` without a state
 */
export function createEngine(options: EngineOptions): Engine {
  const context = engineContext(options);
  return {
    refreshAll: async (plans, settings) => await refreshAll(plans, context, settings),
    refresh: async (plan) => await alone(context, async (alerting) => await refreshGrant(plan, context, alerting)),
    inspectAll: async (plans) => await inspectAll(plans, context),
    importGrant: async (plan, imported) =>
      await alone(context, async (alerting) => await importGrant(plan, imported, context, alerting)),
    recover: async (plan, settings) =>
      await alone(context, async (alerting) => await recoverGrant(plan, context, alerting, settings)),
    // What a human calls for now and then is read when it is called.
    openCapsules: async (content, source, identity) =>
      await (
        await import("./open-capsules.ts")
      ).openCapsules(content, source, identity ?? context.identity, (message) => context.note(message)),
    deliverCapsule: async (plan, capsule) =>
      await alone(
        context,
        async (alerting) =>
          await (await import("./deliver-capsule.ts")).deliverCapsule(plan, capsule, context, alerting),
      ),
    moveGrant: async (plan, destination, settings) =>
      await (await import("./move-grant.ts")).moveGrant(plan, destination, context, settings),
    forgetGrant: async (plan) =>
      await alone(
        context,
        async (alerting) => await (await import("./forget-grant.ts")).forgetGrant(plan, context, alerting),
      ),
    alerts: async () => await (await import("../alerts/overview.ts")).overview(context),
    testAlerts: async (route) => await (await import("../alerts/test-alerts.ts")).testAlerts(context, route),
    checkWriteBacks: async (plans) => await (await import("./check-write-backs.ts")).checkWriteBacks(plans, context),
  };
}
