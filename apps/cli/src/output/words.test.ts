import { describe, expect, it } from "vitest";
import { counted, timeInWords } from "./words.ts";

const now = new Date(2026, 10, 22, 19, 30);
const after = (minutes: number): Date => new Date(now.getTime() + minutes * 60_000);

describe("timeInWords", () => {
  it.each([
    [after(0.5), "in 30 s (19:30)"],
    [after(59), "in 59 min (20:29)"],
    [after(59.9), "in 1 h (20:29)"],
    [after(120), "in 2 h (21:30)"],
    [after(26 * 60), "in 26 h (2026-11-23)"],
    [after(179 * 24 * 60), "in 179 days (2027-05-20)"],
    [after(-3 * 60), "3 h ago (16:30)"],
    [after(-3 * 24 * 60), "3 days ago (2026-11-19)"],
  ])("says %s as %s", (time, words) => {
    expect(timeInWords(time, now)).toBe(words);
  });
});

describe("counted", () => {
  it("knows one from many", () => {
    expect([counted(0, "grant"), counted(1, "grant"), counted(2, "grant")]).toEqual([
      "0 grants",
      "1 grant",
      "2 grants",
    ]);
  });
});
