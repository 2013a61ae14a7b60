import { inspect } from "node:util";
import { describe, expect, it } from "vitest";
import { decodeGrant, encodeGrant } from "./grant-record.ts";
import type { StoredGrant } from "./grant.ts";
import { secret } from "./secret.ts";

const grant: StoredGrant = {
  id: "podium/acme-rv",
  platform: "podium",
  account: "acme-rv",
  generation: 7,
  fingerprint: "fp",
  accessToken: secret("act.recorded"),
  accessTokenExpiresAt: new Date("2026-11-22T10:00:00Z"),
  refreshToken: secret("rft.recorded"),
  refreshTokenEnd: "slides",
  scopes: ["read_contacts"],
  rotatedAt: new Date("2026-11-22T08:00:00Z"),
  attributes: { open_id: "o" },
  claim: {
    id: "i1",
    version: { generation: 7, fingerprint: "fp" },
    host: "h",
    run: "r",
    at: new Date("2026-11-22T08:00:00Z"),
    deadline: new Date("2026-11-22T08:01:30Z"),
    attempt: 1,
  },
};

describe("grant records", () => {
  it("come back as they were written", () => {
    const back = decodeGrant("podium/acme-rv", encodeGrant(grant));
    expect(back.refreshToken?.reveal()).toBe("rft.recorded");
    expect(encodeGrant(back)).toBe(encodeGrant(grant));
  });

  it("are refused without a word of their text when they are damaged", () => {
    for (const damaged of ['{"v":1,"refresh_token":"rft.damaged-secret', "[]", '"rft.damaged-secret"', '{"v":2}']) {
      let thrown: unknown;
      try {
        decodeGrant("tiktok", damaged);
      } catch (error) {
        thrown = error;
      }
      expect(thrown).toBeInstanceOf(Error);
      expect(inspect(thrown, { depth: Infinity, showHidden: true })).not.toContain("damaged-secret");
    }
  });
});
