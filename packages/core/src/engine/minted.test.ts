import { describe, expect, it } from "vitest";
import { fingerprintOf } from "../fingerprint.ts";
import type { StoredGrant } from "../grant.ts";
import { secret } from "../secret.ts";
import { withMinted } from "./minted.ts";
import type { Found } from "./stored.ts";

const stored: StoredGrant = {
  id: "youtube",
  platform: "youtube",
  generation: 1,
  accessToken: secret("at.imported"),
  refreshToken: secret("rt.stays-the-same"),
  rotatedAt: new Date("2026-11-22T10:00:00Z"),
};
const found: Found = {
  grant: stored,
  version: { generation: 1 },
  fingerprint: fingerprintOf("t", secret("rt.stays-the-same")),
  stored: true,
};
const minted: StoredGrant = {
  ...stored,
  accessToken: secret("at.minted"),
  rotatedAt: new Date("2026-11-22T11:00:00Z"),
};

describe("withMinted", () => {
  it("takes the younger access token of the same grant, and leaves the version that a save names", () => {
    const fresh = withMinted(found, minted, "t", {});
    expect(fresh.grant.accessToken?.reveal()).toBe("at.minted");
    expect(fresh.version).toEqual(found.version);
  });

  it("takes the access token that the place does not keep, if it is of the same exchange", () => {
    const { accessToken: _kept, ...alone } = stored;
    expect(withMinted({ ...found, grant: alone }, stored, "t", {}).grant.accessToken?.reveal()).toBe("at.imported");
    const newer = { ...alone, rotatedAt: minted.rotatedAt };
    expect(withMinted({ ...found, grant: newer }, stored, "t", {}).grant.accessToken).toBeUndefined();
  });

  it("takes nothing that is older, or that belongs to another consent", () => {
    expect(withMinted({ ...found, grant: minted }, stored, "t", {}).grant).toBe(minted);
    const another = { ...minted, refreshToken: secret("rt.of-a-new-consent") };
    expect(withMinted(found, another, "t", {})).toBe(found);
    expect(withMinted(found, undefined, "t", {})).toBe(found);
  });
});
