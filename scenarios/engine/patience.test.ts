import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createSandbox, oauth2Platform, type FaultEffects, type Sandbox } from "@tokenward/sandbox";
import { groundGrant, hastyClock, machine, type GroundGrant, type HastyClock } from "../harness/engine-ground.ts";

const throttled = (retryAfter: number | { httpDateIn: number }): FaultEffects => ({
  answer: { status: 429, body: { error: "slow_down" }, retryAfter },
});
const unavailable = (retryAfter: number | { httpDateIn: number }): FaultEffects => ({
  answer: { status: 503, body: "<html>down for maintenance</html>", retryAfter },
});
const failing: FaultEffects = { answer: { status: 500, body: { error: "server_error" } } };

describe("a platform that asks for patience, or is down", () => {
  let sandbox: Sandbox;
  let clock: HastyClock;
  beforeEach(async () => {
    sandbox = await createSandbox({ platforms: [oauth2Platform({ name: "crm" }), oauth2Platform({ name: "shop" })] });
    clock = hastyClock();
  });
  afterEach(async () => await sandbox.close());

  const arm = async (
    { consent }: GroundGrant,
    effects: FaultEffects,
    when: "always" | { times: number } = "always",
  ): Promise<void> => {
    await sandbox.control.fault({ match: { grant: consent.grantId, endpoint: "token" }, when, ...effects });
  };
  const requests = async ({ consent }: GroundGrant): Promise<number> =>
    (await sandbox.control.counts({ grant: consent.grantId })).tokenRequests;

  it.each<[string, FaultEffects, number]>([
    ["429 in seconds", throttled(7), 13_000],
    ["429 as a date", throttled({ httpDateIn: 7 }), 6_000],
    ["503 in seconds", unavailable(7), 13_000],
    ["503 as a date", unavailable({ httpDateIn: 7 }), 6_000],
  ])("is not asked before Retry-After says so: %s", async (_, effects, atLeast) => {
    const grant = await groundGrant(sandbox, "crm");
    await arm(grant, effects, { times: 2 });
    const status = await machine({ clock }).refresh(grant.plan);
    expect(status).toMatchObject({ action: "rotated", alert: false });
    // Real milliseconds pass, too, and dates know whole seconds.
    expect(clock.slept).toBeGreaterThanOrEqual(atLeast);
    expect(await requests(grant)).toBe(3);
    expect(await sandbox.control.counts()).toMatchObject({ rotations: 1, replays: 0 });
  });

  it.each<[string, FaultEffects, string]>([
    ["429", throttled(0), "ERR_AUTH_THROTTLED"],
    ["503", unavailable(0), "ERR_AUTH_PLATFORM_UNAVAILABLE"],
    ["an error of its own", failing, "ERR_AUTH_PLATFORM_UNAVAILABLE"],
  ])("is asked four times at most in one run, and nothing is lost: %s", async (_, effects, code) => {
    const grant = await groundGrant(sandbox, "crm");
    await arm(grant, effects, { times: 4 });
    const engine = machine({ clock });
    expect(await engine.refresh(grant.plan)).toMatchObject({ action: "failed", alert: true, severity: "warn", code });
    expect(await requests(grant)).toBe(4);
    expect(grant.refreshToken()).toBe(grant.consent.refreshToken);
    expect(await engine.refresh(grant.plan)).toMatchObject({ action: "rotated", alert: false });
    expect(await sandbox.control.counts()).toMatchObject({ rotations: 1, replays: 0, revocations: 0 });
  });

  it("is left alone for a long while without anybody waiting for it", async () => {
    const grant = await groundGrant(sandbox, "crm");
    await arm(grant, throttled(3_600), { times: 1 });
    const engine = machine({ clock });
    expect(await engine.refresh(grant.plan)).toMatchObject({ action: "failed", code: "ERR_AUTH_THROTTLED" });
    expect(clock.slept).toBeLessThan(60_000);
    const early = await engine.refresh(grant.plan);
    expect(early).toMatchObject({ action: "failed", code: "ERR_AUTH_THROTTLED" });
    expect(early.detail).toContain("no requests before");
    expect(await requests(grant)).toBe(1);
    clock.pass(3_600_000);
    expect(await engine.refresh(grant.plan)).toMatchObject({ action: "rotated" });
  });

  it("that cannot be reached was sent nothing", async () => {
    const grant = await groundGrant(sandbox, "crm");
    await sandbox.close();
    const status = await machine({ clock }).refresh(grant.plan);
    expect(status).toMatchObject({ action: "failed", severity: "warn", code: "ERR_AUTH_NOT_REACHED" });
    expect(status.detail).toContain("Nothing was sent");
    expect(grant.refreshToken()).toBe(grant.consent.refreshToken);
  });

  it("gets a bounded number of requests from two hundred grants in an outage", async () => {
    const grants = await Promise.all(
      Array.from({ length: 200 }, async (_, n) => await groundGrant(sandbox, "crm", { id: `crm/a${n}` })),
    );
    const fault = await sandbox.control.fault({ match: { platform: "crm" }, when: "always", ...failing });
    const engine = machine({ clock });
    const plans = grants.map(({ plan }) => plan);
    const outage = await engine.refreshAll(plans);
    expect(outage).toMatchObject({ alert: true, exitCode: 1 });
    expect(new Set(outage.statuses.map(({ code }) => code))).toEqual(new Set(["ERR_AUTH_PLATFORM_UNAVAILABLE"]));
    const { tokenRequests } = await sandbox.control.counts();
    // Each grant once, and no more repetitions than ten and a fifth of all requests; never four times two hundred.
    expect(tokenRequests).toBeGreaterThan(200);
    expect(tokenRequests).toBeLessThanOrEqual(265);

    await sandbox.control.clearFaults(fault);
    const back = await engine.refreshAll(plans);
    expect(back).toMatchObject({ alert: false, exitCode: 0 });
    expect(await sandbox.control.counts()).toMatchObject({ rotations: 200, replays: 0, revocations: 0 });
  });

  it("that hangs stands in nobody else's way, and is not asked more than sixteen things at a time", async () => {
    const hanging = await Promise.all(
      Array.from({ length: 40 }, async (_, n) => await groundGrant(sandbox, "crm", { id: `crm/a${n}` })),
    );
    const others = await Promise.all(
      Array.from({ length: 40 }, async (_, n) => await groundGrant(sandbox, "shop", { id: `shop/a${n}` })),
    );
    const barrier = await sandbox.control.barrier({ match: { platform: "crm" } });
    const served: string[] = [];
    let othersDone = (): void => undefined;
    const everyoneElse = new Promise<void>((resolve) => (othersDone = resolve));
    const run = machine().refreshAll(
      [...hanging, ...others].map(({ plan }) => plan),
      {
        concurrency: 64,
        onStatus: ({ platform, action }) => {
          served.push(`${platform} ${action}`);
          if (served.filter((line) => line === "shop rotated").length === others.length) othersDone();
        },
      },
    );
    await everyoneElse;
    await sandbox.control.held(barrier, 16);
    expect(served).toEqual(Array.from({ length: 40 }, () => "shop rotated"));
    expect((await sandbox.control.counts({ platform: "crm" })).requests).toBe(16);
    await sandbox.control.release(barrier);
    expect(await run).toMatchObject({ alert: false, exitCode: 0 });
    expect(await sandbox.control.counts()).toMatchObject({ rotations: 80, replays: 0 });
  });
});
