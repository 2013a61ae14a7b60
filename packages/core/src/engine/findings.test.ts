import { describe, expect, test } from "vitest";
import { sight } from "../alerts/sight.ts";
import { TokenwardError } from "../errors/error.ts";
import type { StoredGrant } from "../grant.ts";
import type { GrantPlan } from "../plan.ts";
import type { Assessment } from "../refresher.ts";
import { secret } from "../secret.ts";
import type { Finding, Trouble } from "../alerts/finding.ts";
import { findingsOf } from "./findings.ts";
import { failedWith, type Outcome } from "./outcome.ts";
import { checkScopes, statusOf } from "./status-of.ts";

const now = new Date("2026-11-26T10:00:00Z");
const days = (count: number): Date => new Date(now.getTime() + count * 86_400_000);

const plan: GrantPlan = {
  id: "podium/acme",
  refresher: {
    platform: "podium",
    displayName: "Podium",
    traits: { rotation: "sometimes", reuse: "strict", idleLimitDays: 90 },
    requiredScopes: ["messages"],
    assess: (): Assessment => ({ verdict: "due", reason: "it is due" }),
  },
  client: { id: "app", secrets: [] },
  writeBack: {} as never,
  writeBackName: "gitlab",
};

const grant: StoredGrant = {
  id: plan.id,
  platform: "podium",
  account: "acme",
  generation: 3,
  refreshToken: secret("refresh-token-of-this-test"),
  scopes: ["messages"],
  lastUsedAt: now,
};

function found(outcome: Outcome, of: GrantPlan = plan): readonly Finding[] {
  const status = checkScopes(of, outcome, statusOf(of, outcome, now));
  return findingsOf(of, outcome, status, now);
}

function troubles(outcome: Outcome, of: GrantPlan = plan): readonly Trouble[] {
  return found(outcome, of).filter((finding) => finding.kind === "trouble");
}

const brief = (all: readonly Trouble[]): readonly string[] =>
  all.map(({ condition, severity, summary }) => `${severity} ${condition}: ${summary}`);

const down = (lastUsedAt: Date): Outcome =>
  failedWith(
    new TokenwardError("ERR_AUTH_PLATFORM_UNAVAILABLE", { grant: plan.id, platform: "podium", reason: "503" }),
    "transient",
    {
      grant: { ...grant, lastUsedAt },
    },
  );

describe("decay", () => {
  test("is told of a grant whose refresh failed, by the days of its idle limit, with the day of its death and the command", () => {
    expect(brief(troubles(down(days(-59))))).toEqual([
      "warn refresh-failed: Podium (acme) could not be refreshed: Podium has a problem of its own",
    ]);
    const told = (age: number): Trouble | undefined =>
      troubles(down(days(-age))).find(({ condition }) => condition === "decay");
    expect([60, 74, 75, 84, 85, 89].map((age) => told(age)?.severity)).toEqual([
      "warn",
      "warn",
      "page",
      "page",
      "critical",
      "critical",
    ]);
    expect(told(76)).toMatchObject({
      summary: "Podium (acme) refresh token dies unused on 2026-12-10",
      command: "tokenward auth podium/acme",
    });
  });

  test("scales with the platform's limit", () => {
    const short = {
      ...plan,
      refresher: { ...plan.refresher, traits: { ...plan.refresher.traits, idleLimitDays: 30 } },
    };
    const severity = (age: number) =>
      troubles(down(days(-age)), short).find(({ condition }) => condition === "decay")?.severity;
    expect([19, 20, 25, 28.5].map((age) => severity(age))).toEqual([undefined, "warn", "page", "critical"]);
  });

  test("is over as soon as a refresh works, and nothing to a grant that is dead already", () => {
    const refreshed: Outcome = { action: "rotated", detail: "Saved.", grant, refreshedAt: now };
    expect(found(refreshed).find(({ condition }) => condition === "decay")).toMatchObject({
      kind: "clear",
      provenAt: now,
    });
    const dead = failedWith(new TokenwardError("ERR_AUTH_REAUTH_REQUIRED", { grant: plan.id, reason: "x" }), "reauth", {
      grant: { ...grant, lastUsedAt: days(-80) },
    });
    expect(brief(troubles(dead))).toEqual(["critical reauth-due: Podium (acme) needs a new consent"]);
  });
});

