import { brotliCompressSync, deflateSync, gzipSync } from "node:zlib";
import type { HttpAnswer } from "@tokenward/core/plugin";

/** An answer with placeholders: a part of what the sandbox's `rewrite` fault takes, with the same meaning. */
export interface AnswerTemplate {
  /** Default 200. */
  readonly status?: number | undefined;
  /** Headers to set; `null` removes one. */
  readonly headers?: Readonly<Record<string, string | null>> | undefined;
  /** Default `application/json; charset=utf-8`. */
  readonly contentType?: string | undefined;
  /**
   * `{{access_token}}`, `{{refresh_token}}`, `{{expires_in}}` and `{{scope}}` are filled in; `|json`, `|url` and
   * `|base64` behind a name encode.
   */
  readonly body?: string | undefined;
  readonly charset?: "utf-8" | "utf-16le" | "utf-16be" | undefined;
  /** Puts the charset's byte order mark in front. */
  readonly bom?: boolean | undefined;
  readonly encoding?: "gzip" | "gzip-damaged" | "deflate" | "br" | undefined;
  /** What Content-Encoding says, if not the truth; `null`: nothing. */
  readonly contentEncoding?: string | null | undefined;
  /** What Content-Length says, if not the truth; `null`: nothing. */
  readonly contentLength?: number | null | undefined;
}

/** What fills a template. */
export interface AnswerTokens {
  readonly access_token: string;
  readonly refresh_token: string;
  /** Seconds. */
  readonly expires_in: number;
  readonly scope: string;
}

/** The answer of a template as core's HTTP client would hand it over, without a server. */
export function renderAnswer(
  { template }: { readonly template: AnswerTemplate },
  tokens: AnswerTokens,
  receivedAt: Date = new Date(),
): HttpAnswer {
  const body = packed(bytesOf(template, tokens), template.encoding);
  const encoding =
    template.contentEncoding === undefined ? template.encoding?.replace("-damaged", "") : template.contentEncoding;
  const length = template.contentLength === undefined ? body.length : template.contentLength;
  const headers: Record<string, string | null> = {
    "content-type": template.contentType ?? "application/json; charset=utf-8",
    "content-encoding": encoding ?? null,
    "content-length": length === null ? null : String(length),
    ...template.headers,
  };
  const stated = Object.entries(headers).filter((header): header is [string, string] => header[1] !== null);
  return {
    status: template.status ?? 200,
    headers: Object.fromEntries(stated.map(([name, value]) => [name.toLowerCase(), value])),
    body,
    truncated: length !== null && length > body.length,
    receivedAt,
  };
}

function bytesOf({ body = "", charset = "utf-8", bom = false }: AnswerTemplate, tokens: AnswerTokens): Buffer {
  const text = `${bom ? "\uFEFF" : ""}${fill(body, tokens)}`;
  if (charset === "utf-8") return Buffer.from(text, "utf8");
  const little = Buffer.from(text, "utf16le");
  return charset === "utf-16be" ? little.swap16() : little;
}

function fill(template: string, tokens: AnswerTokens): string {
  return template.replaceAll(/\{\{(\w+)(?:\|(url|json|base64))?\}\}/g, (whole, name: string, form?: string) => {
    if (!Object.hasOwn(tokens, name)) return whole;
    const value = String(tokens[name as keyof AnswerTokens]);
    if (form === "url") return encodeURIComponent(value);
    if (form === "json") return JSON.stringify(value);
    return form === "base64" ? Buffer.from(value, "utf8").toString("base64") : value;
  });
}

function packed(plain: Buffer, encoding: AnswerTemplate["encoding"]): Buffer {
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
