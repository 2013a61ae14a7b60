import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { quietUntil, type QuietHours } from "./quiet-hours.ts";

const night = { from: 22 * 60, to: 7 * 60, timeZone: "Europe/Berlin" };

describe("the end of the quiet hours", () => {
  test("is the next morning, on the clock of the zone", () => {
    // 23:30 and 06:59 in Berlin in winter (UTC+1).
    expect(quietUntil(new Date("2026-01-10T22:30:00Z"), night)).toEqual(new Date("2026-01-11T06:00:00Z"));
    expect(quietUntil(new Date("2026-01-11T05:59:59Z"), night)).toEqual(new Date("2026-01-11T06:00:00Z"));
  });

  test("is none by day", () => {
    expect(quietUntil(new Date("2026-01-11T06:00:00Z"), night)).toBeUndefined();
    expect(quietUntil(new Date("2026-01-11T20:59:00Z"), night)).toBeUndefined();
    expect(quietUntil(new Date("2026-01-11T21:00:00Z"), night)).toBeDefined();
  });

  test("is what the clocks say in the nights that are an hour shorter or longer", () => {
    expect(quietUntil(new Date("2026-03-28T22:00:00Z"), night)).toEqual(new Date("2026-03-29T05:00:00Z"));
    expect(quietUntil(new Date("2026-10-24T21:00:00Z"), night)).toEqual(new Date("2026-10-25T06:00:00Z"));
  });

  test("can be within a day", () => {
    const noon = { from: 12 * 60, to: 13 * 60, timeZone: "UTC" };
    expect(quietUntil(new Date("2026-01-10T12:30:00Z"), noon)).toEqual(new Date("2026-01-10T13:00:00Z"));
    expect(quietUntil(new Date("2026-01-10T13:00:00Z"), noon)).toBeUndefined();
  });

  test("is never quiet itself, and never more than a day away", () => {
    const minutes = fc.integer({ min: 0, max: 1439 });
    const zones = fc.constantFrom("UTC", "Asia/Kathmandu", "America/New_York", "Australia/Lord_Howe", "Pacific/Apia");
    const hours = fc
      .record({ from: minutes, to: minutes, timeZone: zones })
      .filter(({ from, to }) => from !== to) as fc.Arbitrary<QuietHours>;
    fc.assert(
      fc.property(
        hours,
        fc.date({ min: new Date("2026-01-01"), max: new Date("2027-01-01"), noInvalidDate: true }),
        (quiet, now) => {
          const until = quietUntil(now, quiet);
          if (until === undefined) return;
          expect(until.getTime()).toBeGreaterThan(now.getTime());
          expect(until.getTime() - now.getTime()).toBeLessThanOrEqual(26 * 3_600_000);
          expect(quietUntil(until, quiet)).toBeUndefined();
        },
      ),
      { numRuns: 60 },
    );
  });
});
