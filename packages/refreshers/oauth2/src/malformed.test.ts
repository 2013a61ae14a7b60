import { secret, type Grant } from "@tokenward/core";
import { malformedAnswers, renderAnswer } from "@tokenward/testing";
import { describe, expect, test } from "vitest";
import { oauth2 } from "./index.ts";

const now = new Date("2026-11-22T12:00:00Z");
const grant: Grant = {
  id: "crm",
  platform: "crm",
  accessToken: secret("at-old-1111"),
  refreshToken: secret("rt-old-1111"),
};
const tokens = {
  access_token: "at.new~2222+/=",
  refresh_token: "rt.new~2222+/=&%",
  expires_in: 3600,
  scope: "contacts.read contacts.write",
};
const refresher = oauth2({ token_url: "https://crm.example/token" });

test("there are many, and no two have one name", () => {
  expect(malformedAnswers.length).toBeGreaterThanOrEqual(80);
  expect(new Set(malformedAnswers.map(({ name }) => name)).size).toBe(malformedAnswers.length);
});

describe("malformed answers", () => {
  test.each(malformedAnswers.map((malformed) => [malformed.name, malformed] as const))("%s", (_, malformed) => {
    const read = refresher.interpret!(renderAnswer(malformed, tokens, now), grant, now);
    const { expect: wanted } = malformed;
    if (wanted.refused !== undefined) {
      expect(read).toMatchObject({ kind: "refused", class: wanted.refused });
      return;
    }
    if (read.kind === "refused") throw new Error(`refused: ${read.class}, ${read.detail}`);
    expect(read.refreshToken?.reveal()).toBe(wanted.refreshToken === "saved" ? tokens.refresh_token : undefined);
    expect(read.accessToken?.reveal()).toBe(wanted.accessToken === "saved" ? tokens.access_token : undefined);
    expect(read.malformed !== undefined, read.malformed).toBe(wanted.complaint);
    expect(JSON.stringify(read.malformed ?? "")).not.toContain("2222");
    if (wanted.lifetime !== undefined)
      expect(read.accessTokenExpiresAt !== undefined).toBe(wanted.lifetime === "known");
    for (const date of [read.accessTokenExpiresAt, read.refreshTokenExpiresAt]) {
      if (date !== undefined) expect(Number.isNaN(date.getTime())).toBe(false);
    }
  });
});
