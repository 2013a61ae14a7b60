/** How the sandbox's clock begins. */
export interface ClockOptions {
  /** The first instant. Default: the real time. */
  readonly start?: Date | undefined;
  /** Stands still between calls of `advance`. Default: runs like the real one. */
  readonly frozen?: boolean | undefined;
}

/** The platform's clock: all expiries follow it. It only moves forward. */
export class VirtualClock {
  readonly #frozen: boolean;
  #offset: number;
  #instant: number;
  readonly #sleepers = new Set<() => void>();

  constructor(options: ClockOptions = {}) {
    this.#frozen = options.frozen ?? false;
    this.#instant = options.start?.getTime() ?? Date.now();
    this.#offset = this.#instant - Date.now();
  }

  /** Milliseconds since the epoch. */
  now(): number {
    return this.#frozen ? this.#instant : Date.now() + this.#offset;
  }

  advance(seconds: number): void {
    if (!Number.isFinite(seconds) || seconds < 0)
      throw new RangeError("the clock only moves forward: seconds must be >= 0");
    this.#instant += seconds * 1_000;
    this.#offset += seconds * 1_000;
    for (const wake of this.#sleepers) wake();
  }

  /** Waits until the clock shows `until`, by itself or by `advance`, or until `signal` aborts. */
  async sleepUntil(until: number, signal: AbortSignal): Promise<void> {
    while (this.now() < until && !signal.aborted) {
      await new Promise<void>((resolve) => {
        let timer: NodeJS.Timeout | undefined;
        const wake = (): void => {
          clearTimeout(timer);
          this.#sleepers.delete(wake);
          signal.removeEventListener("abort", wake);
          resolve();
        };
        this.#sleepers.add(wake);
        signal.addEventListener("abort", wake, { once: true });
        if (!this.#frozen) timer = setTimeout(wake, Math.min(until - this.now(), 2_147_483_647));
      });
    }
  }
}

/** Waits real milliseconds, or until `signal` aborts. */
export async function realDelay(milliseconds: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise<void>((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      signal.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, milliseconds);
    signal.addEventListener("abort", done, { once: true });
  });
}
