import { registerCases, type ConformanceOptions, type TestRunner } from "../conformance.ts";
import { notifierCases } from "./cases.ts";
import type { NotifierFixture } from "./fixture.ts";

export { notifierCases } from "./cases.ts";
export type { NotifierCase, NotifierFixture } from "./fixture.ts";

/**
 * Registers the conformance suite of `Notifier` with a test runner.
 *
 * @param create makes a notifier with a receiver of its own for every case
 *
 * @example
 * ```ts
 * import { describe, it } from "vitest";
 * import type { Notifier } from "@tokenward/core/plugin";
 * import { testNotifier } from "@tokenward/testing";
 *
 * // Yours: the notifier, and a server on this machine that behaves as it is told to.
 * declare const acme: (url: string) => Notifier;
 * declare const startReceiver: () => Promise<{
 *   readonly url: string;
 *   readonly received: readonly string[];
 *   behave(as: string): void;
 *   close(): Promise<void>;
 * }>;
 *
 * const chat = "a chat recognises nothing";
 *
 * testNotifier(
 *   { describe, it },
 *   async () => {
 *     const receiver = await startReceiver();
 *     return {
 *       notifier: acme(`${receiver.url}/its-secret-path`),
 *       received: async () => receiver.received,
 *       refuse: async (kind) => receiver.behave(kind),
 *       hang: async () => receiver.behave("hang"),
 *       dropAfterAccept: async () => receiver.behave("drop"),
 *       accept: async () => receiver.behave("accept"),
 *       active: (text) => text.match(/<[!@][^>]*>/g) ?? [],
 *       secrets: ["its-secret-path"],
 *       dispose: async () => await receiver.close(),
 *     };
 *   },
 *   { without: { idOf: chat, incidentOf: chat, attempts: "it does not count" } },
 * );
 * ```
 */
export function testNotifier(
  runner: TestRunner,
  create: () => Promise<NotifierFixture>,
  options: ConformanceOptions<NotifierFixture> = {},
): void {
  registerCases(runner, "Notifier", notifierCases, create, options);
}
