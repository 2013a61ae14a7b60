import assert from "node:assert/strict";
import { messageOf, TokenwardError, type RateBucket } from "@tokenward/core/plugin";
import {
  registerCases,
  type ConformanceCase,
  type ConformanceOptions,
  type DisposableFixture,
  type TestRunner,
} from "../conformance.ts";

/** One rate bucket under test, full at first. */
export interface RateBucketFixture extends DisposableFixture {
  readonly bucket: RateBucket;
  /** Calls that one key has room for at once, 2 to 1 000. */
  readonly capacity: number;
  /** Lets that many milliseconds pass for the bucket, and room grow again. */
  advance?(milliseconds: number): Promise<void>;
  /** Milliseconds in which an empty key has room for one call again. Default 60 000. */
  readonly refill?: number | undefined;
}

/** One property that every rate bucket has. */
export type RateBucketCase = ConformanceCase<RateBucketFixture>;

/** Everything that a `RateBucket` must have, as data. */
export const rateBucketCases: readonly RateBucketCase[] = [
  rateBucketCase("has room for as many calls as it says, and no more", async ({ bucket, capacity }) => {
    await empty(bucket, "a", capacity);
    await noRoom(bucket.take("a", { waitAtMost: 0 }));
  }),

  rateBucketCase("has room for each key by itself", async ({ bucket, capacity }) => {
    await empty(bucket, "a", capacity);
    await empty(bucket, "b", capacity);
  }),

  rateBucketCase("takes several keys all or none", async ({ bucket, capacity }) => {
    await empty(bucket, "location", capacity);
    await noRoom(bucket.take(["organisation", "location"], { waitAtMost: 0 }));
    await noRoom(bucket.take(["location", "organisation"], { waitAtMost: 0 }));
    await empty(bucket, "organisation", capacity);
  }),

  rateBucketCase("takes one call from each of several keys", async ({ bucket, capacity }) => {
    for (let call = 0; call < capacity; call++) await bucket.take(["a", "b"], { waitAtMost: 0 });
    await noRoom(bucket.take("a", { waitAtMost: 0 }));
    await noRoom(bucket.take("b", { waitAtMost: 0 }));
  }),

  rateBucketCase("has no room before the end of a penalty", async ({ bucket }) => {
    await bucket.penalize("a", new Date(Date.now() + 3_600_000));
    await noRoom(bucket.take("a", { waitAtMost: 0 }));
    await noRoom(bucket.take(["b", "a"], { waitAtMost: 0 }));
    await bucket.take("b", { waitAtMost: 0 });
  }),

  rateBucketCase("believes a platform that says nothing is left", async ({ bucket }) => {
    await bucket.observe("a", { remaining: 0, until: new Date(Date.now() + 3_600_000) });
    await noRoom(bucket.take("a", { waitAtMost: 0 }));
    await bucket.take("b", { waitAtMost: 0 });
  }),

  rateBucketCase("is not filled by a platform that says a lot is left", async ({ bucket, capacity }) => {
    await bucket.observe("a", { remaining: 1_000_000, until: new Date(Date.now() + 60_000) });
    await empty(bucket, "a", capacity);
    await noRoom(bucket.take("a", { waitAtMost: 0 }));
  }),

  rateBucketCase("a caller that gives up gets its own reason, and takes nothing", async ({ bucket, capacity }) => {
    const reason = new Error("the caller gave up");
    await assert.rejects(bucket.take("a", { signal: AbortSignal.abort(reason) }), reason);
    for (let call = 0; call < capacity; call++) await bucket.take("a", { waitAtMost: 0 });
    const controller = new AbortController();
    const waiting = bucket.take("a", { signal: controller.signal });
    controller.abort(reason);
    await assert.rejects(waiting, reason);
  }),

  rateBucketCase(
    "room grows again with time",
    async ({ bucket, capacity, advance, refill = 60_000 }) => {
      await empty(bucket, "a", capacity);
      await advance?.(refill);
      await bucket.take("a", { waitAtMost: 0 });
      await advance?.(refill * capacity * 10);
      await empty(bucket, "a", capacity);
      await noRoom(bucket.take("a", { waitAtMost: 0 }));
    },
    ["advance"],
  ),

  rateBucketCase(
    "who waits gets room when it grows, first come first served",
    async ({ bucket, capacity, advance, refill = 60_000 }) => {
      await empty(bucket, "a", capacity);
      const served: number[] = [];
      const waiting = [1, 2, 3].map(async (number) => {
        await bucket.take("a", { waitAtMost: refill * 100 });
        served.push(number);
      });
      for (let step = 0; step < 8 && served.length < 3; step++) await advance?.(refill);
      await Promise.all(waiting);
      assert.deepEqual(served, [1, 2, 3]);
    },
    ["advance"],
  ),

  rateBucketCase(
    "who waited long enough is told so",
    async ({ bucket, capacity, advance, refill = 60_000 }) => {
      await empty(bucket, "a", capacity);
      await bucket.penalize("a", new Date(Date.now() + refill * 1000));
      const waiting = noRoom(bucket.take("a", { waitAtMost: refill }));
      await advance?.(refill);
      await waiting;
    },
    ["advance"],
  ),
];

function rateBucketCase(
  name: string,
  run: (fixture: RateBucketFixture) => Promise<void>,
  needs: RateBucketCase["needs"] = [],
): RateBucketCase {
  return { name, needs, run };
}

async function empty(bucket: RateBucket, key: string, capacity: number): Promise<void> {
  for (let call = 1; call <= capacity; call++) {
    try {
      await bucket.take(key, { waitAtMost: 0 });
    } catch (error) {
      throw new assert.AssertionError({ message: `no room for call ${call} of ${capacity} (${String(error)})` });
    }
  }
}

async function noRoom(take: Promise<void>): Promise<void> {
  let error: unknown;
  await take.catch((thrown: unknown) => (error = thrown));
  assert.ok(error !== undefined, "there was room where none should be");
  assert.ok(TokenwardError.is(error), `the refusal is no TokenwardError: ${messageOf(error)}`);
  assert.equal(error.class, "throttled");
}

/**
 * Registers the conformance suite of `RateBucket` with a test runner. Penalties and observations are given in the
 * machine's time, also where the fixture's `advance` moves another clock.
 *
 * @param create makes a full bucket of its own for every case
 */
export function testRateBucket(
  runner: TestRunner,
  create: () => Promise<RateBucketFixture>,
  options: ConformanceOptions<RateBucketFixture> = {},
): void {
  registerCases(runner, "RateBucket", rateBucketCases, create, options);
}
