import { describe, expect, it } from "vitest";
import type { HttpAnswer } from "../http/message.ts";
import { retryAfter } from "../http/retry-after.ts";
import { backoff } from "./backoff.ts";

const now = new Date("2026-11-22T12:00:00Z");
const answer = (header: string | undefined): HttpAnswer => ({
  status: 429,
  headers: header === undefined ? {} : { "retry-after": header },
  body: new Uint8Array(),
  truncated: false,
  receivedAt: now,
});

describe("backoff", () => {
  it("doubles its ceiling up to eight seconds, and jitters over all of it", () => {
    expect([1, 2, 3, 4, 5, 9].map((attempt) => backoff(attempt, () => 1))).toEqual([500, 1000, 2000, 4000, 8000, 8000]);
    expect(backoff(4, () => 0)).toBe(0);
  });
});

describe("retryAfter", () => {
  it("reads seconds and HTTP dates", () => {
    expect(retryAfter(answer("120"), now)).toEqual(new Date("2026-11-22T12:02:00Z"));
    expect(retryAfter(answer("Sun, 22 Nov 2026 12:05:00 GMT"), now)).toEqual(new Date("2026-11-22T12:05:00Z"));
  });

  it("never lies in the past, and is nothing where the header is absent or unreadable", () => {
    expect(retryAfter(answer("Sun, 22 Nov 2026 11:00:00 GMT"), now)).toEqual(now);
    for (const odd of [undefined, "", "soon", "-5", "1e99"]) expect(retryAfter(answer(odd), now)).toBeUndefined();
  });
});
