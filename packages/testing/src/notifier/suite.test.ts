import type { Alert, Notifier } from "@tokenward/core/plugin";
import { describe, expect, it, test } from "vitest";
import { recordingNotifier, type RecordingNotifier } from "../recording-notifier.ts";
import { notifierCases, testNotifier, type NotifierFixture } from "./suite.ts";

const secretAddress = "https://hooks.example/T0-suite-secret";

function fixture(
  change: (base: RecordingNotifier) => Partial<Notifier> = () => ({}),
  shown: (alert: Alert) => string = JSON.stringify,
): NotifierFixture {
  const base = recordingNotifier();
  const notifier: Notifier = {
    notify: async (alert, io) => {
      io.signal.throwIfAborted();
      await base.notify(alert, io);
    },
    ...change(base),
  };
  return {
    notifier,
    received: async () => base.alerts.map(shown),
    refuse: async () => base.failNext(new Error("the receiver refused it")),
    secrets: [secretAddress],
    dispose: async () => undefined,
  };
}

testNotifier({ describe, it }, async () => fixture());

const mutants: readonly (readonly [defect: string, caughtBy: string, () => NotifierFixture])[] = [
  [
    "resolves before it told anybody",
    "what was notified has arrived when it resolves",
    () =>
      fixture((base) => ({
        notify: async (alert, io) => {
          setImmediate(() => void base.notify(alert, io));
          await Promise.resolve();
        },
      })),
  ],
  [
    "keeps the command to itself",
    "a human reads who it is about and what to type",
    () => fixture(undefined, hideCommand),
  ],
  [
    "never says that it is over",
    "every edge is told, and the end of an incident, too",
    () =>
      fixture((base) => ({
        notify: async (alert, io) => {
          if (alert.edge !== "resolved") await base.notify(alert, io);
        },
      })),
  ],
  [
    "does not know warnings",
    "every severity is told",
    () =>
      fixture((base) => ({
        notify: async (alert, io) => {
          if (alert.severity !== "warn") await base.notify(alert, io);
        },
      })),
  ],
  [
    "swallows refusals",
    "a receiver that refuses makes it reject, and no error names a secret",
    () => fixture((base) => ({ notify: async (alert, io) => await base.notify(alert, io).catch(() => undefined) })),
  ],
  [
    "names its address in errors",
    "a receiver that refuses makes it reject, and no error names a secret",
    () =>
      fixture((base) => ({
        notify: async (alert, io) => {
          await base.notify(alert, io).catch((cause: unknown) => {
            throw new Error(`${secretAddress} refused it`, { cause });
          });
        },
      })),
  ],
  [
    "cannot be stopped",
    "it stops when it is told to",
    () => fixture((base) => ({ notify: async (alert, io) => await base.notify(alert, io) })),
  ],
  [
    "marks what it told",
    "notifying changes no alert",
    () =>
      fixture((base) => ({
        notify: async (alert, io) => {
          Object.assign(alert, { told: true });
          await base.notify(alert, io);
        },
      })),
  ],
];

function hideCommand({ subject, condition }: Alert): string {
  return `${subject}: ${condition}`;
}

describe("the suite finds a notifier that", () => {
  test.each(mutants)("%s", async (_, caughtBy, create) => {
    const found = notifierCases.find(({ name }) => name === caughtBy);
    if (found === undefined) throw new Error(`there is no case "${caughtBy}"`);
    await expect(found.run(create())).rejects.toThrow();
  });
});
