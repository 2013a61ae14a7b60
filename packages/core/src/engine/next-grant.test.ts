import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { StoredGrant } from "../grant.ts";
import type { Exchanged, RefresherTraits } from "../refresher.ts";
import { secret } from "../secret.ts";
import { factsChanged, nextGrant } from "./next-grant.ts";

const traits: RefresherTraits = { rotation: "always", reuse: "strict" };
const start = new Date("2026-11-01T00:00:00Z");
const day = 86_400_000;
const after = (milliseconds: number): Date => new Date(start.getTime() + milliseconds);

const stored: StoredGrant = {
  id: "tiktok",
  platform: "tiktok",
  generation: 4,
  accessToken: secret("act.old-token"),
  accessTokenExpiresAt: after(7_200_000),
  refreshToken: secret("rft.old-token"),
  refreshTokenExpiresAt: after(180 * day),
  scopes: ["video.publish"],
  rotatedAt: start,
  attributes: { open_id: "o1" },
};

function next(exchanged: Partial<Exchanged>, receivedAt: Date, base: StoredGrant = stored): StoredGrant {
  return nextGrant("t", base, { kind: "exchanged", ...exchanged }, { sentAt: receivedAt, receivedAt }, traits, 5);
}

describe("nextGrant", () => {
  it("never lets an absent field wipe a stored one", () => {
    const fields = fc.record(
      {
        accessToken: fc.constant(secret("act.new-token")),
        refreshToken: fc.constant(secret("rft.new-token")),
        scopes: fc.constant(["a"]),
        attributes: fc.constant({ more: "x" }),
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(fields, (exchanged) => {
        const result = next(exchanged, after(day));
        expect(result.accessToken?.reveal()).toBe((exchanged.accessToken ?? stored.accessToken)?.reveal());
        expect(result.refreshToken?.reveal()).toBe((exchanged.refreshToken ?? stored.refreshToken)?.reveal());
        expect(result.scopes).toEqual(exchanged.scopes ?? stored.scopes);
        expect(result.attributes).toEqual({ ...stored.attributes, ...exchanged.attributes });
      }),
    );
  });

  it("does not give a new access token the old one's end", () => {
    expect(next({ accessToken: secret("act.new-token") }, after(day)).accessTokenExpiresAt).toBeUndefined();
  });

  it("does not give the old access token the end of one that was not in the answer", () => {
    const result = next({ refreshToken: secret("rft.new-token"), accessTokenExpiresAt: after(2 * day) }, after(day));
    expect(result.accessTokenExpiresAt).toEqual(stored.accessTokenExpiresAt);
  });

  it("notices whether the refresh token's end slides or stands", () => {
    const slid = next({ refreshTokenExpiresAt: after(181 * day) }, after(day));
    expect(slid.refreshTokenEnd).toBe("slides");
    const stood = next({ refreshTokenExpiresAt: after(180 * day - 1000) }, after(day));
    expect(stood.refreshTokenEnd).toBe("fixed");
  });

  it("does not call an end fixed when too little time went by to see it move", () => {
    const result = next({ refreshTokenExpiresAt: after(180 * day + 10_000) }, after(10_000));
    expect(result.refreshTokenEnd).toBeUndefined();
  });

  it("keeps a fixed end for a new refresh token whose end is not stated, and forgets a sliding one", () => {
    const fixed = next({ refreshToken: secret("rft.new-token") }, after(day), { ...stored, refreshTokenEnd: "fixed" });
    expect(fixed.refreshTokenExpiresAt).toEqual(stored.refreshTokenExpiresAt);
    const unknown = next({ refreshToken: secret("rft.new-token") }, after(day));
    expect(unknown.refreshTokenExpiresAt).toBeUndefined();
  });

  it("clears the claim and moves the fingerprint with the token", () => {
    const rotated = next({ refreshToken: secret("rft.new-token") }, after(day));
    expect(rotated.claim).toBeUndefined();
    expect(rotated.fingerprint).not.toBe(next({}, after(day)).fingerprint);
  });
});

describe("factsChanged", () => {
  it("ignores a mere access token, and sees a new end of the refresh token", () => {
    expect(factsChanged(stored, { ...stored, accessToken: secret("act.minted") })).toBe(false);
    expect(factsChanged(stored, { ...stored, refreshTokenExpiresAt: after(7 * day) })).toBe(true);
  });
});
