import type { SandboxRequest } from "./platform.ts";

/** One header's value; of several, the first. */
export function headerOf(request: SandboxRequest, name: string): string | undefined {
  const value = request.headers[name];
  return Array.isArray(value) ? value[0] : value;
}

/** The media type of the body, lower case, without parameters. */
export function mediaTypeOf(request: SandboxRequest): string {
  return (headerOf(request, "content-type") ?? "").split(";", 1)[0]?.trim().toLowerCase() ?? "";
}

/** The token of `Authorization: Bearer …`. */
export function bearerOf(request: SandboxRequest): string | undefined {
  const header = headerOf(request, "authorization");
  return header !== undefined && /^bearer /i.test(header) ? header.slice(7).trim() : undefined;
}

/** The fields of a form body; empty when the body is not a form. */
export function formOf(request: SandboxRequest): URLSearchParams {
  return mediaTypeOf(request) === "application/x-www-form-urlencoded"
    ? new URLSearchParams(request.body.toString("utf8"))
    : new URLSearchParams();
}

/** The fields of a JSON object body; empty when there is none. */
export function jsonOf(request: SandboxRequest): Readonly<Record<string, unknown>> {
  if (mediaTypeOf(request) !== "application/json") return {};
  try {
    const value: unknown = JSON.parse(request.body.toString("utf8"));
    return typeof value === "object" && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : {};
  } catch {
    return {};
  }
}

/** Client credentials of `Authorization: Basic …`; `decode` undoes the form encoding of RFC 6749, section 2.3.1. */
export function basicOf(request: SandboxRequest, decode: boolean): { id: string; secret: string } | undefined {
  const header = headerOf(request, "authorization");
  if (header === undefined || !/^basic /i.test(header)) return undefined;
  const text = Buffer.from(header.slice(6), "base64").toString("utf8");
  const colon = text.indexOf(":");
  if (colon < 0) return undefined;
  const undo = (part: string): string => {
    if (!decode) return part;
    try {
      return decodeURIComponent(part.replaceAll("+", " "));
    } catch {
      return part;
    }
  };
  return { id: undo(text.slice(0, colon)), secret: undo(text.slice(colon + 1)) };
}

/** A non-empty string, or nothing. */
export function text(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

/** Scopes by comma or by space. */
export function splitScopes(value: string | undefined): readonly string[] | undefined {
  const scopes = value?.split(/[\s,]+/).filter((scope) => scope !== "");
  return scopes === undefined || scopes.length === 0 ? undefined : scopes;
}
