import { redact } from "../redactor.ts";
import type { RefreshExpiry, TokenDialect, TokenField } from "./dialect.ts";
import { isObject, type JsonRecord } from "./lenient.ts";
import { endAfter, endAt, type StatedEnd } from "./lifetime.ts";

// Names that platforms are known to use, in their order of preference.
const knownNames: Readonly<Record<TokenField, readonly string[]>> = {
  access_token: ["access_token"],
  refresh_token: ["refresh_token"],
  expires_in: ["expires_in"],
  expires_at: ["expires_at"],
  refresh_token_expires_in: ["refresh_token_expires_in", "refresh_expires_in", "x_refresh_token_expires_in"],
  refresh_token_expires_at: ["refresh_token_expires_at", "refresh_expires_at"],
  scope: ["scope", "scopes", "permissions"],
};

// What programs print where a value is missing or hidden.
const placeholders =
  /^(undefined|null|none|nil|nan|true|false|\[object object\]|\[?(redacted|secret|filtered)\]?|\*+)$/i;

/** A field's value under any of its names that holds one; another case or separator counts as the same name. */
export function fieldOf(record: JsonRecord, field: TokenField, dialect: TokenDialect): unknown {
  const names = [...(dialect.fields?.[field] ?? []), ...knownNames[field]];
  for (const name of names) if (Object.hasOwn(record, name) && !isNothing(record[name])) return record[name];
  const bare = new Set(names.map(bareName));
  return Object.entries(record).find(([key, value]) => !isNothing(value) && bare.has(bareName(key)))?.[1];
}

function isNothing(value: unknown): boolean {
  return value === undefined || value === null || value === "";
}

function bareName(name: string): string {
  return name.toLowerCase().replace(/[^a-z0-9]/g, "");
}

/**
 * A token, or why what stands in its place is none: tokens are non-empty texts without control characters. Absent,
 * null and empty are no tokens either, but nothing odd.
 */
export function tokenOf(value: unknown): { readonly token?: string; readonly odd?: string } {
  if (isNothing(value)) return {};
  if (Array.isArray(value) && value.length === 1 && typeof value[0] === "string") {
    return { ...tokenOf(value[0]), odd: "stands in a list" };
  }
  if (typeof value !== "string") return { odd: "is not a text" };
  const token = value.trim();
  if (token === "") return { odd: "is blank" };
  if (placeholders.test(token)) return { odd: "is a placeholder" };
  if (/[\p{C}\uFFFD]/u.test(token)) return { odd: "holds characters that no token has" };
  return token === value ? { token } : { token, odd: "was surrounded by white space" };
}

/** The end of the access token that an answer states. */
export function accessEnd(record: JsonRecord, dialect: TokenDialect, now: Date): StatedEnd {
  const relative = endAfter(fieldOf(record, "expires_in", dialect), now, "odd");
  return better(relative, endAt(fieldOf(record, "expires_at", dialect), now));
}

/** The end of the refresh token, from where the dialect takes it. */
export function refreshEnd(record: JsonRecord, dialect: TokenDialect, now: Date, consentedAt?: Date): StatedEnd {
  const source: RefreshExpiry = dialect.refreshExpiry ?? "field";
  if (source === "none") return undefined;
  if (source !== "field") {
    const from = source.from === "consent" ? consentedAt : now;
    return from === undefined ? undefined : new Date(from.getTime() + source.days * 86_400_000);
  }
  const relative = endAfter(fieldOf(record, "refresh_token_expires_in", dialect), now, "endless");
  return better(relative, endAt(fieldOf(record, "refresh_token_expires_at", dialect), now));
}

// Seconds from now are believed first: they do not depend on the platform's clock and ours being the same.
function better(relative: StatedEnd, absolute: StatedEnd): StatedEnd {
  return relative instanceof Date ? relative : absolute instanceof Date ? absolute : (relative ?? absolute);
}

/** Granted scopes. Absent or empty means that the platform did not say (RFC 6749, section 5.1). */
export function scopesOf(record: JsonRecord, dialect: TokenDialect): readonly string[] | "odd" | undefined {
  const value = fieldOf(record, "scope", dialect);
  if (value === undefined || value === null || (typeof value === "string" && value.trim() === "")) return undefined;
  const list = typeof value === "string" ? split(decoded(value), dialect.scopeSeparator) : value;
  if (!Array.isArray(list)) return "odd";
  const scopes = list.filter((scope): scope is string => typeof scope === "string" && scope.trim() !== "");
  if (scopes.length === 0) return list.length === 0 ? undefined : "odd";
  return [...new Set(scopes.map((scope) => scope.trim()))];
}

function split(text: string, separator: string | undefined): readonly string[] {
  if (separator !== undefined && separator.trim() !== "" && separator !== "auto") return text.split(separator);
  return separator === " " || !text.includes(",") ? text.split(/\s+/) : text.split(",");
}

function decoded(text: string): string {
  try {
    return text.includes("%") ? decodeURIComponent(text) : text;
  } catch {
    return text;
  }
}

/** The facts without secrets that the dialect keeps beside the grant. */
export function attributesOf(
  records: readonly JsonRecord[],
  dialect: TokenDialect,
): Readonly<Record<string, string>> | undefined {
  const kept: Record<string, string> = {};
  for (const name of dialect.attributes ?? []) {
    const value = records.find((record) => Object.hasOwn(record, name))?.[name];
    // A number beyond 2^53 arrived rounded: an id that names nobody.
    const text = Number.isSafeInteger(value) ? String(value) : value;
    if (typeof text === "string" && text !== "" && text.length <= 512 && redact(text) === text) kept[name] = text;
  }
  return Object.keys(kept).length === 0 ? undefined : kept;
}

/** What a dotted path leads to, if it is an object, or the first one of a list. */
export function recordAt(record: JsonRecord | undefined, path: string): JsonRecord | undefined {
  let value: unknown = record;
  for (const name of path.split(".")) {
    if (Array.isArray(value)) value = value[0];
    value = isObject(value) && Object.hasOwn(value, name) ? value[name] : undefined;
  }
  if (Array.isArray(value)) value = value[0];
  return isObject(value) ? value : undefined;
}
