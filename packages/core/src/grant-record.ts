import { parseGrantId, type GrantId, type Intent, type Retirement, type StoredGrant } from "./grant.ts";
import { secret, type Secret } from "./secret.ts";

/**
 * A stored grant as one JSON object, for write-backs and states that keep it as one record. It holds the tokens in
 * the clear: seal it.
 */
export function encodeGrant(grant: StoredGrant): string {
  return JSON.stringify({
    v: 1,
    grant: grant.id,
    generation: grant.generation,
    fingerprint: grant.fingerprint,
    access_token: grant.accessToken?.reveal(),
    access_token_expires_at: grant.accessTokenExpiresAt,
    refresh_token: grant.refreshToken?.reveal(),
    refresh_token_expires_at: grant.refreshTokenExpiresAt,
    refresh_token_end: grant.refreshTokenEnd,
    scope: grant.scopes,
    rotated_at: grant.rotatedAt,
    last_used_at: grant.lastUsedAt,
    consented_at: grant.consentedAt,
    attributes: grant.attributes,
    claim: grant.claim,
    retired: grant.retired === undefined ? undefined : { at: grant.retired.at, moved_to: grant.retired.movedTo },
  });
}

/**
 * Reads what {@link encodeGrant} wrote.
 *
 * @throws SyntaxError or TypeError, without any of the text, where it is not such a record
 */
export function decodeGrant(id: GrantId, text: string): StoredGrant {
  const record = parseRecord(text);
  const { platform, account } = parseGrantId(id);
  return {
    id,
    platform,
    account,
    generation: numberOf(record["generation"]),
    fingerprint: textOf(record["fingerprint"]),
    accessToken: secretOf(record["access_token"]),
    accessTokenExpiresAt: dateOf(record["access_token_expires_at"]),
    refreshToken: secretOf(record["refresh_token"]),
    refreshTokenExpiresAt: dateOf(record["refresh_token_expires_at"]),
    refreshTokenEnd: record["refresh_token_end"] as StoredGrant["refreshTokenEnd"],
    scopes: record["scope"] as StoredGrant["scopes"],
    rotatedAt: dateOf(record["rotated_at"]),
    lastUsedAt: dateOf(record["last_used_at"]),
    consentedAt: dateOf(record["consented_at"]),
    attributes: record["attributes"] as StoredGrant["attributes"],
    claim: record["claim"] === undefined ? undefined : decodeIntent(record["claim"]),
    retired: decodeRetirement(record),
  };
}

// Up to version 1.0 of a record, a tombstone said `retired: true` beside `retired_at`.
function decodeRetirement(record: Readonly<Record<string, unknown>>): Retirement | undefined {
  const value = record["retired"];
  if (value === undefined) return undefined;
  const { at = record["retired_at"], moved_to: movedTo } = value as Readonly<Record<string, unknown>>;
  return { at: dateOf(at) ?? new Date(0), movedTo: textOf(movedTo) };
}

/** Reads an intent back from JSON, where dates have become text. */
export function decodeIntent(value: unknown): Intent {
  const intent = value as Record<string, unknown>;
  const at = dateOf(intent["at"]);
  const deadline = dateOf(intent["deadline"]);
  if (at === undefined || deadline === undefined) throw new TypeError("an intent without times");
  return {
    id: String(intent["id"]),
    version: intent["version"] as Intent["version"],
    host: String(intent["host"]),
    run: String(intent["run"]),
    at,
    deadline,
    attempt: numberOf(intent["attempt"]) ?? 1,
  };
}

// JSON.parse quotes the text in its message; the text is a token.
function parseRecord(text: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new SyntaxError("not a grant record: no valid JSON");
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new TypeError("not a grant record: no JSON object");
  }
  const record = value as Record<string, unknown>;
  if (record["v"] !== 1) throw new TypeError("not a grant record of a known version");
  return record;
}

function secretOf(value: unknown): Secret | undefined {
  return typeof value === "string" && value !== "" ? secret(value) : undefined;
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

function numberOf(value: unknown): number | undefined {
  return typeof value === "number" ? value : undefined;
}

function dateOf(value: unknown): Date | undefined {
  if (typeof value !== "string") return undefined;
  const date = new Date(value);
  return Number.isNaN(date.getTime()) ? undefined : date;
}
