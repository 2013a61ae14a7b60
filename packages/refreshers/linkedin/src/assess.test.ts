import { createEngine, memoryState, secret, type Grant, type GrantPlan } from "@tokenward/core";
import { manualClock, memoryWriteBack } from "@tokenward/testing";
import { describe, expect, test } from "vitest";
import { linkedin } from "./index.ts";

const now = new Date("2026-11-22T12:00:00Z");
const hour = 3_600_000;
const day = 24 * hour;
const after = (milliseconds: number): Date => new Date(now.getTime() + milliseconds);

const refresher = linkedin();
const policy = { traits: refresher.traits, refreshAt: 0.8 };
const standard: Grant = {
  id: "linkedin",
  platform: "linkedin",
  accessToken: secret("AQXstandard1"),
  accessTokenExpiresAt: after(9 * day),
  rotatedAt: after(-51 * day),
};
const enabled: Grant = {
  ...standard,
  accessTokenExpiresAt: after(30 * day),
  rotatedAt: after(-30 * day),
  refreshToken: secret("AQVenabled1"),
  refreshTokenExpiresAt: after(100 * day),
};

describe("a standard app", () => {
  test.each([
    [9 * day, "LinkedIn token expires in 9 days — run `tokenward auth linkedin` (by 2026-12-01)"],
    [9.9 * day, "LinkedIn token expires in 9 days — run `tokenward auth linkedin` (by 2026-12-02)"],
    [9 * day - 3000, "LinkedIn token expires in 9 days — run `tokenward auth linkedin` (by 2026-12-01)"],
    [1.5 * day, "LinkedIn token expires in 1 day — run `tokenward auth linkedin` (by 2026-11-24)"],
    [6.5 * hour, "LinkedIn token expires today — run `tokenward auth linkedin` (by 2026-11-22 18:30 UTC)"],
  ])("%d ms before its end", (left, reason) => {
    const assessment = refresher.assess({ ...standard, accessTokenExpiresAt: after(left) }, now, policy);
    expect(assessment).toEqual({
      verdict: "healthy",
      reason,
      reauthBy: after(left),
      alert: true,
      verify: false,
      refreshable: false,
    });
  });

  test("names the account", () => {
    expect(refresher.assess({ ...standard, id: "linkedin/acme", account: "acme" }, now, policy).reason).toBe(
      "LinkedIn token expires in 9 days — run `tokenward auth linkedin/acme` (by 2026-12-01)",
    );
  });

  test("is quiet until 14 days before, or what the configuration says", () => {
    const fortnight = { ...standard, accessTokenExpiresAt: after(14 * day) };
    expect(refresher.assess(fortnight, now, policy)).toMatchObject({
      verdict: "healthy",
      alert: false,
      reason: "its access token ends on 2026-12-06: 14 days left, and only a human can renew it",
    });
    expect(refresher.assess(fortnight, after(hour), policy).alert).toBe(true);
    expect(refresher.assess(standard, now, { ...policy, alertBeforeDays: 7 }).alert).toBe(false);
    expect(refresher.assess(fortnight, now, { ...policy, alertBeforeDays: 30 }).alert).toBe(true);
  });

  test("is asked about where there is a way to ask", () => {
    expect(refresher.assess(standard, now, { ...policy, clientKnown: true }).verify).toBe(true);
    expect(refresher.assess({ ...standard, scopes: ["openid", "profile"] }, now, policy).verify).toBe(true);
    expect(refresher.assess({ ...standard, scopes: ["openid", "email"] }, now, policy).verify).toBe(false);
  });

  test("past its end, and without a known one", () => {
    const ended = { ...standard, accessTokenExpiresAt: after(-day) };
    expect(refresher.assess(ended, now, policy)).toMatchObject({
      verdict: "reauth-required",
      reason: "its access token ended on 2026-11-21",
      refreshable: false,
    });
    const unknown = refresher.assess({ ...standard, accessTokenExpiresAt: undefined }, now, policy);
    expect(unknown).toMatchObject({ verdict: "unknown", alert: true, refreshable: false });
    expect(unknown.reason).toContain("is unknown: configure client_id and client_secret");
    const askable = { ...policy, clientKnown: true };
    expect(refresher.assess({ ...standard, accessTokenExpiresAt: undefined }, now, askable)).toEqual({
      verdict: "unknown",
      reason: "the end of its LinkedIn token is unknown: a run asks LinkedIn",
      refreshable: false,
      verify: true,
    });
  });
});

describe("a refresh-enabled app", () => {
  test("is renewed when due", () => {
    expect(refresher.assess(enabled, now, policy)).toMatchObject({ verdict: "healthy", reauthBy: after(100 * day) });
    const due = refresher.assess({ ...enabled, rotatedAt: after(-200 * day) }, now, policy);
    expect(due).toMatchObject({ verdict: "due", would: "refresh" });
    expect(due.verify).toBeUndefined();
  });

  test("announces the end that no exchange moves, and is over then", () => {
    const near = { ...enabled, refreshTokenExpiresAt: after(13.5 * day) };
    expect(refresher.assess(near, now, policy)).toMatchObject({
      verdict: "healthy",
      alert: true,
      reauthBy: after(13.5 * day),
      reason: "LinkedIn refresh token expires in 13 days — run `tokenward auth linkedin` (by 2026-12-06)",
    });
    // Also where an earlier version took a jump for a move.
    expect(refresher.assess({ ...near, refreshTokenEnd: "slides" }, now, policy).alert).toBe(true);
    expect(refresher.assess({ ...enabled, refreshTokenExpiresAt: now }, now, policy)).toMatchObject({
      verdict: "reauth-required",
      reason: "its refresh token ended on 2026-11-22",
    });
  });
});

test("a run and a dry run say it in the same words, as a sentence", async () => {
  const writeBack = memoryWriteBack();
  writeBack.put({ ...standard, generation: 1 });
  const plan: GrantPlan = {
    id: "linkedin",
    refresher,
    client: { id: "", secrets: [] },
    writeBack,
    writeBackName: "memory",
  };
  const engine = createEngine({ state: memoryState(), clock: manualClock(now), env: {} });
  const [dry] = (await engine.inspectAll([plan])).statuses;
  const run = await engine.refresh(plan);
  expect(run).toMatchObject({
    action: "reauth-required",
    alert: true,
    severity: "warn",
    refreshable: false,
    reauthBy: after(9 * day),
    detail: "LinkedIn token expires in 9 days — run `tokenward auth linkedin` (by 2026-12-01).",
  });
  expect(dry).toEqual({ ...run, would: "nothing" });
  expect(writeBack.calls.every((call) => call.operation === "read")).toBe(true);
});
