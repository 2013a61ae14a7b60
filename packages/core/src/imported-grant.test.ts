import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { TokenwardError } from "./errors/error.ts";
import { readImportedGrant } from "./imported-grant.ts";

const now = new Date("2026-11-22T12:00:00Z");

function read(document: unknown): ReturnType<typeof readImportedGrant> {
  return readImportedGrant(JSON.stringify(document), "tiktok", now);
}

function refusal(text: string): TokenwardError {
  try {
    readImportedGrant(text, "tiktok", now);
  } catch (error) {
    if (TokenwardError.is(error)) return error;
    throw error;
  }
  throw new Error("it was accepted");
}

describe("readImportedGrant", () => {
  it("reads a platform's answer as it came", () => {
    const imported = read({
      access_token: "act.sentinel",
      refresh_token: "rft.sentinel",
      expires_in: 86_400,
      refresh_expires_in: "31536000",
      scope: "user.info.basic,video.publish",
      token_type: "Bearer",
      open_id: "723f24d7",
    });
    expect(imported.accessToken?.reveal()).toBe("act.sentinel");
    expect(imported.refreshToken?.reveal()).toBe("rft.sentinel");
    expect(imported.accessTokenExpiresAt).toEqual(new Date("2026-11-23T12:00:00Z"));
    expect(imported.refreshTokenExpiresAt).toEqual(new Date("2027-11-22T12:00:00Z"));
    expect(imported.scopes).toEqual(["user.info.basic", "video.publish"]);
  });

  it("counts lifetimes from rotated_at, and prefers absolute times", () => {
    const imported = read({
      access_token: "act.sentinel",
      rotated_at: "2026-11-20T12:00:00Z",
      expires_in: 3600,
      refresh_token_expires_in: 60,
      refresh_token_expires_at: "2027-01-01T00:00:00+02:00",
    });
    expect(imported.accessTokenExpiresAt).toEqual(new Date("2026-11-20T13:00:00Z"));
    expect(imported.refreshTokenExpiresAt).toEqual(new Date("2026-12-31T22:00:00Z"));
  });

  it("leaves what was not said unknown", () => {
    const imported = read({ refresh_token: "rft.sentinel", refresh_expires_in: 0, scope: null });
    expect(imported).toMatchObject({ accessTokenExpiresAt: undefined, refreshTokenExpiresAt: undefined });
    expect(imported.scopes).toBeUndefined();
  });

  it.each([
    ["", "empty"],
    ["rft.sentinel", "not valid JSON"],
    ['["rft.sentinel"]', "not one JSON object"],
    ["{}", "neither"],
    ['{"refresh_token":""}', "is empty"],
    ['{"refresh_token":"rft.sentinel\\n"}', "printable"],
    ['{"refresh_token":12}', "printable"],
    ['{"refreshToken":"rft.sentinel"}', "spelled `refresh_token`"],
    ['{"access_token":"act.sentinel","expires_in":1e12}', "seconds"],
    ['{"access_token":"act.sentinel","expires_in":"soon"}', "seconds"],
    ['{"access_token":"act.sentinel","access_token_expires_at":"tomorrow"}', "RFC 3339"],
    ['{"access_token":"act.sentinel","rotated_at":"2030-01-01T00:00:00Z"}', "future"],
    ['{"access_token":"act.sentinel","scope":7}', "scope"],
  ])("refuses %s", (text, reason) => {
    const error = refusal(text);
    expect(error.code).toBe("ERR_AUTH_IMPORT_INVALID");
    expect(error.message).toContain(reason);
    expect(error.message).not.toContain("sentinel");
  });

  it("never throws anything else, whatever it is given", () => {
    const values = fc.oneof(fc.string(), fc.double(), fc.constant(null), fc.array(fc.string()), fc.object());
    const keys = fc.constantFrom("refresh_token", "access_token", "expires_in", "rotated_at", "scope", "__proto__");
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.dictionary(keys, values).map((record) => JSON.stringify(record)),
        ),
        (text) => {
          try {
            const imported = readImportedGrant(text, "tiktok", now);
            const tokens = [imported.refreshToken, imported.accessToken].filter((token) => token !== undefined);
            expect(tokens.length).toBeGreaterThan(0);
            for (const token of tokens) expect(token.reveal()).not.toBe("");
          } catch (error) {
            if (!TokenwardError.is(error)) throw error;
          }
        },
      ),
    );
  });
});
