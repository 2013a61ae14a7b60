import { describe, expect, it } from "vitest";
import { brokenLeases } from "../test/broken-leases.ts";
import { brokenMemories } from "../test/broken-memories.ts";
import { grantStateCases, testGrantState } from "./suite.ts";

const brokenStates = [...brokenLeases, ...brokenMemories];

describe("the conformance suite of GrantState", () => {
  for (const { defect, caughtBy, saying, create } of brokenStates) {
    it(`finds a state that ${defect}`, async () => {
      const meant = grantStateCases.find(({ name }) => name === caughtBy);
      expect(meant, `no case is called "${caughtBy}"`).toBeDefined();
      await expect(meant?.run(create())).rejects.toThrow(saying);
    });
  }

  it("has cases of different names", () => {
    expect(new Set(grantStateCases.map(({ name }) => name)).size).toBe(grantStateCases.length);
  });

  it("fails a case whose fixture lacks what it needs, unless told why", async () => {
    const first = brokenStates[0]?.create();
    if (first === undefined) throw new Error("no broken state");
    const registered = new Map<string, () => Promise<void>>();
    const skipped: string[] = [];
    const runner = {
      describe: (_: string, define: () => void) => define(),
      it: Object.assign((name: string, run: () => Promise<void>) => registered.set(name, run), {
        skip: (name: string) => skipped.push(name),
      }),
    };
    testGrantState(runner, async () => first, { without: { loseLease: "a lock of the kernel" } });
    expect(skipped).toEqual([
      "whoever loses the lease is told, and may not begin anything (skipped: a lock of the kernel)",
    ]);
    await expect(registered.get("no token can be read from what is stored")?.()).rejects.toThrow("lacks `contents`");
  });
});
