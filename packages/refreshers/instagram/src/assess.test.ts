import { secret, type Grant } from "@tokenward/core";
import { describe, expect, test } from "vitest";
import instagramPlugin, { instagram } from "./index.ts";
import { graphSentences } from "./sentences.ts";

const dayMs = 86_400_000;

describe("as data", () => {
  const now = new Date("2026-11-22T12:00:00Z");
  const refresher = instagram();
  const policy = { traits: refresher.traits, refreshAt: 0.8 };
  const stored: Grant = {
    id: "instagram",
    platform: "instagram",
    accessToken: secret("IGAAstored-token"),
    rotatedAt: new Date(now.getTime() - 7 * dayMs),
    accessTokenExpiresAt: new Date(now.getTime() + 53 * dayMs),
  };

  test("every run is a chance, from the 24th hour to the end", () => {
    expect(refresher.assess(stored, now, policy)).toMatchObject({ verdict: "due", would: "refresh" });
    const young = { ...stored, rotatedAt: new Date(now.getTime() - dayMs + 1) };
    const skipped = refresher.assess(young, now, policy);
    expect([skipped.verdict, skipped.alert]).toEqual(["skipped", undefined]);
    const ended = { ...stored, accessTokenExpiresAt: now };
    expect(refresher.assess(ended, now, policy)).toMatchObject({ verdict: "reauth-required", reauthBy: now });
    const unknown = { ...stored, accessTokenExpiresAt: undefined, rotatedAt: undefined };
    expect(refresher.assess(unknown, now, policy).verdict).toBe("due");
  });

  test("a token that renewals do not prolong is announced before it ends", () => {
    const end = new Date(now.getTime() + 6 * dayMs);
    const tired = { ...stored, accessTokenExpiresAt: end, lastUsedAt: stored.rotatedAt };
    const assessment = refresher.assess(tired, now, policy);
    expect(assessment).toMatchObject({ verdict: "due", alert: true, reauthBy: end });
    expect(assessment.reason).toBe(
      "its access token ends on 2026-11-28 although it was renewed on 2026-11-15: a new consent moves that",
    );
    // Never renewed here: the next run may well prolong it.
    expect(refresher.assess({ ...tired, lastUsedAt: undefined }, now, policy).alert).toBeUndefined();
    expect(refresher.assess({ ...stored, lastUsedAt: stored.rotatedAt }, now, policy).alert).toBeUndefined();
  });

  test("the end of data access is announced, and stops no renewal", () => {
    const end = new Date(now.getTime() + 3 * dayMs);
    const limited = { ...stored, attributes: { data_access_expires_at: end.toISOString() } };
    const soon = refresher.assess(limited, now, policy);
    expect(soon).toMatchObject({ verdict: "due", alert: true, reauthBy: end });
    expect(soon.reason).toContain("access to the account's data ends on 2026-11-25");
    expect(refresher.assess(limited, new Date(end.getTime() + dayMs), policy).reason).toContain("data ended");
    expect(refresher.assess(limited, now, { ...policy, alertBeforeDays: 2 }).alert).toBeUndefined();
  });

  test("the sentences are sentences, and tell codes apart", () => {
    const sentences = Object.values(graphSentences);
    expect(new Set(sentences).size).toBe(sentences.length);
    for (const sentence of sentences) expect(sentence).toMatch(/^[a-zM].*[^.]$/);
  });

  test("former names of permissions are the same", () => {
    expect(refresher.scopeAliases?.["business_basic"]).toBe("instagram_business_basic");
    expect(instagramPlugin).toBe(instagram);
  });

  test("what is wrong in the options is said", () => {
    expect(() => instagram({ login: "meta" as never })).toThrow("login: must be instagram or facebook");
    expect(() => instagram({ app_token: "plain" as never })).toThrow("app_token: must be");
    expect(() => instagram({ token_url: "http://example.com/x" })).toThrow("token_url: must begin with https://");
  });
});
