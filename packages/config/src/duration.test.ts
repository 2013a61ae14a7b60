import fc from "fast-check";
import { expect, test } from "vitest";
import { readDuration } from "./duration.ts";

const units = [
  ["w", 604_800_000],
  ["d", 86_400_000],
  ["h", 3_600_000],
  ["m", 60_000],
  ["s", 1000],
  ["ms", 1],
] as const;

test.each([
  ["24h", 86_400_000],
  ["14d", 1_209_600_000],
  ["90s", 90_000],
  ["1h30m", 5_400_000],
  ["1h 30m", 5_400_000],
  ["250ms", 250],
  ["0s", 0],
])("%s", (text, milliseconds) => {
  expect(readDuration(text)).toBe(milliseconds);
});

test.each(["", " ", "30", "h", "1.5h", "-1h", "30m1h", "1h1h", "1 h", "1h ", " 1h", "1H", "1y", "P1D", "1h30", "1e3s"])(
  "%j is not one",
  (text) => {
    expect(readDuration(text)).toBeUndefined();
  },
);

test("whatever is written with units from large to small is the sum of its parts", () => {
  const parts = fc.tuple(...units.map(() => fc.option(fc.nat({ max: 1000 }), { nil: undefined })));
  fc.assert(
    fc.property(parts, fc.boolean(), (amounts, spaced) => {
      const written = amounts.flatMap((amount, index) => (amount === undefined ? [] : `${amount}${units[index]?.[0]}`));
      fc.pre(written.length > 0);
      const total = amounts.reduce<number>((sum, amount, index) => sum + (amount ?? 0) * (units[index]?.[1] ?? 0), 0);
      expect(readDuration(written.join(spaced ? " " : ""))).toBe(total);
    }),
  );
});

test("any other text is refused rather than guessed at", () => {
  const oneOfOurs = /^(?:\d+(?:ms|[wdhms]) ?)+$/;
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom(..."0123456789wdhms .-+eE".split("")), maxLength: 12 }), (text) => {
      if (!oneOfOurs.test(text)) expect(readDuration(text)).toBeUndefined();
    }),
    { numRuns: 2000, examples: [["0d  0m"], ["1h "]] },
  );
});
