import { systemClock, TokenwardError, type Clock, type RateBucket } from "@tokenward/core/plugin";

/** Options of {@link memoryRateBucket}. */
export interface MemoryRateBucketOptions {
  /** Calls at once, per key; at least 1. Default 60. */
  readonly capacity?: number | undefined;
  /** Calls per minute that room grows again for. Default as many as `capacity`. */
  readonly perMinute?: number | undefined;
  /** Default: the machine's. */
  readonly clock?: Clock | undefined;
}

interface Key {
  calls: number;
  /** Monotonic, when `calls` was right. */
  at: number;
  /** Monotonic; nothing before it. */
  closedUntil: number;
}

/**
 * A rate bucket in memory: room grows steadily with a clock that never runs backwards, and those who wait are served
 * in the order in which they came.
 */
export function memoryRateBucket(options: MemoryRateBucketOptions = {}): RateBucket {
  const { capacity = 60, clock = systemClock } = options;
  const perMillisecond = (options.perMinute ?? capacity) / 60_000;
  const keys = new Map<string, Key>();
  let line: Promise<unknown> = Promise.resolve();

  const current = (name: string): Key => {
    const now = clock.monotonic();
    let key = keys.get(name);
    if (key === undefined) keys.set(name, (key = { calls: capacity, at: now, closedUntil: now }));
    key.calls = Math.min(capacity, key.calls + (now - key.at) * perMillisecond);
    key.at = now;
    return key;
  };
  /** Milliseconds until all of them have room; 0: now. */
  const waitFor = (names: readonly string[]): number => {
    const waits = names.map((name) => {
      const key = current(name);
      const growth = key.calls >= 1 - 1e-9 ? 0 : Math.ceil((1 - key.calls) / perMillisecond);
      return Math.max(growth, key.closedUntil - clock.monotonic(), 0);
    });
    return Math.max(...waits);
  };
  const spend = (names: readonly string[]): void => {
    for (const name of names) current(name).calls -= 1;
  };
  const close = (name: string, until: Date): void => {
    const key = current(name);
    key.closedUntil = Math.max(key.closedUntil, clock.monotonic() + until.getTime() - clock.now().getTime());
  };

  return {
    take: async (wanted, { waitAtMost = Number.POSITIVE_INFINITY, signal }) => {
      signal?.throwIfAborted();
      const names = [...new Set([wanted].flat())];
      const patience = clock.monotonic() + waitAtMost;
      if (waitAtMost === 0) {
        if (waitFor(names) > 0) throw full(names);
        spend(names);
        return;
      }
      const before = line;
      let leave = (): void => undefined;
      line = new Promise<void>((resolve) => (leave = resolve));
      try {
        await turn(before, signal);
        for (let wait = waitFor(names); wait > 0; wait = waitFor(names)) {
          const left = patience - clock.monotonic();
          if (left <= 0) throw full(names);
          await clock.sleep(Math.min(wait, left), signal);
        }
        spend(names);
      } finally {
        // Whoever left the line early still lets the next one in only when the one before is served.
        void before.then(leave);
      }
    },
    penalize: (name, until) => close(name, until),
    observe: (name, { remaining, until }) => {
      const key = current(name);
      key.calls = Math.min(key.calls, remaining);
      if (remaining === 0) close(name, until);
    },
  };
}

async function turn(before: Promise<unknown>, signal: AbortSignal | undefined): Promise<void> {
  let stop: (() => void) | undefined;
  const aborted = new Promise<never>((_, reject) => {
    stop = () => reject(signal?.reason as Error);
    signal?.addEventListener("abort", stop, { once: true });
  });
  try {
    await Promise.race([before, aborted]);
  } finally {
    if (stop !== undefined) signal?.removeEventListener("abort", stop);
  }
}

function full(names: readonly string[]): TokenwardError {
  const facts = { grant: names.join(", "), platform: "The rate bucket", reason: "there is no room for a call" };
  return new TokenwardError("ERR_AUTH_THROTTLED", facts, { class: "throttled" });
}
