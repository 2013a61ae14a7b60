import { expect, test } from "vitest";
import type { Grant } from "./grant.ts";
import type { AssessPolicy, Assessment, Refresher } from "./refresher.ts";
import { withPlatform, withTraits } from "./traits.ts";

class Counting implements Refresher {
  readonly platform = "counting";
  readonly traits = { rotation: "sometimes", reuse: "strict", idleLimitDays: 90 } as const;
  #assessed = 0;

  assess(_grant: Grant, _now: Date, policy: AssessPolicy): Assessment {
    this.#assessed++;
    return { verdict: "due", reason: `${policy.traits.rotation} ${this.#assessed}` };
  }
}

const grant: Grant = { id: "counting", platform: "counting" };

test("replaces what is stated and keeps the rest", () => {
  const changed = withTraits(new Counting(), { rotation: "always", idleLimitDays: undefined });
  expect(changed.traits).toEqual({ rotation: "always", reuse: "strict", idleLimitDays: 90 });
});

test("leaves the original untouched, and returns it where nothing is stated", () => {
  const original = new Counting();
  withTraits(original, { rotation: "never" });
  expect(original.traits.rotation).toBe("sometimes");
  expect(withTraits(original, { reuse: undefined })).toBe(original);
});

test("works on a refresher with private members, and has exactly its abilities", () => {
  const changed = withTraits(new Counting(), { rotation: "never" });
  const policy = { traits: changed.traits, refreshAt: 0.8 };
  changed.assess(grant, new Date(0), policy);
  expect(changed.assess(grant, new Date(0), policy).reason).toBe("never 2");
  expect(changed.request).toBeUndefined();
  expect(changed.verify).toBeUndefined();
});

test("carries the name that a human gave the platform", () => {
  const original = new Counting();
  expect(withPlatform(original, "acme-crm")).toMatchObject({ platform: "acme-crm", traits: original.traits });
  expect(withPlatform(original, "counting")).toBe(original);
});
