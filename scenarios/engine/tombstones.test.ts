import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { memoryState, secret, type WriteBack } from "@tokenward/core";
import { createSandbox, oauth2Platform, type Sandbox } from "@tokenward/sandbox";
import { memoryWriteBack, testIO, type MemoryWriteBack } from "@tokenward/testing";
import { groundGrant, hastyClock, machine, type GroundGrant } from "../harness/engine-ground.ts";

/** What a human moved or forgot stays so, whatever a machine still remembers or an environment still seeds. */
describe("a tombstone", () => {
  let sandbox: Sandbox;
  let writeBack: MemoryWriteBack;
  beforeEach(async () => {
    sandbox = await createSandbox({ platforms: [oauth2Platform({ name: "strict" })] });
    writeBack = memoryWriteBack();
  });
  afterEach(async () => await sandbox.close());

  const retire = async ({ plan }: GroundGrant, movedTo?: string): Promise<void> => {
    const stored = writeBack.stored(plan.id);
    if (stored === undefined || writeBack.retire === undefined) throw new Error("nothing to retire");
    const { generation, fingerprint } = stored;
    await writeBack.retire(plan.id, { generation, fingerprint }, testIO(), movedTo);
  };

  it("stops a run and a dry run, although the environment still seeds the old token", async () => {
    const grant = await groundGrant(sandbox, "strict", { writeBack });
    await retire(grant, "aws:eu-central-1:tokenward/strict");
    const here = machine({ env: { STRICT_REFRESH_TOKEN: grant.consent.refreshToken } });
    for (const status of [await here.refresh(grant.plan), (await here.inspectAll([grant.plan])).statuses[0]]) {
      expect(status).toMatchObject({ action: "failed", alert: true, code: "ERR_AUTH_RETIRED" });
      expect(status?.detail).toContain("moved to aws:eu-central-1:tokenward/strict");
      expect(status?.detail).toContain("`auth.writeback.backend`");
    }
    expect((await sandbox.control.counts()).requests).toBe(0);
  });

  it("is not overwritten by what a machine's state remembers", async () => {
    const grant = await groundGrant(sandbox, "strict", { writeBack });
    const here = machine({ state: memoryState() });
    expect(await here.refresh(grant.plan)).toMatchObject({ action: "rotated" });
    await retire(grant);
    const status = await here.refresh(grant.plan);
    expect(status).toMatchObject({ action: "reauth-required", severity: "critical", code: "ERR_AUTH_RETIRED" });
    expect(status.detail).toContain("forgotten");
    expect(writeBack.stored("strict")?.retired).toBeDefined();
    expect(await sandbox.control.counts()).toMatchObject({ requests: 1, replays: 0 });
  });

  it("gives way to a new consent", async () => {
    const grant = await groundGrant(sandbox, "strict", { writeBack });
    const here = machine();
    await retire(grant);
    const consent = await sandbox.control.consent("strict");
    expect(await here.importGrant(grant.plan, { refreshToken: secret(consent.refreshToken) })).toMatchObject({
      action: "healthy",
    });
    expect(writeBack.stored("strict")?.retired).toBeUndefined();
    expect(await here.refresh(grant.plan)).toMatchObject({ action: "rotated" });
    expect(await sandbox.control.counts()).toMatchObject({ replays: 0, revocations: 0 });
  });

  it("that appears while an exchange is under way costs no token: it stays journaled, and is delivered", async () => {
    const grant = await groundGrant(sandbox, "strict", { writeBack });
    const state = memoryState();
    const here = machine({ state, clock: hastyClock() });
    const barrier = await sandbox.control.barrier({ match: { platform: "strict" } });
    const running = here.refresh(grant.plan);
    await sandbox.control.held(barrier, 1);
    const before = writeBack.stored("strict");
    await retire(grant, "elsewhere");
    await sandbox.control.release(barrier);
    const status = await running;
    expect(status).toMatchObject({ action: "failed", severity: "critical", code: "ERR_WRITEBACK_SAVE_FAILED" });
    expect(status.detail).toContain("moved to elsewhere");

    // A second run leaves the answer alone; when the tombstone is taken back, the answer is saved.
    expect(await here.refresh(grant.plan)).toMatchObject({ code: "ERR_AUTH_RETIRED" });
    if (before !== undefined) writeBack.put(before);
    expect(await here.recover(grant.plan)).toMatchObject({ action: "healthy" });
    expect(grant.refreshToken()).toBe(await sandbox.control.currentRefreshToken(grant.consent.grantId));
    expect(await sandbox.control.counts()).toMatchObject({ requests: 1, replays: 0 });
  });
});

