import { createRequire } from "node:module";
import { TokenwardError } from "../errors/error.ts";
import { rememberSecret } from "../redactor.ts";
import { isSecret } from "../secret.ts";
import type { Field, HttpBody, HttpRequest, JsonWithSecrets } from "./message.ts";

/** A request with its secrets revealed, made right before it is sent and never kept. */
export interface OutgoingRequest {
  readonly url: URL;
  readonly method: HttpRequest["method"];
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer | undefined;
}

/**
 * Reveals the secrets of a request.
 *
 * @throws `ERR_AUTH_REQUEST_INVALID` where it must not or cannot be sent, such as over plain HTTP to another machine
 */
export function outgoingRequest(request: HttpRequest): OutgoingRequest {
  const url = checkedUrl(request.url);
  for (const [name, value] of Object.entries(request.query ?? {})) url.searchParams.append(name, reveal(value));
  const headers: Record<string, string> = {
    accept: "application/json, */*;q=0.5",
    "accept-encoding": "gzip, deflate, br",
    "user-agent": userAgent(),
  };
  const body = request.body === undefined ? undefined : encodeBody(request.body);
  if (body !== undefined) headers["content-type"] = body.type;
  if (request.basic !== undefined) headers["authorization"] = basicAuthorization(request.basic);
  for (const [name, value] of Object.entries(request.headers ?? {})) headers[name.toLowerCase()] = reveal(value);
  for (const [name, value] of Object.entries(headers)) checkHeader(name, value, url);
  return { url, method: request.method, headers, body: body?.bytes };
}

/** Whether a host name can only mean this machine. Same rule as RFC 8252's loopback, plus `localhost`. */
export function isLoopback(hostname: string): boolean {
  const host = hostname.toLowerCase().replace(/\.$/, "");
  return (
    host === "localhost" ||
    host.endsWith(".localhost") ||
    /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(host) ||
    host === "[::1]"
  );
}

function checkedUrl(text: string): URL {
  const url = URL.parse(text);
  if (url === null) throw invalid("its refresher", "its address is not a URL");
  if (url.username !== "" || url.password !== "") throw invalid(url.host, "its address holds a user name or password");
  if (url.protocol === "https:" || (url.protocol === "http:" && isLoopback(url.hostname))) return url;
  if (url.protocol !== "http:") throw invalid(url.host, `its address begins with ${url.protocol} instead of https:`);
  throw invalid(url.host, `http://${url.host} would show its tokens to everybody on the way; use https`);
}

const headerName = /^[!#$%&'*+.^_`|~\dA-Za-z-]+$/;
const headerValue = /^[\t\u0020-\u007e\u0080-\u00ff]*$/;

function checkHeader(name: string, value: string, url: URL): void {
  if (!headerName.test(name)) throw invalid(url.host, "a header has an impossible name");
  if (!headerValue.test(value)) throw invalid(url.host, `the header ${name} holds a character that cannot be sent`);
}

function invalid(grant: string, reason: string): TokenwardError {
  return new TokenwardError("ERR_AUTH_REQUEST_INVALID", { grant, reason }, { class: "client" });
}

function reveal(field: Field): string {
  return typeof field === "string" ? field : field.reveal();
}

// RFC 6749 section 2.3.1: both halves form-encoded before they are joined, so that a colon in an id stays unambiguous.
function basicAuthorization({ user, password }: NonNullable<HttpRequest["basic"]>): string {
  const encoded = Buffer.from(`${formEncode(user)}:${formEncode(reveal(password))}`, "utf8").toString("base64");
  rememberSecret(encoded);
  return `Basic ${encoded}`;
}

function formEncode(value: string): string {
  return new URLSearchParams([["", value]]).toString().slice(1);
}

function encodeBody(body: HttpBody): { readonly bytes: Buffer; readonly type: string } {
  if ("form" in body) {
    const pairs = Object.entries(body.form).map(([name, value]): [string, string] => [name, reveal(value)]);
    return { bytes: Buffer.from(new URLSearchParams(pairs).toString()), type: "application/x-www-form-urlencoded" };
  }
  if ("json" in body) return { bytes: Buffer.from(JSON.stringify(revealJson(body.json))), type: "application/json" };
  return { bytes: Buffer.from(reveal(body.text)), type: body.type };
}

function revealJson(value: JsonWithSecrets): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map((item: JsonWithSecrets) => revealJson(item));
  if (isSecret(value)) return value.reveal();
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, revealJson(item)]));
}

let agent: string | undefined;

function userAgent(): string {
  agent ??= `tokenward${version()}`;
  return agent;
}

// By its own name, so that it is found from the sources and from the built files alike.
function version(): string {
  try {
    const manifest = createRequire(import.meta.url)("@tokenward/core/package.json") as { readonly version: string };
    return `/${manifest.version}`;
  } catch {
    // Bundled into somebody's single file.
    return "";
  }
}
