import { AssertionError } from "node:assert/strict";
import { afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { soundFixture, type BrokenNotifier } from "../test/breaking-notifiers.ts";
import { onCallFixture } from "../test/broken-notifiers-identity.ts";
import { brokenNotifiers } from "../test/broken-notifiers.ts";
import { notifierCases } from "./cases.ts";
import { turn } from "./ground.ts";
import { testNotifier } from "./suite.ts";

describe("over HTTP", () => testNotifier({ describe, it }, async () => await soundFixture()));

describe("an on-call service", () => testNotifier({ describe, it }, async () => await onCallFixture()));

describe("the conformance suite of Notifier", () => {
  beforeAll(async () => {
    // The HTTP library is imported by the first request, which takes more turns than anything below.
    const fixture = await soundFixture();
    await runCase("what was told has arrived when it resolves, once", fixture);
    await fixture.dispose();
  });
  afterEach(() => void vi.useRealTimers());

  for (const broken of brokenNotifiers) {
    it(`finds a notifier that ${broken.defect}`, async () => {
      const found = await failureOf(broken);
      // What a case asserts, not what a defect happens to throw.
      expect(found).toBeInstanceOf(AssertionError);
      expect((found as AssertionError).message).toMatch(broken.saying);
    });
  }

  it("has cases of different names, and a defect for each", () => {
    const names = notifierCases.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    const caught = new Set(brokenNotifiers.map(({ caughtBy }) => caughtBy));
    expect([...caught].filter((name) => !names.includes(name))).toEqual([]);
    expect(names.filter((name) => !caught.has(name))).toEqual([]);
  });
});

async function failureOf({ caughtBy, create }: BrokenNotifier): Promise<unknown> {
  const fixture = await create();
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  try {
    await impatiently(runCase(caughtBy, fixture));
    return undefined;
  } catch (error) {
    return error;
  } finally {
    await fixture.dispose();
  }
}

async function runCase(name: string, fixture: Awaited<ReturnType<typeof soundFixture>>): Promise<void> {
  const found = notifierCases.find((one) => one.name === name);
  if (found === undefined) throw new Error(`there is no case "${name}"`);
  await found.run(fixture);
}

/** Nobody has to wait for ten seconds to see that a call would wait for ever: nothing here takes so many turns. */
async function impatiently(work: Promise<void>): Promise<void> {
  let ended = false;
  const ending = work.finally(() => (ended = true));
  // What it rejects with is awaited below.
  ending.catch(() => undefined);
  while (!ended) {
    for (let turns = 0; turns < 20_000 && !ended; turns++) await turn();
    // Longer than the suite's patience, and shorter than that of the HTTP client.
    vi.advanceTimersByTime(15_000);
  }
  await ending;
}
