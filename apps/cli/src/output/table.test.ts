import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Output } from "./output.ts";
import { table } from "./table.ts";
import { wrap, wrapLines } from "./wrap.ts";

function outputOf(columns: number): Output {
  const ignore = (): undefined => undefined;
  const style = (_format: unknown, text: string): string => text;
  return {
    json: false,
    columns,
    live: false,
    data: ignore,
    note: ignore,
    transient: ignore,
    style,
    close: ignore,
  };
}

const head = ["GRANT", "ACTION", "VALID UNTIL", "RE-AUTH BY"];
const row = (detail: string) => ({
  cells: ["tiktok/brand-a", "reauth-required", "in 2 h (21:30)", "in 179 days (2027-05-20)"].map((text) => ({ text })),
  detail: { text: detail },
});

describe("table", () => {
  it("puts details below their rows at 80 columns", () => {
    expect(table(head, [row("Consent again: the platform says that it is dead.")], outputOf(80)))
      .toMatchInlineSnapshot(`
      "GRANT           ACTION           VALID UNTIL     RE-AUTH BY
      tiktok/brand-a  reauth-required  in 2 h (21:30)  in 179 days (2027-05-20)
        Consent again: the platform says that it is dead."
    `);
  });

  it("puts details beside their rows where there is room", () => {
    const text = table(
      head,
      [row("Consent again: the platform says that it is dead, and no machine can help.")],
      outputOf(140),
    );
    expect(text.split("\n")).toHaveLength(3);
    expect(text).toContain("DETAIL");
  });

  it("never lets other people's text move the cursor or break the layout", () => {
    const text = table(head, [row("one\u001B[2Jtwo\nthree\r\u009B1mfour")], outputOf(80));
    for (const control of ["\u001B", "\u009B", "\r"]) expect(text).not.toContain(control);
    expect(text.split("\n")).toHaveLength(3);
  });

  it("fits whatever it is given, and loses nothing of it", () => {
    const words = fc.array(fc.stringMatching(/^[a-z-]{1,100}$/), { maxLength: 30 }).map((list) => list.join(" "));
    fc.assert(
      fc.property(words, fc.integer({ min: 40, max: 200 }), (detail, columns) => {
        const lines = table(["A"], [{ cells: [{ text: "x" }], detail: { text: detail } }], outputOf(columns)).split(
          "\n",
        );
        for (const line of lines) expect(line.length).toBeLessThanOrEqual(columns);
        expect(lines.slice(1).join("").replace(/\s/g, "")).toBe(`x${detail.replace(/\s/g, "")}`);
      }),
    );
  });
});

describe("wrap", () => {
  it("breaks words that are longer than a line", () => {
    expect(wrap("a abcdefgh b", 4)).toEqual(["a", "abcd", "efgh", "b"]);
  });
});

describe("wrapLines", () => {
  it("keeps indentation and line breaks", () => {
    expect(wrapLines("one two\n  three four", 8)).toBe("one two\n  three\n  four");
  });

  it("leaves a command whole that is to be pasted", () => {
    const line = "  tokenward auth recover --capsule FILE";
    expect(wrapLines(`so do\n${line}`, 20)).toBe(`so do\n${line}`);
  });
});
