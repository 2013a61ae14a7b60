/** First come, first served, among the callers of this process. */
export class Turns {
  readonly #waiting = new Map<string, (() => void)[]>();

  /** Whether it is the caller's turn at once. Whoever got it must {@link Turns.pass} it on. */
  tryTake(key: string): boolean {
    if (this.#waiting.has(key)) return false;
    this.#waiting.set(key, []);
    return true;
  }

  /** Resolves when it is the caller's turn; rejects with the signal's reason. */
  async take(key: string, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (this.tryTake(key)) return;
    const queue = this.#waiting.get(key) ?? [];
    await new Promise<void>((resolve, reject) => {
      const begin = (): void => {
        signal.removeEventListener("abort", stop);
        resolve();
      };
      const stop = (): void => {
        queue.splice(queue.indexOf(begin), 1);
        reject(signal.reason);
      };
      queue.push(begin);
      signal.addEventListener("abort", stop, { once: true });
    });
  }

  /** Hands the turn to the next in line. */
  pass(key: string): void {
    const next = this.#waiting.get(key)?.shift();
    if (next === undefined) this.#waiting.delete(key);
    else next();
  }
}
