import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createSandbox, oauth2Platform, type FaultEffects, type Sandbox } from "@tokenward/sandbox";
import { oauth2 } from "@tokenward/refresher-oauth2";
import { memoryWriteBack } from "@tokenward/testing";
import { groundGrant, hastyClock, machine, type GroundGrant, type HastyClock } from "../harness/engine-ground.ts";

const graceSeconds = 300;

describe.each([true, false])("a request without an answer, where claims are kept beside the grant: %s", (claims) => {
  let sandbox: Sandbox;
  let clock: HastyClock;
  beforeEach(async () => {
    sandbox = await createSandbox({
      platforms: [
        oauth2Platform({ name: "strict" }),
        oauth2Platform({ name: "grace", policy: { reuse: { graceSeconds } } }),
        oauth2Platform({ name: "safe", policy: { reuse: "retry-safe" } }),
      ],
    });
    clock = hastyClock();
  });
  afterEach(async () => await sandbox.close());

  const traits = { strict: "strict", grace: { graceSeconds }, safe: "retry-safe" } as const;
  const given = async (platform: keyof typeof traits, fault?: FaultEffects): Promise<GroundGrant> => {
    const writeBack = memoryWriteBack({ claims });
    const grant = await groundGrant(sandbox, platform, { traits: { reuse: traits[platform] }, writeBack });
    if (fault !== undefined) await sandbox.control.fault({ match: { grant: grant.consent.grantId }, ...fault });
    return grant;
  };

  it.each<[string, FaultEffects]>([
    ["before the platform decided", { drop: "before" }],
    ["after the platform rotated", { drop: "after" }],
    ["within the answer", { drop: { afterBytes: 5 } }],
    ["by a gateway that gave up", { answer: { status: 504, body: "<html>Gateway Timeout</html>", commit: true } }],
  ])("is never sent again on a strict grant: lost %s", async (_, fault) => {
    const grant = await given("strict", fault);
    const engine = machine({ clock });
    for (let round = 0; round < 3; round++) {
      expect(await engine.refresh(grant.plan)).toMatchObject({
        action: "in-doubt",
        code: "ERR_AUTH_IN_DOUBT",
        severity: "page",
      });
      clock.pass(86_400_000);
    }
    expect(await sandbox.control.counts()).toMatchObject({ tokenRequests: 1, replays: 0, revocations: 0 });
    expect(grant.refreshToken()).toBe(grant.consent.refreshToken);
  });

  it.each<["grace" | "safe", string, FaultEffects]>([
    ["grace", "before the platform decided", { drop: "before" }],
    ["grace", "after the platform rotated", { drop: "after" }],
    ["safe", "before the platform decided", { drop: "before" }],
    ["safe", "after the platform rotated", { drop: "after" }],
  ])("is sent again where that is forgiven (%s): lost %s", async (platform, _, fault) => {
    const grant = await given(platform, fault);
    expect(await machine({ clock }).refresh(grant.plan)).toMatchObject({ action: "rotated", alert: false });
    expect(await sandbox.control.counts()).toMatchObject({ tokenRequests: 2, replays: 0, revocations: 0 });
    expect(grant.refreshToken()).toBe(await sandbox.control.currentRefreshToken(grant.consent.grantId));
  });

  it("is sent again by the next run where that is forgiven, and four times at most in one", async () => {
    const grant = await given("safe", { drop: "after", when: { times: 4 } } as FaultEffects);
    const engine = machine({ clock });
    expect(await engine.refresh(grant.plan)).toMatchObject({ action: "failed", severity: "warn" });
    expect((await sandbox.control.counts()).tokenRequests).toBe(4);
    expect(await engine.refresh(grant.plan)).toMatchObject({ action: "rotated", alert: false });
    expect(await sandbox.control.counts()).toMatchObject({ tokenRequests: 5, replays: 0 });
  });

  it("is not sent again once the grace is over", async () => {
    const grant = await given("grace", { drop: "after", when: { times: 4 } } as FaultEffects);
    const engine = machine({ clock });
    await engine.refresh(grant.plan);
    clock.pass((graceSeconds + 1) * 1_000);
    await sandbox.control.advance(graceSeconds + 1);
    const before = (await sandbox.control.counts()).tokenRequests;
    expect(await engine.refresh(grant.plan)).toMatchObject({ action: "in-doubt", code: "ERR_AUTH_IN_DOUBT" });
    expect(await sandbox.control.counts()).toMatchObject({ tokenRequests: before, replays: 0, revocations: 0 });
  });

  it("is forgiven from the first presentation on, not from the latest", async () => {
    const grant = await given("grace", { drop: "after", when: { times: 8 } } as FaultEffects);
    const engine = machine({ clock });
    for (let round = 1; round <= 2; round++) {
      expect(await engine.refresh(grant.plan)).toMatchObject({ action: "failed" });
      expect((await sandbox.control.counts()).tokenRequests).toBe(4 * round);
      clock.pass((graceSeconds - 100) * 1_000);
      await sandbox.control.advance(graceSeconds - 100);
    }
    expect(await engine.refresh(grant.plan)).toMatchObject({ action: "in-doubt" });
    expect(await sandbox.control.counts()).toMatchObject({ tokenRequests: 8, replays: 0, revocations: 0 });
  });

  it.each<[string, FaultEffects | undefined, string]>([
    ["could not be sent", undefined, "ERR_AUTH_NOT_REACHED"],
    ["was throttled", { answer: { status: 429 } }, "ERR_AUTH_THROTTLED"],
    [
      "met a failing platform",
      { answer: { status: 500, body: { error: "server_error" } } },
      "ERR_AUTH_PLATFORM_UNAVAILABLE",
    ],
    ["met a wrong client", { refuse: { error: "invalid_client" } }, "ERR_AUTH_CLIENT_REJECTED"],
  ])("stays in doubt when a second presentation %s", async (_, fault, code) => {
    const grant = await given("strict", { drop: "after" });
    const engine = machine({ clock });
    await engine.refresh(grant.plan);
    const match = { grant: grant.consent.grantId };
    if (fault !== undefined) await sandbox.control.fault({ match, when: "always", ...fault });
    const { traits, platform } = grant.plan.refresher;
    const nobody = { ...oauth2({ token_url: "http://127.0.0.1:9/token" }), traits, platform };
    const plan = fault === undefined ? { ...grant.plan, refresher: nobody } : grant.plan;
    expect(await engine.recover(plan, { retryOnce: true })).toMatchObject({ action: "failed", code });
    await sandbox.control.clearFaults();
    const before = (await sandbox.control.counts()).tokenRequests;
    expect(await engine.refresh(grant.plan)).toMatchObject({ action: "in-doubt", code: "ERR_AUTH_IN_DOUBT" });
    expect((await sandbox.control.counts()).tokenRequests).toBe(before);
  });

  it("is sent once more on a human's word, and only once", async () => {
    const grant = await given("strict", { drop: "before", when: { times: 2 } } as FaultEffects);
    const engine = machine({ clock });
    await engine.refresh(grant.plan);
    expect(await engine.recover(grant.plan)).toMatchObject({ action: "in-doubt" });
    expect((await sandbox.control.counts()).tokenRequests).toBe(1);
    expect(await engine.recover(grant.plan, { retryOnce: true })).toMatchObject({ action: "in-doubt" });
    expect((await sandbox.control.counts()).tokenRequests).toBe(2);
    expect(await engine.refresh(grant.plan)).toMatchObject({ action: "in-doubt" });
    expect(await engine.recover(grant.plan, { retryOnce: true })).toMatchObject({ action: "rotated" });
    expect(await sandbox.control.counts()).toMatchObject({ tokenRequests: 3, rotations: 1, replays: 0 });
  });
});
