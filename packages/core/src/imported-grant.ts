import type { ImportedGrant } from "./engine/engine.ts";
import type { GrantId } from "./grant.ts";
import { TokenwardError } from "./errors/error.ts";
import { secret, type Secret } from "./secret.ts";

const known = [
  "refresh_token",
  "access_token",
  "expires_in",
  "access_token_expires_at",
  "refresh_token_expires_at",
  "refresh_token_expires_in",
  "refresh_expires_in",
  "rotated_at",
  "scope",
] as const;

const rfc3339 = /^\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?([Zz]|[+-]\d{2}:\d{2})$/;
// A century: whatever says more counts in other units than seconds.
const longestLifetime = 100 * 365 * 86_400;
const clockTolerance = 5 * 60_000;

/**
 * Reads the token JSON that a human hands over: a platform's token answer as it came, or the same with absolute
 * times. `expires_in`, `refresh_expires_in` and `refresh_token_expires_in` are seconds and count from `rotated_at`,
 * else from now; an absolute time wins over them. `scope` is a list, or text separated by spaces or commas. Other
 * keys are ignored, unless they are a known one in another spelling.
 *
 * @throws `ERR_AUTH_IMPORT_INVALID` with everything that is wrong, and nothing of the text
 */
export function readImportedGrant(text: string, grant: GrantId, now: Date): ImportedGrant {
  const mistakes: string[] = [];
  const record = parse(text, mistakes);
  for (const key of Object.keys(record)) {
    const meant = known.find((name) => name !== key && bare(name) === bare(key));
    if (meant !== undefined) mistakes.push(`a key must be spelled \`${meant}\``);
  }
  const rotatedAt = timeOf(record, "rotated_at", mistakes);
  if (rotatedAt !== undefined && rotatedAt.getTime() > now.getTime() + clockTolerance) {
    mistakes.push("`rotated_at` is in the future");
  }
  const from = rotatedAt ?? now;
  const imported: ImportedGrant = {
    refreshToken: tokenOf(record, "refresh_token", mistakes),
    accessToken: tokenOf(record, "access_token", mistakes),
    accessTokenExpiresAt:
      timeOf(record, "access_token_expires_at", mistakes) ?? endOf(record, "expires_in", from, mistakes),
    refreshTokenExpiresAt:
      timeOf(record, "refresh_token_expires_at", mistakes) ??
      endOf(record, "refresh_token_expires_in", from, mistakes) ??
      endOf(record, "refresh_expires_in", from, mistakes),
    rotatedAt,
    scopes: scopesOf(record, mistakes),
  };
  if (mistakes.length === 0 && imported.refreshToken === undefined && imported.accessToken === undefined) {
    mistakes.push("it holds neither `refresh_token` nor `access_token`");
  }
  if (mistakes.length > 0) throw new TokenwardError("ERR_AUTH_IMPORT_INVALID", { grant, reason: mistakes.join("; ") });
  return imported;
}

// JSON.parse quotes the text in its message; the text is a token.
function parse(text: string, mistakes: string[]): Record<string, unknown> {
  const body = text.replace(/^\uFEFF/, "").trim();
  if (body === "") {
    mistakes.push("standard input was empty");
    return {};
  }
  try {
    const value: unknown = JSON.parse(body);
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
    mistakes.push("it is not one JSON object");
  } catch {
    mistakes.push("it is not valid JSON");
  }
  return {};
}

function bare(key: string): string {
  return key.toLowerCase().replace(/[^a-z]/g, "");
}

function tokenOf(record: Record<string, unknown>, key: string, mistakes: string[]): Secret | undefined {
  const value = record[key];
  if (value === undefined || value === null) return undefined;
  if (typeof value === "string" && /^[\u0021-\u007E]+$/.test(value)) return secret(value);
  mistakes.push(
    value === "" ? `\`${key}\` is empty` : `\`${key}\` is not a text of printable characters without spaces`,
  );
  return undefined;
}

function timeOf(record: Record<string, unknown>, key: string, mistakes: string[]): Date | undefined {
  const value = record[key];
  if (value === undefined || value === null) return undefined;
  const time = typeof value === "string" && rfc3339.test(value) ? new Date(value) : undefined;
  if (time !== undefined && !Number.isNaN(time.getTime())) return time;
  mistakes.push(`\`${key}\` is not an RFC 3339 time such as 2026-12-24T00:00:00Z`);
  return undefined;
}

function endOf(record: Record<string, unknown>, key: string, from: Date, mistakes: string[]): Date | undefined {
  const value = record[key];
  if (value === undefined || value === null) return undefined;
  const seconds = typeof value === "string" && /^\d+$/.test(value) ? Number(value) : value;
  // Some servers (Keycloak) say 0 for a refresh token without an end.
  if (seconds === 0 && key !== "expires_in") return undefined;
  if (typeof seconds === "number" && seconds >= 0 && seconds <= longestLifetime) {
    return new Date(from.getTime() + seconds * 1000);
  }
  mistakes.push(`\`${key}\` is not a number of seconds`);
  return undefined;
}

function scopesOf(record: Record<string, unknown>, mistakes: string[]): string[] | undefined {
  const value = record["scope"];
  if (value === undefined || value === null) return undefined;
  if (typeof value === "string") return value.split(/[\s,]+/).filter((scope) => scope !== "");
  if (Array.isArray(value) && value.every((scope) => typeof scope === "string")) return value;
  mistakes.push("`scope` is neither a text nor a list of texts");
  return undefined;
}
