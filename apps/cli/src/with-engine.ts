import type { Configuration } from "@tokenward/config";
import { createEngine, type Engine } from "@tokenward/core";
import type { Context } from "./context.ts";
import { stopSignals } from "./stop-signals.ts";
import { withConfiguration } from "./with-configuration.ts";

/** Work with an engine and the configuration that it was made for. */
export type EngineWork<T> = (engine: Engine, configuration: Configuration) => Promise<T>;

/** For work that only reads: a signal ends it at once. */
export async function withEngine<T>(context: Context, work: EngineWork<T>, signal?: AbortSignal): Promise<T> {
  return await withConfiguration(context, async (configuration) => {
    const { state, notifiers, leaseWait, exchangeDeadline } = configuration;
    const note = (message: string): void => context.output.note(message);
    const engine = createEngine({ state, notifiers, leaseWait, exchangeDeadline, env: context.env, signal, note });
    return await work(engine, configuration);
  });
}

/** For work that may spend a token: a signal lets what was sent be finished and saved first. */
export async function withExchangingEngine<T>(context: Context, work: EngineWork<T>): Promise<T> {
  const stop = stopSignals((message) => context.output.note(message));
  try {
    return await withEngine(context, work, stop.signal);
  } finally {
    stop.release();
  }
}
