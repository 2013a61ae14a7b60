import { alertCases } from "./alert-cases.ts";
import type { FixtureNeed, GrantStateCase, GrantStateFixture } from "./fixture.ts";
import { journalCases } from "./journal-cases.ts";
import { leaseCases } from "./lease-cases.ts";
import { memoryCases } from "./memory-cases.ts";

/** The two words that every test runner has. */
export interface TestRunner {
  readonly describe: (name: string, define: () => void) => unknown;
  readonly it: ((name: string, run: () => Promise<void>) => unknown) & {
    skip?: ((name: string, run: () => Promise<void>) => unknown) | undefined;
  };
}

/** What a state under test cannot offer. */
export interface GrantStateSuiteOptions {
  /** Why cases that need something are left out, by what they need. */
  readonly without?: Readonly<Partial<Record<FixtureNeed, string>>> | undefined;
}

/** Every property that a `GrantState` must have, as data. */
export const grantStateCases: readonly GrantStateCase[] = [
  ...leaseCases,
  ...journalCases,
  ...memoryCases,
  ...alertCases,
];

/**
 * Registers the conformance suite of `GrantState` with a test runner.
 *
 * @param create makes an empty state of its own for every case
 *
 * @example
 * ```ts
 * import { describe, it } from "vitest";
 * import { memoryState, testGrantState } from "@tokenward/testing";
 *
 * const nothingSurvives = "nothing outlives the process";
 * testGrantState(
 *   { describe, it },
 *   async () => ({ state: memoryState(), dispose: async () => undefined }),
 *   { without: { reopen: nothingSurvives, contents: nothingSurvives, loseLease: "nobody can take it away" } },
 * );
 * ```
 */
export function testGrantState(
  { describe, it }: TestRunner,
  create: () => Promise<GrantStateFixture>,
  { without = {} }: GrantStateSuiteOptions = {},
): void {
  describe("GrantState", () => {
    for (const { name, needs, run } of grantStateCases) {
      const missing = needs.find((need) => without[need] !== undefined);
      const test = async (): Promise<void> => {
        const fixture = await create();
        try {
          const absent = needs.find((need) => fixture[need] === undefined);
          if (absent !== undefined) throw new TypeError(`The fixture lacks \`${absent}\`; say why in \`without\`.`);
          await run(fixture);
        } finally {
          await fixture.dispose();
        }
      };
      if (missing === undefined) it(name, test);
      else it.skip?.(`${name} (skipped: ${without[missing]})`, test);
    }
  });
}
