import type { TestRunner } from "../conformance.ts";
import { classCases } from "./class-cases.ts";
import { lossCases } from "./loss-cases.ts";
import { purityCases } from "./purity-cases.ts";
import { scopeCases } from "./scope-cases.ts";
import { secretCases } from "./secret-cases.ts";
import type { RefresherCase, RefresherSubject } from "./subject.ts";
import { traitCases } from "./trait-cases.ts";
import { verifyCases } from "./verify-cases.ts";

/** Every property that a refresher must have, as data. */
export const refresherCases: readonly RefresherCase[] = [
  ...purityCases,
  ...lossCases,
  ...classCases,
  ...traitCases,
  ...secretCases,
  ...verifyCases,
  ...scopeCases,
];

/**
 * Registers the conformance suite of `Refresher` with a test runner. Nothing is contacted: answers are data.
 *
 * @example
 * ```ts
 * import { describe, it } from "vitest";
 * import type { Refresher } from "@tokenward/core/plugin";
 * import { testRefresher, type RefresherFixture } from "@tokenward/testing";
 *
 * declare const acme: () => Refresher; // your package's factory
 * declare const answers: readonly RefresherFixture[]; // recorded-style answers, beside your source
 *
 * testRefresher({ describe, it }, { create: () => acme(), fixtures: answers });
 * ```
 */
export function testRefresher(
  { describe, it }: TestRunner,
  subject: RefresherSubject,
  title: string = "Refresher",
): void {
  describe(title, () => {
    for (const { name, skip, run } of refresherCases) {
      // What does not apply to a platform is no skipped test: nothing could ever enable it.
      if (skip(subject) === undefined) it(name, async () => await run(subject));
    }
  });
}
