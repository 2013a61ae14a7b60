import fc from "fast-check";
import { expect, it } from "vitest";
import { secretIdOf } from "./secret-id.ts";

it.each([
  ["tiktok", "tokenward-tiktok"],
  ["tiktok/brand-a", "tokenward-tiktok_brand-a"],
  ["tiktok/Brand-a", "tokenward-tiktok_Brand-a"],
  ["tiktok/brand_a.b", "tokenward-tiktok_brand__a_db"],
])("%s is kept in %s", (grant, secret) => {
  expect(secretIdOf("tokenward", grant)).toBe(secret);
});

it("gives no two grants one secret, and only ids that Secret Manager takes", () => {
  const platform = fc.stringMatching(/^[a-d0-1][a-d0-1-]{0,4}$/);
  const account = fc.stringMatching(/^[a-dA-B][a-dA-B._-]{0,5}$/);
  const grant = fc.oneof(
    platform,
    fc.tuple(platform, account).map((parts) => parts.join("/")),
  );
  fc.assert(
    fc.property(grant, grant, (left, right) => {
      const [one, other] = [secretIdOf("p", left), secretIdOf("p", right)];
      expect(one).toMatch(/^[A-Za-z0-9_-]{1,255}$/);
      expect(one === other).toBe(left === right);
    }),
    { numRuns: 2000 },
  );
});

it("refuses what is no grant's name", () => {
  expect(() => secretIdOf("tokenward", "tiktok/../youtube")).toThrow(/ERR_CONFIG_GRANT_NAME|grant/);
});
