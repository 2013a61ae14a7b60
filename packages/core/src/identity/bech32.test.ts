import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeBech32, encodeBech32 } from "./bech32.ts";

describe("bech32", () => {
  it("reads what it wrote, in either case", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
        const text = encodeBech32("age-secret-key-", bytes);
        expect(decodeBech32("age-secret-key-", text)).toEqual(bytes);
        expect(decodeBech32("age-secret-key-", text.toUpperCase())).toEqual(bytes);
      }),
    );
  });

  it("agrees with the examples of BIP 173", () => {
    expect(encodeBech32("a", new Uint8Array())).toBe("a12uel5l");
    expect(decodeBech32("abcdef", "abcdef1qpzry9x8gf2tvdw0s3jn54khce6mua7lmqqqxw").length).toBe(20);
  });

  it("notices every single changed, lost or swapped character, and never quotes the text", () => {
    const bytes = fc.uint8Array({ minLength: 32, maxLength: 32 });
    fc.assert(
      fc.property(
        bytes,
        fc.nat(),
        fc.constantFrom(...Array.from("qpzry9x8gf2tvdw0s3jn54khce6mua7lbio!A")),
        (secret, at, letter) => {
          const text = encodeBech32("age-secret-key-", secret);
          const place = at % text.length;
          fc.pre(text[place] !== letter);
          const changed = text.slice(0, place) + letter + text.slice(place + 1);
          for (const wrong of [changed, text.slice(0, place) + text.slice(place + 1)]) {
            expect(() => decodeBech32("age-secret-key-", wrong)).toThrow(/^(?!.*1[qpzry])/);
          }
        },
      ),
    );
  });
});
