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
  };
}
