import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { manualClock } from "@tokenward/testing";
import plugin from "./index.ts";
import { tokenBucket } from "./token-bucket.ts";

const throttled = { code: "ERR_AUTH_THROTTLED", class: "throttled" };

describe("a token bucket", () => {
  it("does not care what happens to the wall clock", async () => {
    const clock = manualClock();
    const bucket = tokenBucket({ capacity: 1 }, clock);
    await bucket.take("a", {});
    clock.jump(3_600_000);
    await assert.rejects(bucket.take("a", { waitAtMost: 0 }), throttled);
    clock.jump(-7_200_000);
    await clock.advance(60_000);
    await bucket.take("a", { waitAtMost: 0 });
  });

  it("lets nobody wait for longer than `longest_wait`", async () => {
    const clock = manualClock();
    const bucket = tokenBucket({ capacity: 1, longest_wait: 10 }, clock);
    await bucket.take("a", {});
    const refused = assert.rejects(bucket.take("a", { waitAtMost: 3_600_000 }), throttled);
    await clock.advance(10_000);
    await refused;
  });

  it("does not hold one key up because another one is full", async () => {
    const clock = manualClock();
    const bucket = tokenBucket({ capacity: 1 }, clock);
    await bucket.take("full", {});
    const waiting = bucket.take(["full", "shared"], {});
    await bucket.take("other", { waitAtMost: 0 });
    // In line behind one who waits: with room, but not its turn.
    await assert.rejects(bucket.take("shared", { waitAtMost: 0 }), throttled);
    await clock.advance(60_000);
    await waiting;
  });

  it("serves those behind somebody who gave up", async () => {
    const clock = manualClock();
    const bucket = tokenBucket({ capacity: 1 }, clock);
    await bucket.take("a", {});
    const impatient = new AbortController();
    const gone = assert.rejects(bucket.take("a", { signal: impatient.signal }), /gave up/);
    const next = bucket.take("a", {});
    impatient.abort(new Error("gave up"));
    await gone;
    await clock.advance(60_000);
    await next;
  });

  it("remembers a penalty for as long as it lasts, also past a shorter one", async () => {
    const clock = manualClock();
    const bucket = tokenBucket({ capacity: 5 }, clock);
    await bucket.penalize("a", new Date(clock.now().getTime() + 120_000));
    await bucket.penalize("a", new Date(clock.now().getTime() + 1_000));
    await clock.advance(119_000);
    await assert.rejects(bucket.take("a", { waitAtMost: 0 }), throttled);
    await clock.advance(1_000);
    await bucket.take("a", { waitAtMost: 0 });
  });

  it("forgets no key that is not full, however many there are", async () => {
    const clock = manualClock();
    const bucket = tokenBucket({ capacity: 1 }, clock);
    await bucket.take("busy", {});
    for (let key = 0; key < 20_000; key++) await bucket.observe(`idle-${key}`, { remaining: 9, until: clock.now() });
    await assert.rejects(bucket.take("busy", { waitAtMost: 0 }), throttled);
  });
});

describe("options", () => {
  it("are numbers that make sense, and nothing that nobody knows", () => {
    assert.throws(() => plugin({ capacity: 0 }), /capacity/);
    assert.throws(() => plugin({ per_minute: -1 }), /per_minute/);
    assert.throws(() => plugin({ per_second: 1 } as never), /per_second/);
  });
});
