import { inspect } from "node:util";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readEnvironmentGrant } from "./environment-seed.ts";
import { TokenwardError } from "./errors/error.ts";

function refusalOf(env: Record<string, string>): TokenwardError {
  try {
    readEnvironmentGrant("tiktok", env);
  } catch (error) {
    if (TokenwardError.is(error)) return error;
  }
  throw new Error("nothing was refused");
}

describe("readEnvironmentGrant", () => {
  it("reads everything under the grant's own names", () => {
    const grant = readEnvironmentGrant("tiktok/brand-a", {
      TIKTOK_BRAND_A_ACCESS_TOKEN: " act.example\n",
      TIKTOK_BRAND_A_REFRESH_TOKEN: "rft.example",
      TIKTOK_BRAND_A_ACCESS_TOKEN_EXPIRES_AT: "2026-12-24T01:00:00+01:00",
      TIKTOK_BRAND_A_REFRESH_TOKEN_EXPIRES_AT: "1798070400",
      TIKTOK_BRAND_A_SCOPE: "video.publish, user.info.basic",
      TIKTOK_REFRESH_TOKEN: "of another grant",
    });
    expect(grant).toMatchObject({
      id: "tiktok/brand-a",
      platform: "tiktok",
      account: "brand-a",
      generation: 0,
      accessTokenExpiresAt: new Date("2026-12-24T00:00:00Z"),
      refreshTokenExpiresAt: new Date("2026-12-24T00:00:00Z"),
      scopes: ["video.publish", "user.info.basic"],
    });
    expect(grant?.accessToken?.reveal()).toBe("act.example");
    expect(grant?.refreshToken?.reveal()).toBe("rft.example");
  });

  it("takes another prefix", () => {
    expect(readEnvironmentGrant("tiktok", { TT_REFRESH_TOKEN: "rft.example" }, "TT")?.refreshToken?.reveal()).toBe(
      "rft.example",
    );
  });

  it("seeds nothing without a token, also when one is set to nothing", () => {
    expect(readEnvironmentGrant("tiktok", {})).toBeUndefined();
    expect(readEnvironmentGrant("tiktok", { TIKTOK_REFRESH_TOKEN: "  \n", TIKTOK_SCOPE: "a" })).toBeUndefined();
    expect(readEnvironmentGrant("tiktok", { TIKTOK_ACCESS_TOKEN_EXPIRES_AT: "rubbish" })).toBeUndefined();
  });

  it("leaves absent what is not stated", () => {
    const grant = readEnvironmentGrant("tiktok", { TIKTOK_REFRESH_TOKEN: "rft.example" });
    expect(grant?.scopes).toBeUndefined();
    expect(grant?.accessToken).toBeUndefined();
    expect(grant?.refreshTokenExpiresAt).toBeUndefined();
  });

  it.each(["rft.one\nrft.two", "rft one", "rft\u0000one", '"rft.quoted"', "${RFT_UNFILLED}", "$RFT_UNFILLED"])(
    "refuses the token %j without showing it",
    (value) => {
      const error = refusalOf({ TIKTOK_REFRESH_TOKEN: value });
      expect(error.code).toBe("ERR_CONFIG_SEED");
      expect(error.message).toContain("TIKTOK_REFRESH_TOKEN");
      expect(inspect(error, { depth: 9 })).not.toContain(value);
    },
  );

  it.each(["tomorrow", "86400", "1798070400000", "2026-13-01T00:00:00Z", "2026-12-24T00:00:00", "NaN", "-1"])(
    "refuses the time %j",
    (value) => {
      const error = refusalOf({ TIKTOK_REFRESH_TOKEN: "rft.example", TIKTOK_REFRESH_TOKEN_EXPIRES_AT: value });
      expect(error.message).toContain("TIKTOK_REFRESH_TOKEN_EXPIRES_AT");
      expect(error.message).not.toContain(value);
    },
  );

  it("never shows a value, and never gives a token that cannot be put into a header", () => {
    fc.assert(
      fc.property(fc.string({ minLength: 12, unit: "binary" }), (value) => {
        try {
          const token = readEnvironmentGrant("tiktok", { TIKTOK_REFRESH_TOKEN: value })?.refreshToken?.reveal();
          expect(token ?? "").toBe(value.trim());
          expect(token ?? "").not.toMatch(/[\r\n\0]/);
        } catch (error) {
          if (!TokenwardError.is(error)) throw error;
          expect(error.message).not.toContain(value);
        }
      }),
    );
  });
});
