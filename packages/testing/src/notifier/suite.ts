import assert from "node:assert/strict";
import { inspect } from "node:util";
import type { Alert, Notifier, PluginIO } from "@tokenward/core/plugin";
import {
  registerCases,
  type ConformanceCase,
  type ConformanceOptions,
  type DisposableFixture,
  type TestRunner,
} from "../conformance.ts";
import { testIO } from "../test-io.ts";

/** One notifier under test, and the receiver that it tells. */
export interface NotifierFixture extends DisposableFixture {
  readonly notifier: Notifier;
  /** What it may touch. Default: {@link testIO}. */
  readonly io?: PluginIO | undefined;
  /** What the receiver accepted, as text and oldest first: body, headers, whatever a human or a machine there sees. */
  received(): Promise<readonly string[]>;
  /** Lets the receiver refuse whatever comes from here on. */
  refuse?(): Promise<void>;
  /** Addresses, keys and passwords that must stand in no error and no note. */
  readonly secrets: readonly string[];
}

/** One property that every notifier has. */
export type NotifierCase = ConformanceCase<NotifierFixture>;

const summary = 'LinkedIn token expires in 9 days — run `tokenward auth linkedin/acme` <b>"now"</b> & soon.';

function alertOf(changes: Partial<Alert> = {}): Alert {
  return {
    id: "alert-0001",
    incident: "incident-0001",
    edge: "opened",
    severity: "page",
    subject: "linkedin/acme",
    condition: "refresh",
    summary,
    command: "tokenward auth linkedin/acme",
    code: "ERR_AUTH_REAUTH_REQUIRED",
    at: new Date("2026-11-22T12:00:00Z"),
    ...changes,
  };
}

/** Everything that a `Notifier` must have, as data. */
export const notifierCases: readonly NotifierCase[] = [
  notifierCase("what was notified has arrived when it resolves", async ({ notifier, io, received }) => {
    await notifier.notify(alertOf(), io);
    assert.equal((await received()).length, 1);
  }),

  notifierCase("a human reads who it is about and what to type", async ({ notifier, io, received }) => {
    await notifier.notify(alertOf(), io);
    const text = readable(await received());
    for (const part of ["linkedin/acme", "expires in 9 days", "tokenward auth linkedin/acme"]) {
      assert.ok(text.includes(part), `"${part}" did not arrive`);
    }
  }),

  notifierCase("every edge is told, and the end of an incident, too", async ({ notifier, io, received }) => {
    const edges = ["opened", "escalated", "reminded", "resolved"] as const;
    for (const [index, edge] of edges.entries()) await notifier.notify(alertOf({ id: `alert-${index}`, edge }), io);
    assert.equal((await received()).length, edges.length);
  }),

  notifierCase("every severity is told", async ({ notifier, io, received }) => {
    const severities = ["warn", "page", "critical"] as const;
    for (const severity of severities) await notifier.notify(alertOf({ id: severity, severity }), io);
    assert.equal((await received()).length, severities.length);
  }),

  notifierCase("an alert about many, and one without command or code, is told", async ({ notifier, io, received }) => {
    const subjects = Array.from({ length: 200 }, (_, index) => `podium/location-${index}`);
    await notifier.notify(alertOf({ id: "many", subjects }), io);
    await notifier.notify(alertOf({ id: "bare", command: undefined, code: undefined }), io);
    assert.equal((await received()).length, 2);
  }),

  notifierCase("notifying changes no alert", async ({ notifier, io }) => {
    const alert = Object.freeze(alertOf());
    const before = inspect(alert);
    await notifier.notify(alert, io);
    assert.equal(inspect(alert), before);
  }),

  notifierCase(
    "a receiver that refuses makes it reject, and no error names a secret",
    async ({ notifier, io, refuse, secrets, received }) => {
      await refuse?.();
      let error: unknown;
      await notifier.notify(alertOf(), io).catch((thrown: unknown) => (error = thrown));
      assert.ok(error !== undefined, "a refusal was taken for success");
      assert.equal((await received()).length, 0);
      for (const secret of secrets) {
        const shown = `${error instanceof Error ? `${error.message}\n${error.stack ?? ""}` : ""}${inspect(error, { depth: 6 })}`;
        assert.ok(!shown.includes(secret), "the error holds a secret");
        if ("notes" in io) assert.ok(!JSON.stringify(io.notes).includes(secret), "a note holds a secret");
      }
    },
    ["refuse"],
  ),

  notifierCase("it stops when it is told to", async ({ notifier, io }) => {
    const stopped = { ...io, signal: AbortSignal.abort(new Error("the run is over")) };
    await assert.rejects(notifier.notify(alertOf(), stopped), "an aborted notification was taken for success");
  }),
];

function notifierCase(
  name: string,
  run: (fixture: NotifierFixture & { readonly io: PluginIO }) => Promise<void>,
  needs: NotifierCase["needs"] = [],
): NotifierCase {
  return { name, needs, run: async (fixture) => await run({ ...fixture, io: fixture.io ?? testIO() }) };
}

// As a human sees it: what a format escapes is what it was before.
function readable(texts: readonly string[]): string {
  return texts
    .join("\n")
    .replaceAll(String.raw`\"`, '"')
    .replaceAll(String.raw`\/`, "/");
}

/**
 * Registers the conformance suite of `Notifier` with a test runner.
 *
 * @param create makes a notifier with a receiver of its own for every case
 *
 * @example
 * ```ts
 * import { describe, it } from "vitest";
 * import { recordingNotifier, testNotifier } from "@tokenward/testing";
 *
 * testNotifier({ describe, it }, async () => {
 *   const notifier = recordingNotifier();
 *   return {
 *     notifier,
 *     received: async () => notifier.alerts.map((alert) => JSON.stringify(alert)),
 *     refuse: async () => notifier.failNext(new Error("refused")),
 *     secrets: [],
 *     dispose: async () => undefined,
 *   };
 * });
 * ```
 */
export function testNotifier(
  runner: TestRunner,
  create: () => Promise<NotifierFixture>,
  options: ConformanceOptions<NotifierFixture> = {},
): void {
  registerCases(runner, "Notifier", notifierCases, create, options);
}
