import fc from "fast-check";
import { expect, test } from "vitest";
import { callsLeft } from "./calls-left.ts";

const receivedAt = new Date("2026-11-22T12:00:00Z");
const read = (headers: Readonly<Record<string, string>>): unknown => callsLeft({ headers, receivedAt });

test.each([
  [{ "ratelimit-remaining": "3", "ratelimit-reset": "60" }, 3, "2026-11-22T12:01:00.000Z"],
  [{ "x-ratelimit-remaining": "0", "x-ratelimit-reset": "1795348860" }, 0, "2026-11-22T12:01:00.000Z"],
])("%j", (headers, remaining, until) => {
  expect(read(headers)).toEqual({ remaining, until: new Date(until) });
});

test.each([
  {},
  { "ratelimit-remaining": "3" },
  { "ratelimit-remaining": "-1", "ratelimit-reset": "60" },
  { "ratelimit-remaining": "3", "ratelimit-reset": "soon" },
  { "ratelimit-remaining": "3", "ratelimit-reset": "1795348000" },
  { "ratelimit-remaining": "3", "ratelimit-reset": "999999" },
])("%j says nothing that can be believed", (headers) => {
  expect(read(headers as Readonly<Record<string, string>>)).toBeUndefined();
});

test("whatever stands there, a reset is within a day from now", () => {
  fc.assert(
    fc.property(fc.string(), fc.oneof(fc.string(), fc.nat().map(String)), (remaining, reset) => {
      const seen = callsLeft({
        headers: { "ratelimit-remaining": remaining, "x-ratelimit-remaining": "1", "x-ratelimit-reset": reset },
        receivedAt,
      });
      if (seen === undefined) return;
      const away = seen.until.getTime() - receivedAt.getTime();
      expect(away).toBeGreaterThanOrEqual(0);
      expect(away).toBeLessThanOrEqual(86_400_000);
    }),
  );
});
