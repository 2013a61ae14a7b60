import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { memoryState, TokenwardError, type GrantState } from "@tokenward/core";
import { createSandbox, oauth2Platform, type Sandbox } from "@tokenward/sandbox";
import { memoryWriteBack, type MemoryWriteBack } from "@tokenward/testing";
import { groundGrant, hastyClock, machine, type GroundGrant } from "../harness/engine-ground.ts";

let sandbox: Sandbox;
let here: MemoryWriteBack;
let grant: GroundGrant;
beforeEach(async () => {
  sandbox = await createSandbox({ platforms: [oauth2Platform({ name: "strict" })] });
  here = memoryWriteBack({ name: "here" });
  grant = await groundGrant(sandbox, "strict", { writeBack: here });
});
afterEach(async () => await sandbox.close());

const lasting = (): GrantState => ({ ...memoryState(), traits: { ephemeral: false, shared: false } });
const holdsToken = (): boolean => here.stored("strict")?.refreshToken !== undefined;

describe("auth forget", () => {
  it("leaves a tombstone, clears this machine's copies, and does not come back by itself", async () => {
    const state = lasting();
    const env = { STRICT_REFRESH_TOKEN: grant.consent.refreshToken };
    const engine = machine({ state, env });
    expect(await engine.refresh(grant.plan)).toMatchObject({ action: "rotated" });
    const status = await engine.forgetGrant(grant.plan);
    expect(status).toMatchObject({ action: "forgotten", alert: false });
    expect(status.detail).toContain("was not told");
    expect(status.detail).toContain("STRICT_REFRESH_TOKEN");
    expect(status.detail).toContain("`tokenward auth strict`");
    expect(holdsToken()).toBe(false);
    const seen = await state.peek("memory:here#strict");
    expect(seen.last).toBeUndefined();
    expect(await engine.refresh(grant.plan)).toMatchObject({ code: "ERR_AUTH_RETIRED", action: "reauth-required" });
    expect(await engine.forgetGrant(grant.plan)).toMatchObject({ action: "skipped", alert: false });
    expect((await sandbox.control.counts()).requests).toBe(1);
  });

  it("ends a doubt, whose token is never presented again", async () => {
    await sandbox.control.fault({ match: { platform: "strict" }, drop: "after" });
    const state = lasting();
    const engine = machine({ state });
    const old = here.stored("strict");
    expect(await engine.refresh(grant.plan)).toMatchObject({ action: "in-doubt" });
    expect(await engine.forgetGrant(grant.plan)).toMatchObject({ action: "failed", code: "ERR_AUTH_NOT_FORGOTTEN" });
    const clock = hastyClock();
    clock.pass(3_600_000);
    expect(await machine({ state, clock }).forgetGrant(grant.plan)).toMatchObject({ action: "forgotten" });
    if (old !== undefined) here.put(old);
    expect(await engine.refresh(grant.plan)).toMatchObject({ code: "ERR_AUTH_TOKEN_SPENT" });
    expect((await sandbox.control.counts()).requests).toBe(1);
  });

  it("says where the place could not take the tombstone, with what to do, and changes nothing then", async () => {
    const facts = {
      grant: "strict",
      reason: "the access token may not do that",
      remedy: "Give it the role Maintainer",
    };
    here.failNext("retire", new TokenwardError("ERR_WRITEBACK_UNWRITABLE", facts), 3);
    const status = await machine({ clock: hastyClock() }).forgetGrant(grant.plan);
    expect(status).toMatchObject({ action: "failed", code: "ERR_AUTH_NOT_FORGOTTEN" });
    expect(status.detail).toContain(
      "the access token may not do that. Give it the role Maintainer, then run it again.",
    );
    expect(holdsToken()).toBe(true);
  });

  it("has nothing to do where nothing is stored", async () => {
    here.remove("strict");
    expect(await machine().forgetGrant(grant.plan)).toMatchObject({ action: "skipped", alert: false });
  });
});
