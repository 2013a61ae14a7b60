import type { WaitOptions } from "./control.ts";

interface Waiter<T> {
  readonly check: () => T | undefined;
  readonly resolve: (value: T) => void;
  readonly reject: (reason: Error) => void;
  readonly timer: NodeJS.Timeout;
}

const defaultTimeoutMs = 30_000;

/** Promises for conditions: whoever changes something calls `look`. */
export class Waiting {
  readonly #waiters = new Set<Waiter<unknown>>();

  /** Whether anybody waits. */
  get any(): boolean {
    return this.#waiters.size > 0;
  }

  /** Resolves with the first result of `check` that is not `undefined`. */
  async until<T>(check: () => T | undefined, otherwise: () => string, options: WaitOptions = {}): Promise<T> {
    const already = check();
    if (already !== undefined) return already;
    const timeoutMs = options.timeoutMs ?? defaultTimeoutMs;
    return await new Promise<T>((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#waiters.delete(waiter);
        reject(new Error(`waited ${String(timeoutMs)} ms: ${otherwise()}`));
      }, timeoutMs);
      const waiter = { check, resolve, reject, timer } as Waiter<unknown>;
      this.#waiters.add(waiter);
    });
  }

  look(): void {
    for (const waiter of this.#waiters) {
      const value = waiter.check();
      if (value === undefined) continue;
      this.#forget(waiter);
      waiter.resolve(value);
    }
  }

  /** Nothing will happen any more. */
  end(): void {
    for (const waiter of this.#waiters) {
      this.#forget(waiter);
      waiter.reject(new Error("the sandbox was closed"));
    }
  }

  #forget(waiter: Waiter<unknown>): void {
    clearTimeout(waiter.timer);
    this.#waiters.delete(waiter);
  }
}
