import * as fc from "fast-check";
import { expect, test } from "vitest";
import { exchange, judge, newFamily, withOverrides, type Family } from "./family.ts";
import { zeroCounts } from "./ledger.ts";
import type { TokenPolicy } from "./platform.ts";
import { oauth2Platform } from "./platforms/oauth2.ts";

const dialect = oauth2Platform();

function family(policy: Partial<TokenPolicy>): Family {
  const mounted = {
    dialect,
    policy: dialect.policy,
    settings: {},
    clients: new Map(),
    counts: zeroCounts(),
    consents: 1,
  };
  const account = { name: "account-1", id: "1" };
  const facts = { index: 1, mounted, account, clientId: "c", scopes: [], settings: undefined };
  return newFamily({ ...facts, policy: withOverrides(dialect.policy, policy) }, 0);
}

// A step presents the token of so many generations ago, after so many seconds.
const steps = fc.array(fc.record({ back: fc.nat(3), seconds: fc.nat(40) }), { maxLength: 60 });

test("strict: whatever is presented, exactly the newest generation is alive", () => {
  fc.assert(
    fc.property(steps, (sequence) => {
      const one = family({ reuse: "strict", refreshLifetimeSeconds: null });
      let now = 0;
      for (const { back, seconds } of sequence) {
        now += seconds * 1_000;
        const generation = Math.max(0, one.generation - back);
        const state = judge(one, generation, now);
        expect(state).toBe(generation === one.generation ? "current" : "spent");
        if (state === "current") exchange(one, state, now);
      }
    }),
  );
});

test.each(["same-successor", "new-successor"] as const)(
  "grace, %s: a generation is forgiven exactly until its time is over, however often it is presented",
  (forgivenReceives) => {
    fc.assert(
      fc.property(steps, (sequence) => {
        const one = family({ reuse: { graceSeconds: 60 }, forgivenReceives, refreshLifetimeSeconds: null });
        const spentAt = new Map<number, number>();
        let now = 0;
        for (const { back, seconds } of sequence) {
          now += seconds * 1_000;
          const generation = Math.max(0, one.generation - back);
          const state = judge(one, generation, now);
          const spent = spentAt.get(generation);
          expect(state).toBe(spent === undefined ? "current" : now - spent <= 60_000 ? "forgiven" : "spent");
          if (state !== "current" && state !== "forgiven") continue;
          const before = one.generation;
          const rotated = exchange(one, state, now);
          expect(one.generation).toBe(before + (rotated ? 1 : 0));
          expect(rotated).toBe(state === "current" || forgivenReceives === "new-successor");
          if (rotated) spentAt.set(before, now);
        }
      }),
    );
  },
);

test("a sliding end never passes while the token is used in time, a fixed one always does", () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 99 }), { minLength: 1, maxLength: 40 }), (pauses) => {
      const sliding = family({ refreshLifetimeSeconds: 100, refreshEnd: "sliding" });
      const fixed = family({ refreshLifetimeSeconds: 100, refreshEnd: "fixed" });
      let now = 0;
      for (const pause of pauses) {
        now += pause * 1_000;
        expect(judge(sliding, sliding.generation, now)).toBe("current");
        exchange(sliding, "current", now);
        const state = judge(fixed, fixed.generation, now);
        expect(state).toBe(now < 100_000 ? "current" : "expired");
        if (state === "current") exchange(fixed, state, now);
      }
    }),
  );
});
