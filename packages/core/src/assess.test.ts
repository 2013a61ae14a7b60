import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { assessGrant, daysUntil, decayOf } from "./assess.ts";
import type { Grant } from "./grant.ts";
import type { AssessPolicy, RefresherTraits } from "./refresher.ts";
import { secret } from "./secret.ts";

const now = new Date("2026-11-22T12:00:00Z");
const hour = 3_600_000;
const dayMs = 24 * hour;
const inDays = (days: number): Date => new Date(now.getTime() + days * dayMs);

const whenDue: RefresherTraits = { rotation: "sometimes", reuse: "strict" };
const policy = (traits: Partial<RefresherTraits> = {}, more: Partial<AssessPolicy> = {}): AssessPolicy => ({
  traits: { ...whenDue, ...traits },
  refreshAt: 0.8,
  ...more,
});
const fresh: Grant = {
  id: "crm",
  platform: "crm",
  accessToken: secret("at-1234567"),
  accessTokenExpiresAt: inDays(30),
  refreshToken: secret("rt-1234567"),
  rotatedAt: inDays(-30),
};

describe("assessGrant", () => {
  test("half of its life is over: nothing to do", () => {
    expect(assessGrant(fresh, now, policy())).toMatchObject({ verdict: "healthy", would: "refresh" });
  });

  test.each([
    ["80 % of its life are over", { rotatedAt: inDays(-48), accessTokenExpiresAt: inDays(12) }, "80 %"],
    ["it ended", { accessTokenExpiresAt: inDays(-1) }, "ended"],
    ["there is none", { accessToken: undefined }, "no access token"],
    ["nobody knows when it was minted", { rotatedAt: undefined }, "age"],
    ["its times lie in the future", { rotatedAt: inDays(20) }, "future"],
    ["its refresh token ends soon", { refreshTokenExpiresAt: inDays(1) }, "unused"],
  ])("due, because %s", (_, change, reason) => {
    const assessment = assessGrant({ ...fresh, ...change }, now, policy());
    expect(assessment.verdict).toBe("due");
    expect(assessment.reason).toContain(reason);
  });

  test("an unknown end is unknown, and verify may find it", () => {
    expect(assessGrant({ ...fresh, accessTokenExpiresAt: undefined }, now, policy()).verdict).toBe("unknown");
  });

  test.each([
    ["always", "every-run", "rotate"],
    ["always", undefined, "rotate"],
    ["sometimes", "every-run", "refresh"],
    ["never", "every-run", "health-check"],
  ] as const)("%s rotating, %s: due on every run, and would %s", (rotation, cadence, would) => {
    expect(assessGrant(fresh, now, policy({ rotation, cadence }))).toMatchObject({ verdict: "due", would });
  });

  test("too young: skipped, but only where something is due", () => {
    const young = { ...fresh, rotatedAt: new Date(now.getTime() - hour) };
    const traits = { minimumAgeSeconds: 86_400 };
    expect(assessGrant(young, now, policy({ ...traits, cadence: "every-run" }))).toMatchObject({
      verdict: "skipped",
      reason: "its token is too young to be refreshed before 2026-11-23T11:00Z",
    });
    expect(assessGrant(young, now, policy(traits)).verdict).toBe("healthy");
    const old = { ...fresh, rotatedAt: inDays(-1) };
    expect(assessGrant(old, now, policy({ ...traits, cadence: "every-run" })).verdict).toBe("due");
  });

  test("the end of the refresh token has passed", () => {
    const end = inDays(-3);
    const assessment = assessGrant({ ...fresh, refreshTokenExpiresAt: end }, now, policy({ cadence: "every-run" }));
    expect(assessment).toMatchObject({
      verdict: "reauth-required",
      reason: "its refresh token ended on 2026-11-19",
      reauthBy: end,
    });
  });

  test("an end that does not move is announced while the grant still works", () => {
    const grant: Grant = { ...fresh, refreshTokenEnd: "fixed", refreshTokenExpiresAt: inDays(13) };
    const near = assessGrant(grant, now, policy({ cadence: "every-run" }));
    expect(near).toMatchObject({ verdict: "due", alert: true, reauthBy: inDays(13) });
    expect(near.reason).toContain("its refresh token ends on 2026-12-05: 13 days left");
    const far = assessGrant(grant, now, policy({ cadence: "every-run" }, { alertBeforeDays: 7 }));
    expect(far.alert).toBeUndefined();
    const sliding = assessGrant({ ...grant, refreshTokenEnd: "slides" }, now, policy({ cadence: "every-run" }));
    expect(sliding.alert).toBeUndefined();
  });

  test("a limit of not being used: kept alive in time, and the earliest end counts", () => {
    const grant: Grant = {
      ...fresh,
      lastUsedAt: inDays(-75),
      rotatedAt: inDays(-75),
      accessTokenExpiresAt: inDays(300),
    };
    const assessment = assessGrant(grant, now, policy({ idleLimitDays: 90 }));
    expect(assessment).toMatchObject({ verdict: "due", reauthBy: inDays(15) });
    expect(assessGrant({ ...grant, lastUsedAt: inDays(-10) }, now, policy({ idleLimitDays: 90 })).verdict).toBe(
      "healthy",
    );
    // The limit may be wrong; trying is the only way to know.
    expect(assessGrant(grant, now, policy({ idleLimitDays: 30 })).verdict).toBe("due");
  });

  test("a platform that renews its access token", () => {
    const traits = { presents: "access-token" } as const;
    const grant: Grant = { ...fresh, refreshToken: undefined };
    expect(assessGrant(grant, now, policy(traits))).toMatchObject({ verdict: "healthy", reauthBy: inDays(30) });
    expect(assessGrant({ ...grant, accessTokenExpiresAt: inDays(-1) }, now, policy(traits))).toMatchObject({
      verdict: "reauth-required",
      reason: "its access token ended on 2026-11-21, and an ended one cannot be renewed",
    });
  });

  test.each([
    ["far from its end", inDays(30), { verdict: "healthy", alert: false }],
    ["near its end", inDays(9.5), { verdict: "healthy", alert: true }],
    ["at its end", now, { verdict: "reauth-required" }],
    ["with an unknown end", undefined, { verdict: "unknown" }],
  ] as const)("only a human can renew, %s", (_, accessTokenExpiresAt, wanted) => {
    expect(assessGrant({ ...fresh, accessTokenExpiresAt }, now, policy(), false)).toMatchObject(wanted);
  });

  test("the countdown says how many days are left", () => {
    const { reason } = assessGrant({ ...fresh, accessTokenExpiresAt: inDays(9.5) }, now, policy(), false);
    expect(reason).toBe("its access token ends on 2026-12-02: 9 days left, and only a human can renew it");
  });

  test("a grant without a refresh token is in order only where there never is one", () => {
    const bare: Grant = { ...fresh, refreshToken: undefined };
    expect(assessGrant(bare, now, policy(), false).refreshable).toBe(false);
    expect(assessGrant({ ...bare, accessTokenExpiresAt: undefined }, now, policy(), false).refreshable).toBe(false);
    expect(assessGrant(bare, now, policy()).refreshable).toBeUndefined();
  });

  test("alerts below so many days: a whole fortnight is not below it, an hour later is", () => {
    const at = (left: number): boolean | undefined =>
      assessGrant({ ...fresh, accessTokenExpiresAt: inDays(left) }, now, policy(), false).alert;
    expect([at(14), at(14 - 30 / 86_400), at(14 - 1 / 24)]).toEqual([false, false, true]);
  });

  test("nothing to present", () => {
    const grant: Grant = { id: "crm", platform: "crm" };
    expect(assessGrant(grant, now, policy())).toEqual({ verdict: "reauth-required", reason: "no token is stored" });
    const half: Grant = { ...grant, accessToken: secret("at-1234567") };
    expect(assessGrant(half, now, policy())).toMatchObject({ verdict: "reauth-required" });
    expect(assessGrant({ ...half, accessTokenExpiresAt: inDays(3) }, now, policy())).toMatchObject({
      verdict: "healthy",
      alert: true,
    });
  });

  test("a reason is a fragment that fits into a sentence, whatever is stored", () => {
    const date = fc.option(fc.date({ min: new Date(0), max: new Date("2100-01-01"), noInvalidDate: true }), {
      nil: undefined,
    });
    fc.assert(
      fc.property(
        fc.record({
          accessTokenExpiresAt: date,
          refreshTokenExpiresAt: date,
          rotatedAt: date,
          lastUsedAt: date,
          refreshTokenEnd: fc.constantFrom("fixed", "slides", undefined),
          refreshToken: fc.constantFrom(undefined, secret("rt-1234567")),
          accessToken: fc.constantFrom(undefined, secret("at-1234567")),
        }),
        fc.constantFrom<Partial<RefresherTraits>>(
          {},
          { idleLimitDays: 90 },
          { cadence: "every-run" },
          { presents: "access-token" },
        ),
        fc.boolean(),
        (facts, traits, renewable) => {
          const { reason, reauthBy } = assessGrant({ ...fresh, ...facts }, now, policy(traits), renewable);
          expect(reason).toMatch(/^[a-z0-9][^\n]*[^.]$/);
          if (reauthBy !== undefined) expect(Number.isNaN(reauthBy.getTime())).toBe(false);
        },
      ),
    );
  });
});

