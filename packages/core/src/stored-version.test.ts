import { describe, expect, it } from "vitest";
import { fingerprintOf } from "./fingerprint.ts";
import type { StoredGrant } from "./grant.ts";
import { secret } from "./secret.ts";
import { holdsVersion, likeness } from "./stored-version.ts";

const token = secret("rt.stored-version");
const print = fingerprintOf("t", token);
const stored: StoredGrant = { id: "x", platform: "x", generation: 3, refreshToken: token };

describe("holdsVersion", () => {
  it("takes nothing stored, a claim alone and a tombstone for generation 0", () => {
    expect(holdsVersion(undefined, { generation: 0 }, "t")).toBe(true);
    expect(holdsVersion({ id: "x", platform: "x", generation: 0 }, { generation: 0, fingerprint: "seed" }, "t")).toBe(
      true,
    );
    const tombstone = { id: "x", platform: "x", generation: 4, retired: { at: new Date() } };
    expect(holdsVersion(tombstone, { generation: 0 }, "t")).toBe(true);
    expect(holdsVersion(tombstone, { generation: 4 }, "t")).toBe(true);
    expect(holdsVersion(tombstone, { generation: 3, fingerprint: print }, "t")).toBe(false);
  });

  it("wants the generation and the token that is there", () => {
    expect(holdsVersion(stored, { generation: 3, fingerprint: print }, "t")).toBe(true);
    expect(holdsVersion(stored, { fingerprint: print }, "t")).toBe(true);
    expect(holdsVersion({ ...stored, generation: undefined }, { fingerprint: print }, "t")).toBe(true);
    expect(holdsVersion(stored, { generation: 3 }, "t")).toBe(true);
    expect(holdsVersion(stored, { generation: 2, fingerprint: print }, "t")).toBe(false);
    expect(holdsVersion(stored, { generation: 3, fingerprint: print }, "elsewhere")).toBe(false);
    expect(holdsVersion(stored, { generation: 0 }, "t")).toBe(false);
    expect(holdsVersion(undefined, { generation: 3, fingerprint: print }, "t")).toBe(false);
  });
});

describe("likeness", () => {
  it("tells a repeated save from other facts, and from other tokens", () => {
    const claim = { id: "i", version: {}, host: "h", run: "r", at: new Date(0), deadline: new Date(1), attempt: 1 };
    expect(likeness({ ...stored, claim }, stored)).toBe("same");
    expect(likeness(stored, { ...stored, scopes: ["a"] })).toBe("same tokens");
    expect(likeness(stored, { ...stored, refreshToken: secret("rt.another") })).toBe("other");
    expect(likeness(stored, { ...stored, generation: 4 })).toBe("other");
    expect(likeness(undefined, stored)).toBe("other");
    expect(likeness({ ...stored, retired: { at: new Date(0) } }, stored)).toBe("other");
  });
});

it("takes a token beside generation 0 for a human's, and only a claim that stands alone for nothing", () => {
  const bare = { id: "tiktok", platform: "tiktok", generation: 0 };
  const intent = { id: "i", version: {}, host: "h", run: "r", at: new Date(0), deadline: new Date(1), attempt: 1 };
  expect(holdsVersion({ ...bare, claim: intent }, { generation: 0 }, "t")).toBe(true);
  const refreshToken = secret("rft.by-hand");
  const byHand = { ...bare, refreshToken };
  expect(holdsVersion(byHand, { generation: 0, fingerprint: fingerprintOf("t", refreshToken) }, "t")).toBe(true);
  expect(holdsVersion(byHand, { generation: 0, fingerprint: "another" }, "t")).toBe(false);
  expect(holdsVersion(byHand, { generation: 1, fingerprint: "another" }, "t")).toBe(false);
  expect(holdsVersion(byHand, { generation: 0 }, "t")).toBe(false);
});
