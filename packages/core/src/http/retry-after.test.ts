import { afterEach, expect, test } from "vitest";
import { retryAfter } from "./retry-after.ts";

const now = new Date("2026-11-26T10:00:00Z");
const { TZ } = process.env;
afterEach(() => {
  if (TZ === undefined) delete process.env["TZ"];
  else process.env["TZ"] = TZ;
});

function read(value: string): string | undefined {
  return retryAfter(
    { status: 429, headers: { "retry-after": value }, body: new Uint8Array(), receivedAt: now, truncated: false },
    now,
  )?.toISOString();
}

test.each([
  ["120", "2026-11-26T10:02:00.000Z"],
  ["Thu, 26 Nov 2026 10:05:00 GMT", "2026-11-26T10:05:00.000Z"],
  ["Thursday, 26-Nov-26 10:05:00 GMT", "2026-11-26T10:05:00.000Z"],
  ["Thu Nov 26 10:05:00 2026", "2026-11-26T10:05:00.000Z"],
  ["Thu, 26 Nov 2026 09:00:00 GMT", "2026-11-26T10:00:00.000Z"],
])("%s is %s, wherever this machine stands", (value, wanted) => {
  for (const zone of ["UTC", "America/New_York", "Asia/Tokyo"]) {
    process.env["TZ"] = zone;
    expect(read(value)).toBe(wanted);
  }
});

test.each(["", "-5", "1e3", "Fri 1", "soon", "2026-11-26"])("%j says nothing", (value) => {
  expect(read(value)).toBeUndefined();
});