describe("a save that reached its place only in part", () => {
  let sandbox: Sandbox;
  beforeEach(async () => {
    sandbox = await createSandbox({ platforms: [oauth2Platform({ name: "strict" })] });
  });
  afterEach(async () => await sandbox.close());

  /** A place whose saves stay without their last part until they are repeated. */
  const halfSaving = (inner: MemoryWriteBack, saves: string[]): WriteBack => {
    let unfinished = false;
    return {
      ...inner,
      read: async (id, io) => {
        const stored = await inner.read(id, io);
        return stored === undefined ? undefined : { ...stored, unfinished };
      },
      save: async (id, next, expected, io) => {
        await inner.save(id, next, expected, io);
        saves.push(`${next.generation} over ${expected.generation}`);
        unfinished = saves.length === 1;
        if (unfinished) throw new Error("the connection was lost");
      },
    };
  };

  it("is completed by the next run on any machine, without another exchange", async () => {
    const writeBack = memoryWriteBack();
    const saves: string[] = [];
    const grant = await groundGrant(sandbox, "strict", { writeBack });
    const plan = { ...grant.plan, writeBack: halfSaving(writeBack, saves) };
    // The engine looks, finds its own grant, and is content: the token is safe.
    expect(await machine().refresh(plan)).toMatchObject({ action: "rotated" });
    expect(saves).toEqual(["2 over 1"]);
    const notes: string[] = [];
    await machine({ note: (line) => notes.push(line) }).recover(plan);
    expect(await machine({ note: (line) => notes.push(line) }).refresh(plan)).toMatchObject({ action: "rotated" });
    expect(saves).toEqual(["2 over 1", "2 over 2", "3 over 2"]);
    expect(notes.join("\n")).toContain("interrupted half-way is complete now");
    expect(await sandbox.control.counts()).toMatchObject({ requests: 2, rotations: 2, replays: 0 });
  });

  it("stops the run where it cannot be completed, with the token unspent", async () => {
    const writeBack = memoryWriteBack();
    const grant = await groundGrant(sandbox, "strict", { writeBack });
    const stuck: WriteBack = {
      ...writeBack,
      read: async (id, io) => {
        const stored = await writeBack.read(id, io);
        return stored === undefined ? undefined : { ...stored, unfinished: true };
      },
      save: async () => await Promise.reject(new Error("the disk is full")),
    };
    const status = await machine().refresh({ ...grant.plan, writeBack: stuck });
    expect(status).toMatchObject({ action: "failed", code: "ERR_WRITEBACK_UNWRITABLE", severity: "page" });
    expect((await sandbox.control.counts()).requests).toBe(0);
  });
});

describe("a claim made before anything was stored", () => {
  let sandbox: Sandbox;
  beforeEach(async () => {
    sandbox = await createSandbox({ platforms: [oauth2Platform({ name: "strict" })] });
  });
  afterEach(async () => await sandbox.close());

  it("stands beside the environment's token, ends with the save, and keeps a second machine from spending it", async () => {
    const writeBack = memoryWriteBack();
    const grant = await groundGrant(sandbox, "strict", { writeBack });
    writeBack.remove("strict");
    const env = { STRICT_REFRESH_TOKEN: grant.consent.refreshToken };
    const barrier = await sandbox.control.barrier({ match: { platform: "strict" } });
    const first = machine({ env }).refresh(grant.plan);
    await sandbox.control.held(barrier, 1);
    expect(writeBack.stored("strict")).toMatchObject({ generation: 0, claim: { attempt: 1 } });
    const second = machine({ env, leaseWait: 0 }).refresh(grant.plan);
    expect(await second).toMatchObject({ action: "failed", code: "ERR_AUTH_LEASE_BUSY" });
    await sandbox.control.release(barrier);
    expect(await first).toMatchObject({ action: "rotated" });
    expect(writeBack.stored("strict")).toMatchObject({ generation: 1, claim: undefined });
    expect(await sandbox.control.counts()).toMatchObject({ requests: 1, replays: 0 });
  });

  it("is in doubt once its machine is gone, and is never presented again by itself", async () => {
    const writeBack = memoryWriteBack();
    const grant = await groundGrant(sandbox, "strict", { writeBack });
    writeBack.remove("strict");
    const env = { STRICT_REFRESH_TOKEN: grant.consent.refreshToken };
    await sandbox.control.fault({ match: { platform: "strict" }, drop: "after" });
    expect(await machine({ env }).refresh(grant.plan)).toMatchObject({ action: "in-doubt" });
    const clock = hastyClock();
    clock.pass(3_600_000);
    const status = await machine({ env, clock }).refresh(grant.plan);
    expect(status).toMatchObject({ action: "in-doubt", code: "ERR_AUTH_CLAIMED" });
    expect(await sandbox.control.counts()).toMatchObject({ requests: 1, replays: 0 });
  });
});
