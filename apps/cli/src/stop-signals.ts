const signals = ["SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK"] as const;

/** Turns requests to stop into an abort, for as long as an exchange may be under way. */
export interface StopSignals {
  readonly signal: AbortSignal;
  /** Gives the signals back to the system. */
  release(): void;
}

/**
 * Listens for signals. However often they come, an exchange that was sent runs to its end, which is bounded: killing
 * it there could lose a rotated token.
 */
export function stopSignals(note: (text: string) => void): StopSignals {
  const controller = new AbortController();
  const stop = (name: NodeJS.Signals): void => {
    note(
      controller.signal.aborted
        ? `${name} again: still finishing what was sent; ending it now could lose a token.`
        : `${name}: nothing new begins; what was sent is finished and saved first.`,
    );
    controller.abort(new Error(`stopped by ${name}`));
  };
  for (const name of signals) process.on(name, stop);
  return {
    signal: controller.signal,
    release: () => {
      for (const name of signals) process.off(name, stop);
    },
  };
}
