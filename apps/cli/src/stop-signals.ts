const names = ["SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK"] as const;

/**
 * Turns requests to stop into an abort, in place of the system's sudden end. Never given back: between the end of the
 * work and the end of the process, a signal would make what succeeded look like a failure.
 *
 * @param told called with each signal; `again` where the stop was already asked for
 */
export function stopSignals(told: (name: NodeJS.Signals, again: boolean) => void): AbortSignal {
  const controller = new AbortController();
  const stop = (name: NodeJS.Signals): void => {
    told(name, controller.signal.aborted);
    controller.abort(new Error(`stopped by ${name}`));
  };
  for (const name of names) process.on(name, stop);
  return controller.signal;
}
