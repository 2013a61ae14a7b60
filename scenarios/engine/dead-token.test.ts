import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { secret } from "@tokenward/core";
import { createSandbox, oauth2Platform, type Sandbox } from "@tokenward/sandbox";
import { memoryWriteBack, type MemoryWriteBack } from "@tokenward/testing";
import { groundGrant, machine } from "../harness/engine-ground.ts";

describe("a token that the platform calls dead", () => {
  let sandbox: Sandbox;
  beforeEach(async () => {
    sandbox = await createSandbox({ platforms: [oauth2Platform({ name: "crm" })] });
  });
  afterEach(async () => await sandbox.close());

  it("is believed to be dead when it is still the stored one: it stays, and is not sent again", async () => {
    const { plan, consent, refreshToken } = await groundGrant(sandbox, "crm");
    await sandbox.control.revoke(consent.grantId);
    const engine = machine();
    for (let round = 0; round < 3; round++) {
      expect(await engine.refresh(plan)).toMatchObject({
        action: "reauth-required",
        severity: "critical",
        code: "ERR_AUTH_REAUTH_REQUIRED",
      });
    }
    expect((await sandbox.control.counts()).tokenRequests).toBe(1);
    expect(refreshToken()).toBe(consent.refreshToken);
    // A human who knows better (the platform had a bad day) may try once; a new consent needs no such word.
    expect(await engine.recover(plan, { retryOnce: true })).toMatchObject({ action: "reauth-required" });
    expect((await sandbox.control.counts()).tokenRequests).toBe(2);
    const again = await sandbox.control.regrant(consent.grantId);
    await engine.importGrant(plan, { refreshToken: secret(again.refreshToken) });
    expect(await engine.refresh(plan)).toMatchObject({ action: "rotated", alert: false });
  });

  it("is not believed when somebody saved a newer one while the exchange was under way", async () => {
    const { plan, consent, writeBack, refreshToken } = await groundGrant(sandbox, "crm");
    const match = { grant: consent.grantId };
    await sandbox.control.fault({ match, refuse: { error: "invalid_grant" } });
    const barrier = await sandbox.control.barrier({ match });
    const engine = machine();
    const refreshing = engine.refresh(plan);
    await sandbox.control.held(barrier, 1);

    // Another machine, with a lease of its own: a human consented anew there.
    const again = await sandbox.control.regrant(consent.grantId);
    const imported = await machine().importGrant(plan, { refreshToken: secret(again.refreshToken) });
    expect(imported).toMatchObject({ action: "healthy", alert: false });
    await sandbox.control.release(barrier);
    const status = await refreshing;
    expect(status).toMatchObject({ action: "healthy", alert: false });
    expect(status.detail).toContain("newer token");
    expect(refreshToken()).toBe(again.refreshToken);
    expect(writeBack.stored("crm")?.generation).toBe(2);

    expect(await engine.refresh(plan)).toMatchObject({ action: "rotated", alert: false });
    expect(await sandbox.control.counts({ grant: again.grantId })).toMatchObject({ rotations: 1, replays: 0 });
  });

  it.each([
    ["ends the grant for it", "ERR_AUTH_REAUTH_REQUIRED"],
    ["leaves it at that", undefined],
  ])("is no peace where another machine's exchange came in between, and the platform %s", async (how, code) => {
    const reached = Promise.withResolvers<void>();
    const released = Promise.withResolvers<void>();
    const memory = memoryWriteBack({ claims: false });
    let probes = 0;
    const writeBack: MemoryWriteBack = {
      ...memory,
      probe: async (...asked) => {
        await memory.probe(...asked);
        probes += 1;
        if (probes > 1) return;
        reached.resolve();
        await released.promise;
      },
    };
    const { plan, consent, refreshToken } = await groundGrant(sandbox, "crm", { writeBack });
    const engine = machine();
    const refreshing = engine.refresh(plan);
    await reached.promise;

    // Nothing keeps the two apart: no claim, and a lease each.
    expect(await machine().refresh(plan)).toMatchObject({ action: "rotated", alert: false });
    const newer = refreshToken();
    const refuse = { error: "invalid_grant" };
    if (code === undefined) await sandbox.control.fault({ match: { grant: consent.grantId }, refuse });
    released.resolve();
    const status = await refreshing;
    expect(status, how).toMatchObject({ action: "failed", severity: "page", alert: true, code: "ERR_AUTH_REPLAYED" });
    expect(refreshToken(), "the newer token stays").toBe(newer);

    // Whether the newer one works is what the next run finds out.
    const next = await engine.refresh(plan);
    expect(next).toMatchObject(code === undefined ? { action: "rotated", alert: false } : { code });
  });

  it("stays believed where the write-back cannot be read a second time, and nothing is deleted", async () => {
    const { plan, consent, writeBack, refreshToken } = await groundGrant(sandbox, "crm");
    await sandbox.control.revoke(consent.grantId);
    const barrier = await sandbox.control.barrier({ match: { grant: consent.grantId } });
    const engine = machine();
    const refreshing = engine.refresh(plan);
    await sandbox.control.held(barrier, 1);
    writeBack.failNext("read", new Error("the store is away"));
    await sandbox.control.release(barrier);
    expect(await refreshing).toMatchObject({ action: "reauth-required", code: "ERR_AUTH_REAUTH_REQUIRED" });
    expect(refreshToken()).toBe(consent.refreshToken);
  });
});
