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

  test("an end that renewals do not move is announced before it comes", () => {
    const end = new Date(now.getTime() + 6 * dayMs);
    const tired = { ...stored, accessTokenExpiresAt: end, attributes: { renewal_moved_end: "no" } };
    const assessment = refresher.assess(tired, now, policy);
    expect(assessment).toMatchObject({ verdict: "due", alert: true, reauthBy: end });
    expect(assessment.reason).toBe(
      "its access token ends on 2026-11-28, and its last renewal did not move that: only a new consent does",
    );
    const far = { ...tired, accessTokenExpiresAt: stored.accessTokenExpiresAt };
    expect(refresher.assess(far, now, policy).alert).toBeUndefined();
    // Never renewed, or moved the last time: the next run may well prolong it.
    for (const attributes of [undefined, { renewal_moved_end: "yes" }]) {
      expect(refresher.assess({ ...tired, attributes }, now, policy).alert).toBeUndefined();
    }
  });

  test.each([
    ["a week on", 7 * dayMs, 60 * dayMs, "yes"],
    ["without a gain", 7 * dayMs, 53 * dayMs, "no"],
    ["right after another renewal", 60_000, 53 * dayMs, undefined],
  ])("a renewal %s is noted for what it gained", (_, ageMs, lifeMs, expected) => {
    const grant = { ...stored, rotatedAt: new Date(now.getTime() - ageMs) };
    const body = JSON.stringify({ access_token: "IGAArenewed-token", expires_in: lifeMs / 1_000 });
    const answer = { status: 200, headers: {}, body: Buffer.from(body), truncated: false, receivedAt: now };
    const read = refresher.interpret!(answer, grant, now);
    expect(read.kind === "exchanged" ? read.attributes?.["renewal_moved_end"] : read).toBe(expected);
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
