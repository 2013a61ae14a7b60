import type { Clock } from "@tokenward/core/plugin";

/** A clock that stands until somebody moves it. */
export interface ManualClock extends Clock {
  /**
   * Lets time pass: wakes whoever sleeps until then, one after the other, each at its own time, and gives them room to
   * go back to sleep within the span.
   *
   * @param milliseconds at least 0
   */
  advance(milliseconds: number): Promise<void>;
  /** Sets the wall clock forward or back, as a human or NTP does. Spans and sleepers do not notice. */
  jump(milliseconds: number): void;
  /** How many are asleep. */
  readonly sleeping: number;
}

interface Sleeper {
  readonly until: number;
  readonly wake: () => void;
}

/**
 * Makes a {@link ManualClock}.
 *
 * @param start what it shows first; default 2026-01-01T00:00:00Z
 */
export function manualClock(start: Date = new Date("2026-01-01T00:00:00Z")): ManualClock {
  let passed = 0;
  let offset = start.getTime();
  const sleepers = new Set<Sleeper>();

  const firstDue = (end: number): Sleeper | undefined => {
    let first: Sleeper | undefined;
    for (const sleeper of sleepers) {
      if (sleeper.until <= end && (first === undefined || sleeper.until < first.until)) first = sleeper;
    }
    return first;
  };

  return {
    now: () => new Date(offset + passed),
    monotonic: () => passed,
    sleep: async (milliseconds, signal) => {
      signal?.throwIfAborted();
      await new Promise<void>((resolve, reject) => {
        const stop = (): void => {
          sleepers.delete(sleeper);
          reject(signal?.reason);
        };
        const sleeper: Sleeper = {
          until: passed + milliseconds,
          wake: () => {
            sleepers.delete(sleeper);
            signal?.removeEventListener("abort", stop);
            resolve();
          },
        };
        signal?.addEventListener("abort", stop, { once: true });
        sleepers.add(sleeper);
        if (milliseconds <= 0) sleeper.wake();
      });
    },
    advance: async (milliseconds) => {
      if (!(milliseconds >= 0)) throw new RangeError("Time does not run backwards; use jump().");
      const end = passed + milliseconds;
      // Whoever is about to sleep gets there first.
      await nextTurn();
      for (let due = firstDue(end); due !== undefined; due = firstDue(end)) {
        passed = Math.max(passed, due.until);
        due.wake();
        await nextTurn();
      }
      passed = end;
    },
    jump: (milliseconds) => {
      offset += milliseconds;
    },
    get sleeping() {
      return sleepers.size;
    },
  };
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
