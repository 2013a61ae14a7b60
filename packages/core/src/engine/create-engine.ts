import type { Engine, EngineOptions } from "./engine.ts";
import { engineContext } from "./context.ts";
import { importGrant } from "./import-grant.ts";
import { inspectAll } from "./inspect.ts";
import { recoverGrant } from "./recover-grant.ts";
import { refreshAll } from "./refresh-all.ts";
import { refreshGrant } from "./refresh-path.ts";

/**
 * Makes the engine that keeps grants alive. It holds nothing open of its own; close the state when done.
 *
 * @throws `ERR_STATE_MISSING` without a state
 */
export function createEngine(options: EngineOptions): Engine {
  const context = engineContext(options);
  return {
    refreshAll: async (plans, settings) => await refreshAll(plans, context, settings),
    refresh: async (plan) => await refreshGrant(plan, context),
    inspectAll: async (plans) => await inspectAll(plans, context),
    importGrant: async (plan, imported) => await importGrant(plan, imported, context),
    recover: async (plan, settings) => await recoverGrant(plan, context, settings),
    // What a human calls for now and then is read when it is called.
    openCapsules: async (content, source, identity) =>
      await (
        await import("./open-capsules.ts")
      ).openCapsules(content, source, identity ?? context.identity, (message) => context.note(message)),
    deliverCapsule: async (plan, capsule) =>
      await (await import("./deliver-capsule.ts")).deliverCapsule(plan, capsule, context),
    moveGrant: async (plan, destination, settings) =>
      await (await import("./move-grant.ts")).moveGrant(plan, destination, context, settings),
    forgetGrant: async (plan) => await (await import("./forget-grant.ts")).forgetGrant(plan, context),
    checkWriteBacks: async (plans) => await (await import("./check-write-backs.ts")).checkWriteBacks(plans, context),
  };
}
