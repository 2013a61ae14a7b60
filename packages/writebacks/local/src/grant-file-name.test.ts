import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { grantFileName } from "./grant-file-name.ts";

const platform = fc.stringMatching(/^[a-z0-9][a-z0-9-]{0,20}$/);
const account = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9._-]{0,250}$/);
const grant = fc.oneof(
  platform,
  fc.tuple(platform, account).map(([name, of]) => `${name}/${of}`),
  // Close neighbours, where two names would meet first.
  fc.stringMatching(/^a(\/[aA][aA.+_-]{0,3})?$/).filter((id) => !/[+]/.test(id)),
);

describe("grantFileName", () => {
  it("reads like the grant", () => {
    expect(grantFileName("tiktok")).toBe("tiktok.age");
    expect(grantFileName("tiktok/brand-a")).toBe("tiktok.brand-a.age");
    expect(grantFileName("podium/Acme.RV")).toBe("podium.+acme.+r+v.age");
    expect(grantFileName("con")).toBe("_con.age");
  });

  it("gives every grant its own name, also where the file system ignores case", () => {
    fc.assert(
      fc.property(grant, grant, (one, other) => {
        fc.pre(one !== other);
        expect(grantFileName(one).toLowerCase()).not.toBe(grantFileName(other).toLowerCase());
      }),
      { numRuns: 2_000 },
    );
  });

  it("fits every file system and leaves its folder never", () => {
    fc.assert(
      fc.property(grant, (id) => {
        expect(grantFileName(id)).toMatch(/^[a-z0-9_][a-z0-9._+~-]*\.age$/);
        expect(grantFileName(id).length).toBeLessThan(200);
        expect(grantFileName(id)).not.toMatch(/^(?:con|prn|aux|nul|com\d|lpt\d)\./);
      }),
    );
  });
});
