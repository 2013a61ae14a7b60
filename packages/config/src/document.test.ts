import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readDocument } from "./document.ts";

const linesOf = (text: string): readonly string[] =>
  readDocument(text).mistakes.map(({ position, path, message }) => `${position?.line} ${path.join(".")}: ${message}`);

describe("a document", () => {
  test("is plain values that know where they stand", () => {
    const document = readDocument("a:\n  b: [1, { c: x }]\n  'd e': 2026-12-24T00:00:00Z\n  f: ~\n");
    expect(document.root).toEqual({ a: { b: [1, { c: "x" }], "d e": "2026-12-24T00:00:00Z", f: null } });
    expect(document.position(["a", "b", "1", "c"])).toEqual({ line: 2, column: 12 });
    expect(document.position(["a", "d e"])).toEqual({ line: 3, column: 3 });
    expect(document.position(["a", "missing", "deeper"])).toEqual({ line: 1, column: 1 });
  });

  test("is JSON as well, with tabs and a byte order mark left to the reader", () => {
    const document = readDocument('{\n\t"a": {\n\t\t"b": "\\u0041"\n\t}\n}');
    expect(document.root).toEqual({ a: { b: "A" } });
    expect(document.position(["a", "b"])).toEqual({ line: 3, column: 3 });
  });

  test("gives the same values as JSON.parse for whatever JSON says", () => {
    const key = fc.string({ minLength: 1, maxLength: 8 }).filter((name) => name !== "__proto__");
    const json = fc.letrec((tie) => ({
      value: fc.oneof(
        { depthSize: "small" },
        fc.string(),
        fc.integer(),
        fc.boolean(),
        fc.constant(null),
        fc.array(tie("value"), { maxLength: 4 }),
        fc.dictionary(key, tie("value"), { maxKeys: 4, noNullPrototype: true }),
      ),
    })).value;
    fc.assert(
      fc.property(json, fc.constantFrom(undefined, 2, "\t"), (value, indent) => {
        const document = readDocument(JSON.stringify(value, null, indent));
        expect(document.mistakes).toEqual([]);
        expect(document.root).toEqual(value);
      }),
    );
  });
});

describe("mistakes of syntax", () => {
  test.each([
    ["a: [1, 2\nb: 3\n", "2"],
    ["a: b: c\n", "1"],
    ["a:\n\tb: 1\n", "2"],
    ['a: "unclosed\n', "2"],
    ["a: 1\n---\nb: 2\n", "2"],
    ["a: @x\n", "1"],
  ])("%j is reported at its line, once, and ends the reading", (text, line) => {
    const document = readDocument(text);
    expect(document.broken).toBe(true);
    expect(document.mistakes[0]?.position?.line).toBe(Number(line));
    const lines = document.mistakes.map(({ position }) => position?.line);
    expect(new Set(lines).size).toBe(lines.length);
  });

  test("never show what stands there", () => {
    const texts = [
      'a: "s3cr3t-value',
      "a: s3cr3t-value: x",
      "a: [s3cr3t-value",
      "a: 'x' s3cr3t-value",
      "a: !s3cr3t-value x",
    ];
    for (const text of texts) {
      const { mistakes } = readDocument(text);
      expect(mistakes.length).toBeGreaterThan(0);
      expect(JSON.stringify(mistakes)).not.toContain("s3cr3t-value");
    }
  });

  test("any text at all is read or refused, never thrown at", () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom(..."ab:{}[],&*!|>-#'\"%@ \n\t".split("")), maxLength: 60 }),
        (text) => {
          const document = readDocument(text);
          expect(document.broken ? document.mistakes.length : 1).toBeGreaterThan(0);
        },
      ),
      { numRuns: 2000 },
    );
  });
});

describe("what is data in YAML, but not in a configuration", () => {
  test("keys that are there twice, tags, and odd keys", () => {
    const text = "a: { x: 1 }\nb: !!js/function x\na: 2\n__proto__: { polluted: true }\n? [list]\n: 1\nc: *nowhere\n";
    expect(linesOf(text).toSorted()).toEqual([
      "2 b: Tags such as `!name` are not read: a configuration is data only.",
      "3 a: `a` is there twice.",
      "4 __proto__: `__proto__` is not a key.",
      "5 : A key must be a plain word.",
      "7 c: `*nowhere` stands for nothing.",
    ]);
    expect(({} as Record<string, unknown>)["polluted"]).toBeUndefined();
  });

  test("aliases may repeat a block, but not multiply it", () => {
    expect(readDocument("a: &x { b: 1 }\nc: *x\nd: *x\n").root).toEqual({ a: { b: 1 }, c: { b: 1 }, d: { b: 1 } });
    const bomb = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"];
    for (let level = 1; level < 12; level++) {
      bomb.push(`a${level}: &a${level} [${`*a${level - 1}, `.repeat(10)}]`);
    }
    expect(linesOf(bomb.join("\n"))[0]).toMatch(/^\d+ a\d+\S*: Aliases stand for too much here\.$/);
  });

  test("what is nested beyond reason is refused, not forgotten", () => {
    const deep = `a: ${"[".repeat(60)}${"]".repeat(60)}\n`;
    expect(linesOf(deep)[0]).toMatch(/This is nested too deeply\.$/);
  });

  test("an alias of itself ends", () => {
    expect(linesOf("a: &x [*x]\n")).toEqual(["1 a.0: Aliases stand for too much here."]);
  });
});
