import type { AlertOverview } from "../engine/engine.ts";
import type { EngineContext } from "../engine/context.ts";

/** What the state knows of alerts. Reads only. */
export async function overview({ state, telling }: EngineContext): Promise<AlertOverview> {
  return {
    states: await state.alerts.list(telling.installation),
    waiting: await state.alerts.outbox(telling.installation),
  };
}