test.each([
  [9, 9],
  [9.9, 9],
  [9 - 30 / 86_400, 9],
  [9 - 1 / 24, 8],
  [0.5, 0],
  [-3, 0],
])("daysUntil: %d days are %i", (left, days) => {
  expect(daysUntil(inDays(left), now)).toBe(days);
});

describe("decayOf", () => {
  const days = { warn: 60, page: 75, critical: 85 };
  const unused = (since: number): Grant => ({ ...fresh, rotatedAt: undefined, lastUsedAt: inDays(-since) });

  test.each([
    [59.9, undefined],
    [60, "warn"],
    [74.9, "warn"],
    [75, "page"],
    [85, "critical"],
    [120, "critical"],
  ])("after %d of 90 days: %s", (since, severity) => {
    const decay = decayOf(unused(since), { idleLimitDays: 90 }, days, now);
    expect(decay).toEqual({ severity, diesAt: inDays(90 - since) });
  });

  test("the days scale with the platform's limit", () => {
    expect(decayOf(unused(20), { idleLimitDays: 30 }, days, now)?.severity).toBe("warn");
    expect(decayOf(unused(85), { idleLimitDays: 180 }, days, now)?.severity).toBeUndefined();
  });

  test("a new consent starts the clock, and so does minting", () => {
    const grant = { ...unused(80), consentedAt: inDays(-1) };
    expect(decayOf(grant, { idleLimitDays: 90 }, days, now)).toEqual({ severity: undefined, diesAt: inDays(89) });
  });

  test("unknown where there is no limit, or no time", () => {
    expect(decayOf(fresh, {}, days, now)).toBeUndefined();
    expect(decayOf({ ...fresh, rotatedAt: undefined }, { idleLimitDays: 90 }, days, now)).toBeUndefined();
  });
});
