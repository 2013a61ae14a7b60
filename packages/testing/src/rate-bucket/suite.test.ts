import type { RateBucket } from "@tokenward/core/plugin";
import { describe, expect, it, test } from "vitest";
import { manualClock } from "../manual-clock.ts";
import { memoryRateBucket } from "../memory-rate-bucket.ts";
import { rateBucketCases, testRateBucket, type RateBucketFixture } from "./suite.ts";

const capacity = 5;

function fixture(change: (base: RateBucket) => Partial<RateBucket> = () => ({})): RateBucketFixture {
  const clock = manualClock(new Date());
  const base = memoryRateBucket({ capacity, perMinute: 1, clock });
  return {
    bucket: { ...base, ...change(base) },
    capacity,
    advance: clock.advance,
    dispose: async () => undefined,
  };
}

testRateBucket({ describe, it }, async () => fixture());

const one = (keys: string | readonly string[]): readonly string[] => [keys].flat();

const mutants: readonly (readonly [
  defect: string,
  caughtBy: string,
  change: (base: RateBucket) => Partial<RateBucket>,
])[] = [
  ["has room for ever", "has room for as many calls as it says, and no more", () => ({ take: async () => undefined })],
  [
    "has one room for all",
    "has room for each key by itself",
    (base) => ({ take: async (_keys, options) => await base.take("all", options) }),
  ],
  [
    "takes key by key",
    "takes several keys all or none",
    (base) => ({
      take: async (keys, options) => {
        for (const key of one(keys)) await base.take(key, options);
      },
    }),
  ],
  [
    "takes the first key only",
    "takes one call from each of several keys",
    (base) => ({ take: async (keys, options) => await base.take(one(keys)[0] as string, options) }),
  ],
  ["ignores penalties", "has no room before the end of a penalty", () => ({ penalize: () => undefined })],
  ["observes nothing", "believes a platform that says nothing is left", () => ({ observe: () => undefined })],
  [
    "waits for ever for a caller who left",
    "a caller that gives up gets its own reason, and takes nothing",
    (base) => ({ take: async (keys, { waitAtMost }) => await base.take(keys, { waitAtMost: waitAtMost ?? 0 }) }),
  ],
  [
    "never grows",
    "room grows again with time",
    () => {
      const still = memoryRateBucket({ capacity, clock: manualClock(new Date()) });
      return { take: still.take.bind(still) };
    },
  ],
];

describe("the suite finds a rate bucket that", () => {
  test.each(mutants)("%s", async (_, caughtBy, change) => {
    const found = rateBucketCases.find(({ name }) => name === caughtBy);
    if (found === undefined) throw new Error(`there is no case "${caughtBy}"`);
    await expect(found.run(fixture(change))).rejects.toThrow();
  });
});
