import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createSandbox, oauth2Platform, type Sandbox } from "@tokenward/sandbox";
import { memoryState, type WriteBackCheck } from "@tokenward/core";
import { memoryWriteBack, testIO, type MemoryWriteBack } from "@tokenward/testing";
import { groundGrant, hastyClock, machine, type GroundGrant } from "../harness/engine-ground.ts";

let sandbox: Sandbox;
let writeBack: MemoryWriteBack;
let grant: GroundGrant;
beforeEach(async () => {
  sandbox = await createSandbox({ platforms: [oauth2Platform({ name: "strict" })] });
  writeBack = memoryWriteBack();
  grant = await groundGrant(sandbox, "strict", { writeBack });
});
afterEach(async () => await sandbox.close());

function problems({ findings }: Pick<WriteBackCheck, "findings">): readonly (string | undefined)[] {
  return findings.filter(({ kind }) => kind === "problem").map(({ code }) => code);
}

describe("checking a write-back", () => {
  it("reads and probes, and spends nothing", async () => {
    const { checks, exitCode, alert } = await machine().checkWriteBacks([grant.plan]);
    expect({ exitCode, alert }).toEqual({ exitCode: 0, alert: false });
    expect(checks).toMatchObject([
      { target: "memory:test#strict", readable: true, writable: true, stored: "grant", generation: 1, claims: true },
    ]);
    expect(writeBack.calls.map(({ operation }) => operation)).toEqual(["read", "probe"]);
    expect((await sandbox.control.counts()).requests).toBe(0);
  });

  it("says what is wrong with a place, each with a fix", async () => {
    writeBack.failNext("probe", new Error("403 Forbidden"));
    const refused = await machine().checkWriteBacks([grant.plan]);
    expect(refused).toMatchObject({ exitCode: 1, checks: [{ readable: true, writable: false }] });
    writeBack.failNext("read", new Error("no route to host"));
    const unread = await machine().checkWriteBacks([grant.plan]);
    expect(unread).toMatchObject({ exitCode: 1, checks: [{ readable: false, target: "memory:test#strict" }] });
    expect(unread.checks.flatMap(problems)).toEqual(["ERR_WRITEBACK_UNREADABLE"]);
    for (const { findings } of [...refused.checks, ...unread.checks]) {
      for (const { kind, fix } of findings) if (kind === "problem") expect(fix).toMatch(/\.$/);
    }
  });

  it("names a claim's host, and tells a live one from one that nobody will finish", async () => {
    await sandbox.control.fault({ match: { platform: "strict" }, drop: "after" });
    await machine().refresh(grant.plan);
    const live = await machine().checkWriteBacks([grant.plan]);
    expect(live).toMatchObject({ exitCode: 0, checks: [{ claim: { host: expect.any(String) } }] });
    const clock = hastyClock();
    clock.pass(3_600_000);
    const dead = await machine({ clock }).checkWriteBacks([grant.plan]);
    expect(dead.exitCode).toBe(1);
    expect(dead.checks.flatMap(problems)).toEqual(["ERR_AUTH_CLAIMED"]);
  });

  it("tells what this machine's own journal has open from what another machine does", async () => {
    const clock = hastyClock();
    const state = { ...memoryState(), traits: { ephemeral: false, shared: false } };
    const engine = machine({ state, clock });
    writeBack.failNext("save", new Error("503"), 4);
    expect(await engine.refresh(grant.plan)).toMatchObject({ code: "ERR_WRITEBACK_SAVE_FAILED" });
    const kept = await engine.checkWriteBacks([grant.plan]);
    expect(kept).toMatchObject({ exitCode: 1, checks: [{ writable: true, claim: { host: expect.any(String) } }] });
    const [{ sentence, fix } = { sentence: "", fix: "" }] = kept.checks.flatMap(({ findings }) =>
      findings.filter(({ kind }) => kind === "problem"),
    );
    expect(sentence).toContain("kept on this machine, and not saved there yet");
    expect(fix).toContain("`tokenward auth recover strict`");
    expect(await engine.recover(grant.plan)).toMatchObject({ alert: false });
    expect(await engine.checkWriteBacks([grant.plan])).toMatchObject({ exitCode: 0 });

    await sandbox.control.fault({ match: { platform: "strict" }, drop: "after" });
    await engine.refresh(grant.plan);
    const doubtful = await engine.checkWriteBacks([grant.plan]);
    expect(doubtful.checks.flatMap(problems)).toEqual(["ERR_AUTH_IN_DOUBT"]);
  });

  it("does not begin with a grant any more once the run was asked to stop", async () => {
    const { checks, exitCode } = await machine({ signal: AbortSignal.abort() }).checkWriteBacks([grant.plan]);
    expect(exitCode).toBe(1);
    expect(checks.flatMap(problems)).toEqual(["ERR_AUTH_INTERRUPTED"]);
    expect(writeBack.calls).toEqual([]);
  });

  it("tells nothing stored from a tombstone and from a token in the environment", async () => {
    const { generation, fingerprint } = writeBack.stored("strict") ?? {};
    writeBack.remove("strict");
    expect((await machine().checkWriteBacks([grant.plan])).checks).toMatchObject([{ stored: "nothing", alert: false }]);
    const env = { STRICT_REFRESH_TOKEN: grant.consent.refreshToken };
    expect((await machine({ env }).checkWriteBacks([grant.plan])).checks).toMatchObject([{ stored: "seed" }]);
    await grant.plan.writeBack.retire?.("strict", { generation: 0, fingerprint }, testIO(), "memory:new#strict");
    expect(generation).toBe(1);
    const { checks } = await machine({ env }).checkWriteBacks([grant.plan]);
    expect(checks).toMatchObject([{ stored: "tombstone", writable: undefined, alert: true }]);
    expect(checks.flatMap(problems)).toEqual(["ERR_AUTH_RETIRED"]);
  });

  it("says that a run would be refused here, which nothing else of it could outweigh", async () => {
    const passing = memoryWriteBack({ outlivesRun: false });
    const plan = { ...grant.plan, writeBack: passing };
    const { exitCode, checks } = await machine().checkWriteBacks([plan]);
    expect(exitCode).toBe(2);
    expect(checks.flatMap(problems)).toEqual(["ERR_WRITEBACK_NOT_DURABLE"]);
    expect(await machine().checkWriteBacks([plan, grant.plan])).toMatchObject({ exitCode: 1 });
  });

  it("alerts within 14 days of the end of the write-back's own credential", async () => {
    for (const [days, alert] of [
      [13, true],
      [40, false],
    ] as const) {
      const end = new Date(Date.now() + days * 86_400_000 + 60_000);
      const watched = { ...writeBack, credentialExpiry: async () => end };
      const plan = { ...grant.plan, writeBack: watched };
      const report = await machine().checkWriteBacks([plan, { ...plan, id: "strict/b" }]);
      expect(report).toMatchObject({
        alert,
        exitCode: alert ? 1 : 0,
        writeBacks: [{ credentialExpiresAt: end, alert }],
      });
    }
  });
});
