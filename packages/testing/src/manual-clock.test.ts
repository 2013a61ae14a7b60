import { expect, it } from "vitest";
import { manualClock } from "./manual-clock.ts";

it("wakes sleepers in the order of their times, and lets them sleep again", async () => {
  const clock = manualClock(new Date(0));
  const woken: string[] = [];
  const sleepTwice = (async () => {
    await clock.sleep(10);
    woken.push(`a ${clock.monotonic()}`);
    await clock.sleep(15);
    woken.push(`a ${clock.monotonic()}`);
  })();
  const sleepOnce = clock.sleep(20).then(() => woken.push(`b ${clock.now().getTime()}`));
  await clock.advance(30);
  expect(woken).toEqual(["a 10", "b 20", "a 25"]);
  await Promise.all([sleepTwice, sleepOnce]);
  expect(clock.monotonic()).toBe(30);
  expect(clock.sleeping).toBe(0);
});

it("jumps the wall clock alone", async () => {
  const clock = manualClock(new Date(1000));
  clock.jump(-500);
  expect(clock.now().getTime()).toBe(500);
  expect(clock.monotonic()).toBe(0);
  await expect(clock.advance(-1)).rejects.toThrow(RangeError);
});

it("stops sleeping on an abort", async () => {
  const clock = manualClock();
  const abort = new AbortController();
  const asleep = clock.sleep(1e12, abort.signal);
  abort.abort(new Error("enough"));
  await expect(asleep).rejects.toThrow("enough");
  expect(clock.sleeping).toBe(0);
});
