import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { memoryState, type WriteBack } from "@tokenward/core";
import { createSandbox, oauth2Platform, type Sandbox } from "@tokenward/sandbox";
import { memoryWriteBack, recordingNotifier } from "@tokenward/testing";
import { groundGrant, machine } from "../harness/engine-ground.ts";

const day = 86_400_000;

describe("a write-back whose own credential ends", () => {
  let sandbox: Sandbox;
  beforeEach(async () => {
    sandbox = await createSandbox({ platforms: [oauth2Platform({ name: "strict" })] });
  });
  afterEach(async () => await sandbox.close());

  const run = async (credentialExpiry: () => Promise<Date | undefined>, state = memoryState()) => {
    const inner = memoryWriteBack();
    const grant = await groundGrant(sandbox, "strict", { writeBack: inner });
    const writeBack: WriteBack = { ...inner, credentialExpiry };
    const notifier = recordingNotifier();
    const engine = machine({ state, notifiers: [{ name: "recording", notifier }] });
    const report = await engine.refreshAll([{ ...grant.plan, writeBack, writeBackName: "gitlab" }]);
    return { report, notifier, engine };
  };
  const endsIn = (days: number) => async () => await Promise.resolve(new Date(Date.now() + days * day + 60_000));

  it.each([
    [13, "warn", "13 days"],
    [1, "page", "1 day,"],
    [-2, "page", "less than a day"],
  ])("%i days before it alerts (%s), and the refresh goes on", async (days, severity, left) => {
    const { report, notifier } = await run(endsIn(days));
    expect(report).toMatchObject({ alert: true, exitCode: 1, statuses: [{ action: "rotated", alert: false }] });
    expect(report.writeBacks).toMatchObject([
      { writeBack: "gitlab", alert: true, severity, code: "ERR_WRITEBACK_CREDENTIAL_ENDS" },
    ]);
    expect(`${report.writeBacks[0]?.detail},`).toContain(left.replace(",", ""));
    expect(notifier.alerts).toMatchObject([{ edge: "opened", subject: "write-back gitlab", severity }]);
  });

  it("says nothing long before, and once more when it was renewed", async () => {
    const state = memoryState();
    expect((await run(endsIn(9), state)).notifier.alerts).toHaveLength(1);
    expect((await run(endsIn(9), state)).notifier.alerts).toHaveLength(0);
    const renewed = await run(endsIn(300), state);
    expect(renewed.notifier.alerts).toMatchObject([{ edge: "resolved", subject: "write-back gitlab" }]);
    expect(renewed.report).toMatchObject({ alert: false, exitCode: 0, writeBacks: [{ alert: false }] });
  });

  it("is not outshone by another of the same kind that has long to go", async () => {
    const state = memoryState();
    const notifier = recordingNotifier();
    const refresh = async (places: readonly { readonly days: number; readonly of?: string }[]) => {
      const engine = machine({ state, notifiers: [{ name: "recording", notifier }] });
      const plans = await Promise.all(
        places.map(async ({ days, of }) => {
          const inner = memoryWriteBack();
          const { plan } = await groundGrant(sandbox, "strict", { writeBack: inner });
          const writeBack: WriteBack = { ...inner, credentialExpiry: endsIn(days) };
          return { ...plan, writeBack, writeBackName: "gitlab", writeBackOf: of };
        }),
      );
      await engine.refreshAll(plans);
      return notifier.alerts.map(({ edge, subject }) => `${edge} ${subject}`);
    };
    expect(await refresh([{ days: 9 }, { days: 300 }])).toEqual(["opened write-back gitlab"]);
    // Only one that is known to be another one has nothing to say about it.
    expect(await refresh([{ days: 300, of: "strict" }])).toHaveLength(1);
    expect(await refresh([{ days: 8, of: "strict" }])).toEqual([
      "opened write-back gitlab",
      "opened write-back gitlab of strict",
    ]);
  });

  it("makes no run fail where nobody knows", async () => {
    const unknown = await run(async () => await Promise.resolve(undefined));
    expect(unknown.report).toMatchObject({ exitCode: 0, writeBacks: [] });
    const broken = await run(async () => await Promise.reject(new Error("403")));
    expect(broken.report).toMatchObject({ exitCode: 0, writeBacks: [] });
  });
});
