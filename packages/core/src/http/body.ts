import { isUtf8 } from "node:buffer";
import {
  brotliDecompressSync,
  constants,
  gunzipSync,
  inflateRawSync,
  inflateSync,
  zstdDecompressSync,
} from "node:zlib";
import type { HttpAnswer } from "./message.ts";

/** What {@link decodeBody} could make of an answer's body. */
export interface DecodedBody {
  readonly text: string;
  /** What was wrong with the bytes, as one sentence without any of them. The text may still hold what counts. */
  readonly problem?: string | undefined;
}

/** Decoded bytes at most: a small answer that unpacks to gigabytes must not take the process with it. */
export const mostDecodedBytes: number = 8 * 1024 * 1024;

// No server stacks more; each layer multiplies what a bomb can do.
const mostLayers = 4;

/**
 * The text of an answer, with content encodings (gzip, deflate, br, zstd, also stacked) and the character set undone.
 * It throws never and is lenient on purpose: a token in a half-readable answer is the only copy there is, so what a
 * damaged or truncated stream still gives is kept, and the problem is told beside it.
 */
export function decodeBody(answer: Pick<HttpAnswer, "headers" | "body" | "truncated">): DecodedBody {
  const problems: string[] = [];
  if (answer.truncated) problems.push("the answer was cut off");
  const bytes = unpack(answer.body, encodingsOf(answer.headers["content-encoding"]), problems);
  const text = textOf(bytes, charsetOf(answer.headers["content-type"]), problems);
  return problems.length === 0 ? { text } : { text, problem: problems.join("; ") };
}

function encodingsOf(header: string | undefined): readonly string[] {
  const names = (header ?? "").split(",").map((name) => name.trim().toLowerCase());
  return names.filter((name) => name !== "" && name !== "identity" && name !== "none").toReversed();
}

function unpack(body: Uint8Array, encodings: readonly string[], problems: string[]): Uint8Array {
  let bytes = body;
  if (encodings.length > mostLayers) problems.push(`more than ${mostLayers} content encodings`);
  for (const encoding of encodings.slice(0, mostLayers)) {
    const packing = packingOf(encoding, bytes);
    if (packing === undefined) problems.push("an unknown content encoding");
    else bytes = salvage(bytes, encoding, packing, problems);
  }
  // Some proxies drop the header and leave the bytes packed.
  if (isGzip(bytes)) {
    problems.push("gzip without a content-encoding that says so");
    bytes = salvage(bytes, "gzip", gzip(), problems);
  }
  return bytes;
}

type Unpacker = (
  bytes: Uint8Array,
  options: { readonly finishFlush?: number; readonly maxOutputLength: number },
) => Uint8Array;

interface Packing {
  readonly unpack: Unpacker;
  /** The flush that gives what a stream without its end has, instead of an error. */
  readonly lenient: number;
}

// Built when needed: loading zlib takes milliseconds that a run without any answer need not spend.
const gzip = (): Packing => ({ unpack: gunzipSync, lenient: constants.Z_SYNC_FLUSH });

function packingOf(encoding: string, bytes: Uint8Array): Packing | undefined {
  switch (encoding) {
    case "gzip":
    case "x-gzip":
      return gzip();
    case "deflate":
      // RFC 9110 means zlib's wrapper; some servers send the bare stream.
      return { unpack: isZlib(bytes) ? inflateSync : inflateRawSync, lenient: constants.Z_SYNC_FLUSH };
    case "br":
      return { unpack: brotliDecompressSync, lenient: constants.BROTLI_OPERATION_FLUSH };
    case "zstd":
      return { unpack: zstdDecompressSync, lenient: constants.ZSTD_e_flush };
    default:
      return undefined;
  }
}

function isGzip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b;
}

function isZlib(bytes: Uint8Array): boolean {
  const [first = 0, second = 0] = bytes;
  return (first & 0x0f) === 8 && ((first << 8) | second) % 31 === 0;
}

/** All that unpacks; where the stream is damaged, all before the damage, and the bytes as they are if that is nothing. */
function salvage(bytes: Uint8Array, encoding: string, packing: Packing, problems: string[]): Uint8Array {
  if (bytes.length === 0) return bytes;
  if (isPlainText(bytes)) {
    problems.push(`a body that is not ${encoding} although its header says so`);
    return bytes;
  }
  const attempt = (length: number, finishFlush?: number): Uint8Array | undefined => {
    const options = { maxOutputLength: mostDecodedBytes, ...(finishFlush === undefined ? {} : { finishFlush }) };
    try {
      return packing.unpack(length === bytes.length ? bytes : bytes.subarray(0, length), options);
    } catch {
      return undefined;
    }
  };
  const whole = attempt(bytes.length);
  if (whole !== undefined) return whole;
  const early = attempt(bytes.length, packing.lenient);
  if (early !== undefined) {
    problems.push(`a ${encoding} stream without its end, of which ${early.length} bytes were readable`);
    return early;
  }
  // zlib's one-shot calls drop all output on an error; the longest prefix that does not reach the damage gives it.
  let good = 0;
  let bad = bytes.length;
  let kept: Uint8Array = new Uint8Array();
  while (bad - good > 1) {
    const middle = (good + bad) >>> 1;
    const part = attempt(middle, packing.lenient);
    if (part === undefined) bad = middle;
    else {
      good = middle;
      kept = part;
    }
  }
  problems.push(`a damaged or oversized ${encoding} stream, of which ${kept.length} bytes were readable`);
  return kept.length === 0 ? bytes : kept;
}

/** Valid UTF-8 without control characters: what no packed stream of more than a few bytes is. */
function isPlainText(bytes: Uint8Array): boolean {
  if (bytes.some((byte) => byte < 0x20 && byte !== 0x09 && byte !== 0x0a && byte !== 0x0d)) return false;
  return isUtf8(bytes);
}

function charsetOf(header: string | undefined): string | undefined {
  return /;\s*charset\s*=\s*"?\s*([^\s";,]+)/i.exec(header ?? "")?.[1]?.toLowerCase();
}

function textOf(bytes: Uint8Array, charset: string | undefined, problems: string[]): string {
  const marked = markedCharset(bytes);
  if (marked !== undefined) return decode(bytes, marked, problems);
  const wide = bytes[1] === 0 ? "utf-16le" : bytes[0] === 0 ? "utf-16be" : undefined;
  if (wide !== undefined && bytes.length > 1) return decode(bytes, wide, problems);
  // Labelled as UTF-16, but without the zero bytes that text of a token answer would have there.
  const label = charset === undefined || charset.startsWith("utf-16") ? "utf-8" : charset;
  return decode(bytes, label, problems);
}

function markedCharset(bytes: Uint8Array): string | undefined {
  const [first, second, third] = bytes;
  if (first === 0xef && second === 0xbb && third === 0xbf) return "utf-8";
  if (first === 0xff && second === 0xfe) return "utf-16le";
  if (first === 0xfe && second === 0xff) return "utf-16be";
  return undefined;
}

function decode(bytes: Uint8Array, label: string, problems: string[]): string {
  let charset = label;
  try {
    // TextDecoder drops the byte order mark by itself.
    return new TextDecoder(charset, { fatal: true }).decode(bytes);
  } catch (error) {
    if (error instanceof RangeError) {
      problems.push("an unknown character set");
      charset = "utf-8";
    } else problems.push(`bytes that are not ${charset}`);
    return new TextDecoder(charset).decode(bytes);
  }
}
