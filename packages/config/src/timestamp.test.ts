import fc from "fast-check";
import { expect, test } from "vitest";
import { readTimestamp } from "./timestamp.ts";

test.each([
  ["2026-12-24T00:00:00Z", "2026-12-24T00:00:00.000Z"],
  ["2026-12-24t00:00:00.25z", "2026-12-24T00:00:00.250Z"],
  ["2026-12-24 01:30:00+01:30", "2026-12-24T00:00:00.000Z"],
  ["2026-12-23T16:00:00-08:00", "2026-12-24T00:00:00.000Z"],
  ["2028-02-29T00:00:00Z", "2028-02-29T00:00:00.000Z"],
  ["2026-06-30T23:59:60Z", "2026-07-01T00:00:00.000Z"],
  ["0099-01-01T00:00:00Z", "0099-01-01T00:00:00.000Z"],
])("%s", (text, iso) => {
  expect(readTimestamp(text)?.toISOString()).toBe(iso);
});

test.each([
  "2026-12-24",
  "2026-12-24T00:00:00",
  "2026-02-30T00:00:00Z",
  "2026-13-01T00:00:00Z",
  "2026-00-01T00:00:00Z",
  "2026-12-24T24:00:00Z",
  "2026-12-24T00:60:00Z",
  "2026-12-24T00:00:00+24:00",
  "24.12.2026",
  "tomorrow",
  "1798070400",
  "",
])("%j is not one", (text) => {
  expect(readTimestamp(text)).toBeUndefined();
});

test("reads what Date writes", () => {
  const date = fc.date({
    min: new Date("0001-01-01T00:00:00Z"),
    max: new Date("9999-12-31T23:59:59Z"),
    noInvalidDate: true,
  });
  fc.assert(
    fc.property(date, (moment) => {
      expect(readTimestamp(moment.toISOString())).toEqual(moment);
    }),
  );
});
