import { TokenwardError } from "./errors/error.ts";

// setTimeout fires at once beyond this.
const longestTimeout = 2 ** 31 - 1;

/** Turns at each key, first come, first served, within this process. */
export class Turns {
  readonly #waiting = new Map<string, (() => void)[]>();

  /**
   * Resolves when it is the caller's turn, who must {@link Turns.pass} it on.
   *
   * @param waitAtMost milliseconds; 0 tries once
   * @throws `ERR_AUTH_LEASE_BUSY`, or the signal's reason
   */
  async take(key: string, waitAtMost: number, signal: AbortSignal | undefined): Promise<void> {
    signal?.throwIfAborted();
    const queue = this.#waiting.get(key);
    if (queue === undefined) {
      this.#waiting.set(key, []);
      return;
    }
    if (waitAtMost <= 0) throw busy(key, waitAtMost);
    await new Promise<void>((resolve, reject) => {
      const stop = (reason: unknown): void => {
        queue.splice(queue.indexOf(begin), 1);
        settle();
        reject(reason);
      };
      const abort = (): void => stop(signal?.reason);
      const timer = setTimeout(() => stop(busy(key, waitAtMost)), Math.min(waitAtMost, longestTimeout));
      const settle = (): void => {
        clearTimeout(timer);
        signal?.removeEventListener("abort", abort);
      };
      const begin = (): void => {
        settle();
        resolve();
      };
      queue.push(begin);
      signal?.addEventListener("abort", abort, { once: true });
    });
  }

  /** Hands the turn to the next in line. */
  pass(key: string): void {
    const next = this.#waiting.get(key)?.shift();
    if (next === undefined) this.#waiting.delete(key);
    else next();
  }
}

function busy(target: string, waited: number): TokenwardError {
  return new TokenwardError("ERR_AUTH_LEASE_BUSY", { grant: target, waited: `${waited} ms` }, { class: "lease" });
}
