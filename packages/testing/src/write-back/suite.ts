import { registerCases, type ConformanceOptions, type TestRunner } from "../conformance.ts";
import { writeBackCases } from "./cases.ts";
import type { WriteBackFixture } from "./fixture.ts";

/**
 * Registers the conformance suite of `WriteBack` with a test runner.
 *
 * @param create makes an empty place of its own for every case
 *
 * @example
 * ```ts
 * import { describe, it } from "vitest";
 * import { memoryWriteBack, testWriteBack } from "@tokenward/testing";
 *
 * const memory = "it lives in memory";
 * const place = "nothing stands between it and its place";
 *
 * testWriteBack(
 *   { describe, it },
 *   async () => ({ writeBack: memoryWriteBack(), dispose: async () => undefined }),
 *   {
 *     without: {
 *       another: memory,
 *       contents: memory,
 *       refuseWrites: memory,
 *       refuseReads: memory,
 *       tooLong: memory,
 *       hang: place,
 *       interrupt: place,
 *       pauseWrite: place,
 *     },
 *   },
 * );
 * ```
 */
export function testWriteBack(
  runner: TestRunner,
  create: () => Promise<WriteBackFixture>,
  options: ConformanceOptions<WriteBackFixture> = {},
): void {
  registerCases(runner, "WriteBack", writeBackCases, create, options);
}
