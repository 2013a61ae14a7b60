import { describe, expect, it } from "vitest";
import { brokenDiscretion } from "../test/broken-discretion.ts";
import { brokenReadings } from "../test/broken-readings.ts";
import { brokenTraits } from "../test/broken-traits.ts";
import { lasting, renewing, rotating, soundRefresher, subjectOf } from "../test/sound-refresher.ts";
import type { RefresherSubject } from "./subject.ts";
import { refresherCases, testRefresher } from "./suite.ts";

const brokenRefreshers = [...brokenReadings, ...brokenTraits, ...brokenDiscretion];

testRefresher({ describe, it }, subjectOf(rotating), "a refresher whose token rotates");
testRefresher({ describe, it }, subjectOf(lasting), "a refresher whose token stays");
testRefresher({ describe, it }, subjectOf(renewing), "a refresher that renews in place");
testRefresher(
  { describe, it },
  {
    create: () => {
      const { request: _request, interpret: _interpret, ...human } = soundRefresher(rotating);
      return human;
    },
    fixtures: [],
  },
  "a refresher that only counts down",
);

describe("the conformance suite of Refresher", () => {
  for (const { defect, caughtBy, saying, subject } of brokenRefreshers) {
    it(`finds a refresher that ${defect}`, async () => {
      const failures = await failuresOf(subject);
      expect([...failures.keys()]).toEqual([caughtBy]);
      expect(failures.get(caughtBy)).toMatch(saying);
    });
  }

  it("has cases of different names, and a defect for each", () => {
    const names = refresherCases.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    const caught = new Set(brokenRefreshers.map(({ caughtBy }) => caughtBy));
    expect(names.filter((name) => !caught.has(name))).toEqual([]);
  });

  it("registers what concerns a refresher, and nothing else", () => {
    const ran: string[] = [];
    const runner = {
      describe: (_: string, define: () => void) => define(),
      it: (name: string) => ran.push(name),
    };
    const subject = subjectOf(renewing);
    testRefresher(runner, subject);
    const leftOut = refresherCases.filter(({ name }) => !ran.includes(name)).map(({ skip }) => skip(subject));
    expect(leftOut).toContain("it needs no client");
    expect(leftOut).not.toContain(undefined);
    expect(ran.length + leftOut.length).toBe(refresherCases.length);
  });

  it("leaves out what a subject says cannot be, or is rightly read otherwise", async () => {
    const subject = subjectOf(rotating);
    const fixtures = subject.fixtures.filter(({ situation }) => situation !== "wrong-client");
    const without = { "wrong-client": "it knows no client" };
    expect([...(await failuresOf({ ...subject, fixtures, without })).keys()]).toEqual([]);
    const stubborn = brokenRefreshers.find(({ defect }) => defect.includes("half an answer")) ?? expect.fail();
    const tolerate = { "breaks off before the refresh token": "a test" };
    expect([...(await failuresOf({ ...stubborn.subject, tolerate })).keys()]).toEqual([]);
  });
});

async function failuresOf(subject: RefresherSubject): Promise<ReadonlyMap<string, string>> {
  const failures = new Map<string, string>();
  for (const { name, skip, run } of refresherCases) {
    if (skip(subject) !== undefined) continue;
    try {
      await run(subject);
    } catch (error) {
      failures.set(name, error instanceof Error ? error.message : "something else than an error");
    }
  }
  return failures;
}