describe("a failure", () => {
  const of = (code: TokenwardError["code"], failure: Outcome["class"]) =>
    brief(
      troubles(
        failedWith(new TokenwardError(code, { grant: plan.id, platform: "podium" }), failure as never, { grant }),
      ),
    )[0];

  test.each([
    [
      "ERR_AUTH_NOT_REACHED",
      "transient",
      "warn refresh-failed: Podium (acme) could not be refreshed: Podium could not be reached",
    ],
    [
      "ERR_AUTH_THROTTLED",
      "throttled",
      "warn refresh-failed: Podium (acme) could not be refreshed: Podium asks for patience",
    ],
    [
      "ERR_AUTH_CLIENT_REJECTED",
      "client",
      "page refresh-failed: Podium (acme) could not be refreshed: Podium rejected the client",
    ],
    [
      "ERR_AUTH_IN_DOUBT",
      "in-doubt",
      "page in-doubt: Podium (acme) is in doubt: its token was sent, and no usable answer came",
    ],
    ["ERR_AUTH_CLAIMED", "in-doubt", "page cloned-grant: Podium (acme) is refreshed by another machine, too"],
    ["ERR_AUTH_REPLAYED", "refused", "page cloned-grant: Podium (acme) is refreshed by another machine, too"],
    [
      "ERR_WRITEBACK_UNWRITABLE",
      "write-back",
      "page write-back-failed: Podium (acme) cannot be kept in its write-back",
    ],
    ["ERR_WRITEBACK_NOT_DURABLE", "refused", "page write-back-failed: Podium (acme) cannot be kept in its write-back"],
    ["ERR_AUTH_LEASE_BUSY", "lease", "warn refresh-failed: Podium (acme) was not refreshed: another process holds it"],
    [
      "ERR_STATE_CORRUPT",
      "refused",
      "page state-lost: This machine's memory of its grants cannot be used, so nothing is refreshed",
    ],
  ] as const)("%s is told as its condition", (code, failure, wanted) => expect(of(code, failure)).toBe(wanted));

  test("of a platform or a store has the same cause for all its grants; of a client, for all of that client", () => {
    const cause = (
      code: TokenwardError["code"],
      failure: "transient" | "client" | "write-back",
      id: string,
      client = "app",
    ) => {
      const other = { ...plan, id, client: { id: client, secrets: [] } };
      return troubles(failedWith(new TokenwardError(code, { grant: id }), failure, { grant }), other)[0]?.cause;
    };
    expect(cause("ERR_AUTH_NOT_REACHED", "transient", "podium/a")).toEqual(
      cause("ERR_AUTH_PLATFORM_UNAVAILABLE", "transient", "podium/b"),
    );
    expect(cause("ERR_AUTH_CLIENT_REJECTED", "client", "podium/a")?.key).not.toBe(
      cause("ERR_AUTH_CLIENT_REJECTED", "client", "podium/b", "other")?.key,
    );
    expect(cause("ERR_WRITEBACK_UNWRITABLE", "write-back", "tiktok")).toEqual(
      cause("ERR_WRITEBACK_UNWRITABLE", "write-back", "podium/b"),
    );
  });
});

describe("an end that comes near", () => {
  const near = (changes: Partial<Assessment>, end: Date, more: Partial<StoredGrant> = {}): readonly string[] =>
    brief(
      troubles({
        action: "healthy",
        detail: "It ends.",
        grant: { ...grant, ...more },
        assessment: { verdict: "healthy", reason: "", alert: true, reauthBy: end, ...changes },
      }),
    );

  test("becomes urgent in its last days", () => {
    expect(near({ refreshable: false }, days(9))).toEqual(["warn reauth-due: Podium (acme) token expires in 9 days"]);
    expect(near({ refreshable: false }, days(3))).toEqual(["page reauth-due: Podium (acme) token expires in 3 days"]);
    expect(near({ refreshable: false }, days(0.5))).toEqual(["page reauth-due: Podium (acme) token expires today"]);
  });

  test("of a token that is renewed all the same is another condition, and one that nobody knows a third", () => {
    const end = days(5);
    expect(near({}, end, { refreshTokenExpiresAt: end })).toEqual([
      "warn refresh-token-ends: Podium (acme) refresh token expires in 5 days",
    ]);
    expect(near({}, end)).toEqual(["warn refresh-token-ends: Podium (acme) consent ends in 5 days"]);
    expect(near({ verdict: "unknown", refreshable: false }, end)).toEqual([
      "warn expiry-unknown: Podium (acme) token expires on a day that nobody knows",
    ]);
  });

  test("is over when the facts say so", () => {
    const well: Outcome = { action: "healthy", detail: "", grant, assessment: { verdict: "healthy", reason: "" } };
    const clear = found(well)
      .filter(({ kind }) => kind === "clear")
      .map(({ condition }) => condition);
    expect(clear).toEqual(
      expect.arrayContaining(["reauth-due", "refresh-token-ends", "expiry-unknown", "scope-drift", "decay"]),
    );
  });
});

test("missing scopes are told while the token is served, and only looked at where they are known", () => {
  const drifted: Outcome = {
    action: "rotated",
    detail: "",
    grant: { ...grant, scopes: ["contacts"] },
    refreshedAt: now,
  };
  expect(troubles(drifted)).toMatchObject([
    {
      condition: "scope-drift",
      severity: "page",
      command: "tokenward auth podium/acme",
      summary: "Podium (acme) lacks required scopes",
    },
  ]);
  expect(found(down(now)).some(({ condition }) => condition === "scope-drift")).toBe(false);
});

test("a refresh before an incident is no proof that it is over, one after it is", () => {
  const opened = sight(undefined, troubles(down(days(-1)))[0] as Trouble, "x", now);
  const proof = (refreshedAt: Date) => {
    const outcome: Outcome = { action: "healthy", detail: "", grant: { ...grant, lastUsedAt: undefined }, refreshedAt };
    const clear = found(outcome).find(({ condition }) => condition === "refresh-failed") as Finding;
    return sight(opened, clear, "x", days(1))?.resolvedAt;
  };
  expect(proof(days(-0.5))).toBeUndefined();
  expect(proof(days(0.5))).toEqual(days(1));
});

test("settling what an earlier run had left open is proof, however long ago the platform answered", () => {
  const unsaved = failedWith(new TokenwardError("ERR_WRITEBACK_SAVE_FAILED", { grant: plan.id }), "write-back", {
    grant,
  });
  const opened = sight(undefined, troubles(unsaved)[0] as Trouble, "x", now);
  const delivered: Outcome = {
    action: "healthy",
    detail: "",
    grant,
    refreshedAt: days(-1),
    settledAt: days(0.5),
  };
  const clear = found(delivered).find(({ condition }) => condition === "write-back-failed") as Finding;
  expect(sight(opened, clear, "x", days(1))?.resolvedAt).toEqual(days(1));
});

test("a machine that remembers nothing of what it keeps says so beside everything else", () => {
  const outcome: Outcome = { action: "rotated", detail: "", grant, refreshedAt: now, memoryLost: true };
  expect(brief(troubles(outcome))).toEqual(["warn state-lost: This machine remembers nothing of grants that it keeps"]);
});
