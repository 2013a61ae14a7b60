import { AssertionError } from "node:assert/strict";
import { afterEach, describe, expect, it, vi } from "vitest";
import { memoryFixture, stagedFixture, turn } from "../test/breaking-write-backs.ts";
import { brokenClaims } from "../test/broken-claims.ts";
import { brokenPlaces } from "../test/broken-places.ts";
import { brokenProbes } from "../test/broken-probes.ts";
import { brokenSaves } from "../test/broken-saves.ts";
import { writeBackCases } from "./cases.ts";
import type { WriteBackFixture } from "./fixture.ts";
import { testWriteBack } from "./suite.ts";

describe("in memory, atomic", () => testWriteBack({ describe, it }, async () => memoryFixture()));

describe("in memory, checked", () =>
  testWriteBack({ describe, it }, async () => memoryFixture(undefined, {}, { compareAndSwap: "checked" })));

describe("in memory, without claims", () =>
  testWriteBack({ describe, it }, async () => memoryFixture(undefined, {}, { claims: false })));

describe("a place that compares nothing and takes two writes", () =>
  testWriteBack({ describe, it }, async () => stagedFixture(), { without: { tooLong: "everything fits" } }));

afterEach(() => void vi.useRealTimers());

const brokenWriteBacks = [...brokenSaves, ...brokenProbes, ...brokenClaims, ...brokenPlaces];

describe("the conformance suite of WriteBack", () => {
  for (const { defect, caughtBy, saying, create } of brokenWriteBacks) {
    it(`finds a write-back that ${defect}`, async () => {
      const failures = await failuresOf(create);
      const found = failures.get(caughtBy);
      expect([...failures.keys()]).toContain(caughtBy);
      // What a case asserts, not what a defect happens to throw.
      expect(found).toBeInstanceOf(AssertionError);
      expect((found as AssertionError).message).toMatch(saying);
    });
  }

  it("has cases of different names, and a defect for each", () => {
    const names = writeBackCases.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    const caught = new Set(brokenWriteBacks.map(({ caughtBy }) => caughtBy));
    expect([...caught].filter((name) => !names.includes(name))).toEqual([]);
    expect(names.filter((name) => !caught.has(name))).toEqual([]);
  });
});

async function failuresOf(create: () => WriteBackFixture): Promise<ReadonlyMap<string, unknown>> {
  const failures = new Map<string, unknown>();
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  for (const { name, needs, run } of writeBackCases) {
    const fixture = create();
    if (needs.some((need) => fixture[need] === undefined)) continue;
    try {
      await impatiently(run(fixture));
    } catch (error) {
      failures.set(name, error);
    } finally {
      await fixture.dispose();
    }
  }
  return failures;
}

/** Nobody has to wait for ten seconds to see that a call would wait for ever: nothing here takes a hundred turns. */
async function impatiently(work: Promise<void>): Promise<void> {
  let ended = false;
  const ending = work.finally(() => (ended = true));
  // What it rejects with is awaited below.
  ending.catch(() => undefined);
  while (!ended) {
    for (let turns = 0; turns < 100 && !ended; turns++) await turn();
    vi.advanceTimersByTime(60_000);
  }
  await ending;
}
