import { brotliCompressSync, deflateSync, gzipSync } from "node:zlib";
import { STATUS_CODES } from "node:http";
import type { TextAnswer } from "./answer-bytes.ts";
import type { BodyCharset, BodyEncoding, Rewrite } from "./fault.ts";
import type { Decision } from "./token-endpoint.ts";

/** The exact bytes of an HTTP answer, and whether the connection breaks after them. */
export interface RawAnswer {
  readonly status: number;
  readonly bytes: Buffer;
  readonly broken: boolean;
}

/** Rewrites an answer into the bytes that a fault asks for. The connection closes after them. */
export function rewriteAnswer(rewrite: Rewrite, answer: TextAnswer, decision: Decision | undefined): RawAnswer {
  const status = rewrite.status ?? answer.status;
  const headers = new Map<string, string | readonly string[]>(Object.entries(answer.headers));
  const plain = bodyOf(rewrite, answer, decision);
  const body = compress(plain, rewrite.encoding);
  const contentEncoding =
    rewrite.contentEncoding === undefined ? rewrite.encoding?.replace("-damaged", "") : rewrite.contentEncoding;
  if (contentEncoding !== undefined && contentEncoding !== null) headers.set("content-encoding", contentEncoding);
  if (rewrite.contentType !== undefined) headers.set("content-type", rewrite.contentType);
  const length = rewrite.contentLength === undefined ? body.length : rewrite.contentLength;
  if (length !== null) headers.set("content-length", String(length));
  headers.set("connection", "close");
  for (const [name, value] of Object.entries(rewrite.headers ?? {})) {
    if (value === null) headers.delete(name.toLowerCase());
    else headers.set(name.toLowerCase(), value);
  }
  const sent = rewrite.truncateAt === undefined ? body : body.subarray(0, rewrite.truncateAt);
  return { status, bytes: Buffer.concat([head(status, headers), sent]), broken: sent.length < body.length };
}

/** Status line and headers as they go over the wire. */
function head(status: number, headers: ReadonlyMap<string, string | readonly string[]>): Buffer {
  const lines = [`HTTP/1.1 ${String(status)} ${STATUS_CODES[status] ?? "Unknown"}`];
  for (const [name, values] of headers) {
    for (const value of [values].flat()) lines.push(`${name}: ${value}`);
  }
  return Buffer.from(`${lines.join("\r\n")}\r\n\r\n`, "latin1");
}

function bodyOf(rewrite: Rewrite, answer: TextAnswer, decision: Decision | undefined): Buffer {
  if (rewrite.bodyBase64 !== undefined) return Buffer.from(rewrite.bodyBase64, "base64");
  const template = rewrite.body;
  const replaces = template !== undefined && (decision?.issued !== undefined || !template.includes("{{"));
  return toBytes(replaces ? fill(template, decision) : answer.text, rewrite.charset ?? "utf-8", rewrite.bom ?? false);
}

function fill(template: string, decision: Decision | undefined): string {
  const issued = decision?.issued;
  const values: Readonly<Record<string, string | number | undefined>> = {
    access_token: issued?.accessToken,
    refresh_token: decision?.refreshToken,
    expires_in: issued?.expiresIn,
    refresh_expires_in: issued?.refreshExpiresIn,
    scope: issued?.scopes?.join(" "),
    token_type: "Bearer",
    now: issued?.now.toISOString(),
  };
  return template.replaceAll(/\{\{(\w+)(?:\|(url|json|base64))?\}\}/g, (whole, name: string, form?: string) => {
    if (!Object.hasOwn(values, name)) return whole;
    const value = String(values[name] ?? "");
    if (form === "url") return encodeURIComponent(value);
    if (form === "json") return JSON.stringify(value);
    return form === "base64" ? Buffer.from(value, "utf8").toString("base64") : value;
  });
}

function toBytes(text: string, charset: BodyCharset, bom: boolean): Buffer {
  const marked = bom ? `\uFEFF${text}` : text;
  if (charset === "latin1") return Buffer.from(text, "latin1");
  if (charset === "utf-8") return Buffer.from(marked, "utf8");
  const little = Buffer.from(marked, "utf16le");
  return charset === "utf-16be" ? little.swap16() : little;
}

function compress(plain: Buffer, encoding: BodyEncoding | undefined): Buffer {
  if (encoding === undefined) return plain;
  if (encoding === "br") return brotliCompressSync(plain);
  if (encoding === "deflate") return deflateSync(plain);
  const zipped = gzipSync(plain);
  if (encoding === "gzip-damaged") {
    const middle = Math.floor(zipped.length / 2);
    for (let at = middle; at < Math.min(middle + 8, zipped.length); at += 1) zipped[at] = (zipped[at] ?? 0) ^ 0xff;
  }
  return zipped;
}
