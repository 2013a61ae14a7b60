import fc from "fast-check";
import { expect, it } from "vitest";
import { crc32c as slowly } from "tokenward-counterparts/gcp";
import { crc32c } from "./crc32c.ts";

// RFC 3720, B.4, and the check value of the catalogue of parametrised CRC algorithms (CRC-32/ISCSI).
const ascending = Uint8Array.from({ length: 32 }, (_, index) => index);
it.each([
  ["nothing", new Uint8Array(), 0],
  ["32 zeroes", new Uint8Array(32), 0x8a9136aa],
  ["32 ones", new Uint8Array(32).fill(0xff), 0x62a8ab43],
  ["32 ascending", ascending, 0x46dd794e],
  ["32 descending", ascending.toReversed(), 0x113fdb5c],
  ["123456789", new TextEncoder().encode("123456789"), 0xe3069283],
])("has the known checksum of %s", (_name, bytes, expected) => {
  expect(crc32c(bytes)).toBe(expected);
});

it("agrees with one that goes bit by bit", () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => crc32c(bytes) === slowly(bytes)));
});
