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
    const {
      state,
      notifiers,
      alerts,
      heartbeat,
      rateBucket,
      recoveryRecipients,
      recoveryFolder,
      leaseWait,
      exchangeDeadline,
    } = configuration;
    const note = (message: string): void => context.output.note(message);
    const engine = createEngine({
      state,
      notifiers,
      alerts,
      heartbeat,
      rateBucket,
      recoveryRecipients,
      recoveryFolder,
      leaseWait,
      exchangeDeadline,
      env: context.env,
      signal,
      note,
    });
    return await work(engine, configuration);
  });
}

/**
 * For work that may spend a token. However often a signal comes, an exchange that was sent runs to its end, which is
 * bounded: killing it there could lose a rotated token.
 */
export async function withExchangingEngine<T>(context: Context, work: EngineWork<T>): Promise<T> {
  const stop = stopSignals((name, again) =>
    context.output.note(
      again
        ? `${name} again: still finishing what was sent; ending it now could lose a token.`
        : `${name}: nothing new begins; what was sent is finished and saved first.`,
    ),
  );
  return await withEngine(context, work, stop);
}
