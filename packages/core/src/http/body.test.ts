import { createHash } from "node:crypto";
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync, zstdCompressSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeBody, mostDecodedBytes } from "./body.ts";

const record = JSON.stringify({ access_token: "act.example", refresh_token: "rft.example", note: "grüße 🎈" });
const plain = Buffer.from(record);

function answer(body: Uint8Array, headers: Record<string, string> = {}, truncated = false) {
  return { body, headers, truncated };
}

describe("decodeBody", () => {
  it.each([
    ["identity", plain],
    ["gzip", gzipSync(plain)],
    ["x-gzip", gzipSync(plain)],
    ["deflate", deflateSync(plain)],
    ["deflate", deflateRawSync(plain)],
    ["br", brotliCompressSync(plain)],
    ["zstd", zstdCompressSync(plain)],
    ["gzip, br", brotliCompressSync(gzipSync(plain))],
    ["GZIP ,  identity", gzipSync(plain)],
  ])("undoes %s", (encoding, body) => {
    expect(decodeBody(answer(body, { "content-encoding": encoding }))).toEqual({ text: record });
  });

  it.each([
    ["gzip", gzipSync],
    ["deflate", deflateSync],
    ["br", brotliCompressSync],
    ["zstd", zstdCompressSync],
  ] as const)("keeps what a truncated %s stream still gives", (encoding, pack) => {
    // Incompressible, and longer than a zstd block, so that every cut leaves whole parts behind.
    const long = Buffer.from(`${record}${Buffer.from(noise(300_000)).toString("base64")}`);
    const packed = pack(long);
    const { text, problem } = decodeBody(
      answer(packed.subarray(0, packed.length - 2_000), { "content-encoding": encoding }, true),
    );
    expect(text.startsWith(record)).toBe(true);
    expect(problem).toContain("cut off");
  });

  it("keeps what stands before the damage", () => {
    const packed = gzipSync(Buffer.from(`${record}${Buffer.from(noise(100_000)).toString("base64")}`));
    packed.fill(0xff, 60_000, 61_000);
    const { text, problem } = decodeBody(answer(packed, { "content-encoding": "gzip" }));
    expect(text.startsWith(record)).toBe(true);
    expect(problem).toContain("damaged");
  });

  it("reads a gzip stream whose checksum is wrong", () => {
    const packed = gzipSync(plain);
    packed.writeUInt32LE(0, packed.length - 8);
    const { text, problem } = decodeBody(answer(packed, { "content-encoding": "gzip" }));
    expect(text).toBe(record);
    expect(problem).toContain("damaged");
  });

  it("reads a body that is not packed although its header says so, and the other way round", () => {
    expect(decodeBody(answer(plain, { "content-encoding": "gzip" })).text).toBe(record);
    expect(decodeBody(answer(plain, { "content-encoding": "deflate" })).text).toBe(record);
    expect(decodeBody(answer(plain, { "content-encoding": "br" })).text).toBe(record);
    expect(decodeBody(answer(plain, { "content-encoding": "zstd" })).text).toBe(record);
    expect(decodeBody(answer(plain, { "content-encoding": "snappy" })).text).toBe(record);
    expect(decodeBody(answer(gzipSync(plain))).text).toBe(record);
  });

  it("stops at the bound when a small body unpacks to a huge one", () => {
    const bomb = gzipSync(Buffer.alloc(mostDecodedBytes * 4, "a"));
    const { text, problem } = decodeBody(answer(bomb, { "content-encoding": "gzip" }));
    expect(text.length).toBeLessThanOrEqual(mostDecodedBytes);
    expect(text.length).toBeGreaterThan(0);
    expect(problem).toContain("oversized");
  });

  it("understands byte order marks, UTF-16 and labelled character sets", () => {
    const little = Buffer.from(record, "utf16le");
    const big = Buffer.from(little).swap16();
    const latin = JSON.stringify({ note: "grüße" });
    expect(decodeBody(answer(Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), plain])))).toEqual({ text: record });
    expect(decodeBody(answer(Buffer.concat([Buffer.from([0xff, 0xfe]), little])))).toEqual({ text: record });
    expect(decodeBody(answer(Buffer.concat([Buffer.from([0xfe, 0xff]), big])))).toEqual({ text: record });
    expect(decodeBody(answer(little))).toEqual({ text: record });
    expect(decodeBody(answer(big, { "content-type": "application/json" }))).toEqual({ text: record });
    expect(decodeBody(answer(plain, { "content-type": "application/json; charset=UTF-16" }))).toEqual({ text: record });
    expect(
      decodeBody(answer(Buffer.from(latin, "latin1"), { "content-type": 'application/json;charset="iso-8859-1"' })),
    ).toEqual({ text: latin });
    expect(decodeBody(answer(Buffer.from(latin, "latin1"))).problem).toContain("not utf-8");
    expect(decodeBody(answer(plain, { "content-type": "text/plain; charset=klingon" })).text).toBe(record);
  });

  it("throws never, whatever the bytes and headers are", () => {
    const encoding = fc.constantFrom("gzip", "deflate", "br", "zstd", "gzip,gzip,gzip,gzip,gzip,gzip", "x");
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), encoding, fc.string(), fc.boolean(), (body, name, type, cut) => {
        const decoded = decodeBody(answer(body, { "content-encoding": name, "content-type": type }, cut));
        expect(typeof decoded.text).toBe("string");
      }),
    );
  });
});

// Incompressible and the same every time, so that a failure can be repeated.
function noise(length: number): Uint8Array {
  const blocks = Array.from({ length: Math.ceil(length / 32) }, (_, at) =>
    createHash("sha256").update(String(at)).digest(),
  );
  return Buffer.concat(blocks).subarray(0, length);
}
