import { alertCases } from "./alert-cases.ts";
import type { FixtureNeed, GrantStateCase, GrantStateFixture } from "./fixture.ts";
import { journalCases } from "./journal-cases.ts";
import { registerCases, type TestRunner } from "../conformance.ts";
import { leaseCases } from "./lease-cases.ts";
import { memoryCases } from "./memory-cases.ts";

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
  runner: TestRunner,
  create: () => Promise<GrantStateFixture>,
  options: GrantStateSuiteOptions = {},
): void {
  registerCases(runner, "GrantState", grantStateCases, create, options);
}
