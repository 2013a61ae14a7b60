import fc from "fast-check";
import { expect, test } from "vitest";
import { closest } from "./closest.ts";

const known = ["client_id", "client_key", "client_secret", "refresh_at", "env"];

test.each([
  ["client_secert", "client_secret"],
  ["clientsecret", "client_secret"],
  ["Client_Id", "client_id"],
  ["refresh_a", "refresh_at"],
  ["evn", "env"],
  ["colour", undefined],
  ["", undefined],
])("%s: %s", (written, expected) => {
  expect(closest(written, known)).toBe(expected);
});

test("one slip in a name of at least four letters is always understood", () => {
  const name = fc.stringMatching(/^[a-z_]{4,12}$/);
  fc.assert(
    fc.property(name, fc.nat(), fc.constantFrom("drop", "swap", "double"), (right, at, slip) => {
      const index = at % (right.length - 1);
      const [before, one, two, after] = [right.slice(0, index), right[index], right[index + 1], right.slice(index + 2)];
      const slips = {
        drop: `${before}${two}${after}`,
        swap: `${before}${two}${one}${after}`,
        double: `${before}${one}${one}${two}${after}`,
      };
      expect(closest(slips[slip], [right])).toBe(right);
    }),
  );
});
