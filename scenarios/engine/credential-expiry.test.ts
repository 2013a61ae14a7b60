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

  it("makes no run fail where nobody knows", async () => {
    const unknown = await run(async () => await Promise.resolve(undefined));
    expect(unknown.report).toMatchObject({ exitCode: 0, writeBacks: [] });
    const broken = await run(async () => await Promise.reject(new Error("403")));
    expect(broken.report).toMatchObject({ exitCode: 0, writeBacks: [] });
  });
});
