const names = ["SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK"] as const;

/** Turns requests to stop into an abort, in place of the system's sudden end. */
export interface StopSignals {
  readonly signal: AbortSignal;
  /** Gives the signals back to the system. */
  release(): void;
}

/**
 * Listens for signals until released.
 *
 * @param told called with each signal; `again` where the stop was already asked for
 */
export function stopSignals(told: (name: NodeJS.Signals, again: boolean) => void): StopSignals {
  const controller = new AbortController();
  const stop = (name: NodeJS.Signals): void => {
    told(name, controller.signal.aborted);
    controller.abort(new Error(`stopped by ${name}`));
  };
  for (const name of names) process.on(name, stop);
  return {
    signal: controller.signal,
    release: () => {
      for (const name of names) process.off(name, stop);
    },
  };
}
