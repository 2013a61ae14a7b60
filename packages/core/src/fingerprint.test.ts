import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fingerprintOf, sameVersion } from "./fingerprint.ts";
import { secret } from "./secret.ts";

describe("fingerprintOf", () => {
  it("is the same everywhere, differs by target and by token, and shows nothing of the token", () => {
    const token = secret("rft.fingerprinted");
    expect(fingerprintOf("a#tiktok", token)).toBe(fingerprintOf("a#tiktok", secret("rft.fingerprinted")));
    expect(fingerprintOf("b#tiktok", token)).not.toBe(fingerprintOf("a#tiktok", token));
    expect(fingerprintOf("a#tiktok", secret("rft.other"))).not.toBe(fingerprintOf("a#tiktok", token));
    expect(fingerprintOf("a#tiktok", token)).toMatch(/^[\w-]{43}$/);
  });
});

describe("sameVersion", () => {
  const version = fc.record({
    generation: fc.option(fc.nat(3), { nil: undefined }),
    fingerprint: fc.option(fc.constantFrom("f1", "f2"), { nil: undefined }),
  });

  it("is symmetric", () => {
    fc.assert(fc.property(version, version, (left, right) => sameVersion(left, right) === sameVersion(right, left)));
  });

  it("tells a token that a human replaced by hand from the one that was there", () => {
    expect(sameVersion({ generation: 3, fingerprint: "f1" }, { generation: 3, fingerprint: "f2" })).toBe(false);
    expect(sameVersion({ fingerprint: "f1" }, { generation: 3, fingerprint: "f1" })).toBe(true);
    expect(sameVersion({ generation: 3 }, { generation: 4 })).toBe(false);
    expect(sameVersion({}, {})).toBe(false);
  });
});
