import { describe, expect, it } from "vitest";
import { OpenedFiles } from "./opened-files.ts";

describe("the files that were opened last", () => {
  it("answer for exactly the bytes that were opened", () => {
    const files = new OpenedFiles();
    files.remember("a.age", Buffer.from("sealed 1"), "text 1");
    expect(files.textOf("a.age", Buffer.from("sealed 1"))).toBe("text 1");
    expect(files.textOf("a.age", Buffer.from("sealed 2"))).toBeUndefined();
    expect(files.textOf("b.age", Buffer.from("sealed 1"))).toBeUndefined();
  });

  it("are bounded, and the oldest go first", () => {
    const files = new OpenedFiles();
    const name = (index: number): string => `${index}.age`;
    for (let index = 0; index < 100; index++) files.remember(name(index), Buffer.from(name(index)), "text");
    const known = Array.from({ length: 100 }, (_, index) => files.textOf(name(index), Buffer.from(name(index))));
    expect(known.slice(0, 36).every((text) => text === undefined)).toBe(true);
    expect(known.slice(36).every((text) => text === "text")).toBe(true);
  });
});
