import assert from "node:assert/strict";
import { messageOf, type Alert, type Notifier, type PluginIO } from "@tokenward/core/plugin";
import { testIO } from "../test-io.ts";
import type { NotifierCase, NotifierFixture } from "./fixture.ts";

/** Only so that a call which never ends fails its case instead of stopping the suite. */
const watchdog = 10_000;

/** One notifier with what every case needs of it. */
export interface Ground {
  readonly notifier: Notifier;
  readonly io: PluginIO;
  readonly fixture: NotifierFixture;
  /** Tells an alert to a receiver that accepts it. Gives what arrived, and fails where that was not one message. */
  tell(alert: Alert, io?: PluginIO): Promise<string>;
}

/** Makes a case. */
export function notifierCase(
  name: string,
  run: (ground: Ground) => Promise<void>,
  needs: NotifierCase["needs"] = [],
): NotifierCase {
  return {
    name,
    needs,
    run: async (fixture) => {
      const { notifier, io: own = testIO() } = fixture;
      const tell = async (alert: Alert, io: PluginIO = own): Promise<string> => {
        const before = (await fixture.received()).length;
        await notifier.notify(alert, io).catch((error: unknown) => {
          assert.fail(`what the receiver would have accepted was not told: ${messageOf(error)}`);
        });
        const after = await fixture.received();
        const arrived = after.length - before;
        assert.equal(arrived, 1, `${arrived} messages had arrived for one alert when it was reported as told`);
        return after.at(-1) ?? "";
      };
      await run({ notifier, io: own, fixture, tell });
    },
  };
}

/** What something was rejected with. */
export async function rejection(work: Promise<unknown>, otherwise: string): Promise<unknown> {
  try {
    await work;
  } catch (error) {
    return error;
  }
  throw new assert.AssertionError({ message: otherwise });
}

/** Fails where work does not end by itself. */
export async function inTime<T>(work: () => Promise<T>, otherwise: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new assert.AssertionError({ message: otherwise })), watchdog);
  });
  try {
    return await Promise.race([work(), late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Lets others go on. */
export async function turn(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
}

/** A member of the fixture that the case said it needs. */
export function need<T>(member: T | undefined): T {
  if (member === undefined) throw new TypeError("The fixture lacks what this case needs.");
  return member;
}
