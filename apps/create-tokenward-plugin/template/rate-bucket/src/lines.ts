import type { Clock } from "@tokenward/core/plugin";

/** How long somebody waits. */
export interface Patience {
  /** On the monotonic clock. */
  readonly end: number;
  readonly signal?: AbortSignal | undefined;
}

/** A line of waiting callers per key: who came first is served first, and other keys are not held up. */
export class Lines {
  readonly #clock: Clock;
  /** Per key, the end of the last one in line. */
  readonly #last = new Map<string, Promise<void>>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Whether nobody waits for any of these keys. */
  isFree(keys: readonly string[]): boolean {
    return keys.every((key) => !this.#last.has(key));
  }

  /**
   * Does the work when everybody who came before is through.
   *
   * @returns `false` where that took too long; nothing was done then
   */
  async inTurn(keys: readonly string[], patience: Patience, work: () => Promise<void>): Promise<boolean> {
    const before = Promise.all(keys.map(async (key) => await this.#last.get(key)));
    let leave = (): void => undefined;
    const end = new Promise<void>((resolve) => (leave = resolve));
    for (const key of keys) this.#last.set(key, end);
    try {
      if (!(await this.#within(before, patience))) return false;
      await work();
      return true;
    } finally {
      // Who gave up lets the next one in only when those before are through.
      void before.then(leave);
      void end.then(() => this.#close(keys, end));
    }
  }

  #close(keys: readonly string[], end: Promise<void>): void {
    for (const key of keys) {
      if (this.#last.get(key) === end) this.#last.delete(key);
    }
  }

  /** Whether something happens in time. Rejects with the signal's reason. */
  async #within(happening: Promise<unknown>, { end, signal }: Patience): Promise<boolean> {
    const happened = new AbortController();
    const stop = signal === undefined ? happened.signal : AbortSignal.any([happened.signal, signal]);
    try {
      const late = this.#clock.sleep(end - this.#clock.monotonic(), stop).then(() => false);
      return await Promise.race([happening.then(() => true), late]);
    } finally {
      happened.abort();
    }
  }
}
