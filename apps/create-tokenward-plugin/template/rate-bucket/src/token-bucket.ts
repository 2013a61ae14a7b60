import { systemClock, TokenwardError, type Clock, type RateBucket } from "@tokenward/core/plugin";
import { Level } from "./level.ts";
import { Lines } from "./lines.ts";
import type { SampleNameOptions } from "./options.ts";

/** From so many keys on, those that are full are forgotten now and then: they would begin full again. */
const manyKeys = 10_000;

/**
 * A bucket per key, in the memory of this process.
 *
 * @param clock the machine's, unless a test lets time pass by itself
 */
export function tokenBucket(options: SampleNameOptions, clock: Clock = systemClock): RateBucket {
  const capacity = options.capacity ?? 60;
  const perMinute = options.per_minute ?? capacity;
  const longestWait = (options.longest_wait ?? Number.POSITIVE_INFINITY) * 1000;
  const levels = new Map<string, Level>();
  const lines = new Lines(clock);
  let tidyAt = manyKeys;

  const levelOf = (key: string): Level => {
    let level = levels.get(key);
    if (level === undefined) {
      if (levels.size >= tidyAt) forgetFull();
      level = new Level(capacity, perMinute, clock);
      levels.set(key, level);
    }
    return level;
  };
  const forgetFull = (): void => {
    for (const [key, level] of levels) {
      if (level.isFull && lines.isFree([key])) levels.delete(key);
    }
    // Not again at the next key, where most of them are in use.
    tidyAt = Math.max(manyKeys, 2 * levels.size);
  };

  return {
    take: async (wanted, { waitAtMost = Number.POSITIVE_INFINITY, signal }) => {
      signal?.throwIfAborted();
      const keys = [...new Set([wanted].flat())];
      const end = clock.monotonic() + Math.min(waitAtMost, longestWait);
      const wait = (): number => Math.max(0, ...keys.map((key) => levelOf(key).wait()));
      // All or none: only when every key has room does any of them lose some, without a pause in between.
      const spend = (): void => {
        for (const key of keys) levelOf(key).spend();
      };
      if (lines.isFree(keys) && wait() === 0) {
        spend();
        return;
      }
      if (end <= clock.monotonic()) throw noRoom(keys);
      const served = await lines.inTurn(keys, { end, signal }, async () => {
        for (let left = wait(); left > 0; left = wait()) {
          const patience = end - clock.monotonic();
          if (patience <= 0) throw noRoom(keys);
          await clock.sleep(Math.min(left, patience), signal);
        }
        spend();
      });
      if (!served) throw noRoom(keys);
    },

    penalize: (key, until) => levelOf(key).close(until),

    observe: (key, { remaining, until }) => {
      levelOf(key).lower(remaining);
      if (remaining === 0) levelOf(key).close(until);
    },
  };
}

function noRoom(keys: readonly string[]): TokenwardError {
  const facts = { platform: "The rate bucket", grant: keys.join(", "), reason: "there is no room for a call" };
  return new TokenwardError("ERR_AUTH_THROTTLED", facts, { class: "throttled" });
}
