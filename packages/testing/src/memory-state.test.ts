import { describe, expect, it } from "vitest";
import { grantStateCases, memoryState, testGrantState, type TestRunner } from "./index.ts";

const gone = "nothing outlives the process";
const without = { reopen: gone, contents: gone, loseLease: "nobody can take it away" };

// Cases that cannot apply are not registered: a skipped test would promise that somewhere it runs.
const applicable: TestRunner["it"] = (name, run) => it(name, run);

testGrantState({ describe, it: applicable }, async () => ({ state: memoryState(), dispose: async () => undefined }), {
  without,
});

it("leaves out only the cases that need what memory cannot offer", () => {
  const leftOut = grantStateCases.filter(({ needs }) => needs.some((need) => need in without));
  expect(leftOut.length).toBeGreaterThan(0);
  expect(leftOut.length).toBeLessThan(grantStateCases.length / 3);
});
