/** The time, and waiting for it. Tests put a manual clock in its place. */
export interface Clock {
  now(): Date;
  /** Milliseconds that only ever grow, for measuring spans. */
  monotonic(): number;
  /** Resolves after that many milliseconds, rejects with the signal's reason. Never keeps the process alive for longer. */
  sleep(milliseconds: number, signal?: AbortSignal): Promise<void>;
}

// setTimeout fires at once beyond this; longer waits are chained.
const longestTimeout = 2 ** 31 - 1;

/** The machine's clock. */
export const systemClock: Clock = {
  now: () => new Date(),
  monotonic: () => performance.now(),
  sleep: async (milliseconds, signal) => {
    let left = milliseconds;
    do {
      await timeout(Math.min(left, longestTimeout), signal);
      left -= longestTimeout;
    } while (left > 0);
  },
};

function timeout(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    signal?.throwIfAborted();
    const stop = (): void => {
      clearTimeout(timer);
      reject(signal?.reason as Error);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", stop);
      resolve();
    }, milliseconds);
    signal?.addEventListener("abort", stop, { once: true });
  });
}
