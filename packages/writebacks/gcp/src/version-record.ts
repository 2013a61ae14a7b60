import { createHash } from "node:crypto";
import {
  decodeGrant,
  encodeGrant,
  parseGrantId,
  secret,
  type GrantId,
  type Secret,
  type StoredGrant,
} from "@tokenward/core/plugin";

/** What one version of a secret says. */
export interface VersionRecord {
  readonly grant: StoredGrant;
  /**
   * The number of the newest version that its writer had seen. A version with another number than the one after it came
   * second, and counts for nobody. `undefined`: a human put it there, which counts wherever it comes.
   */
  readonly parent: number | undefined;
  /** Keys that are not ours; they are carried along. */
  readonly others: Readonly<Record<string, unknown>>;
}

/** The bytes of a version. Tokens under plain keys, where jobs find them; everything else under one key of ours. */
export function encodeRecord({ grant, parent, others }: VersionRecord, withAccess: boolean): Uint8Array {
  const { refreshToken, accessToken } = grant;
  // Where an access token is what an exchange presents, it is the very thing to be kept.
  const access = withAccess || refreshToken === undefined ? accessToken : undefined;
  const bare = {
    ...grant,
    refreshToken: undefined,
    accessToken: undefined,
    accessTokenExpiresAt: access === undefined ? undefined : grant.accessTokenExpiresAt,
    claim: undefined,
  };
  const facts = JSON.parse(encodeGrant(bare)) as Readonly<Record<string, unknown>>;
  const text = JSON.stringify({
    ...others,
    refresh_token: refreshToken?.reveal(),
    access_token: access?.reveal(),
    tokenward: { ...facts, parent, about: digestOf(grant.id, refreshToken ?? access) },
  });
  return new TextEncoder().encode(text);
}

/**
 * Reads what {@link encodeRecord} wrote, or a human did: an object with a `refresh_token`, or the bare token.
 *
 * @throws SyntaxError or TypeError without any of the text, where it is neither
 */
export function decodeRecord(id: GrantId, bytes: Uint8Array): VersionRecord {
  const { refresh_token, access_token, tokenward, ...others } = parse(bytes);
  const refreshToken = tokenOf(refresh_token);
  const accessToken = tokenOf(access_token);
  const byHand = { grant: { id, ...parseGrantId(id), refreshToken, accessToken }, parent: undefined, others };
  if (tokenward === undefined) return byHand;
  const facts = decodeGrant(id, JSON.stringify(tokenward));
  const { grant: owner, parent, about } = tokenward as Readonly<Record<string, unknown>>;
  if (owner !== id) throw new TypeError("it belongs to another grant");
  // A human copied a version and put another token into it: what stands beside is about the one before.
  if (about !== digestOf(id, refreshToken ?? accessToken)) return byHand;
  if (typeof parent !== "number") throw new TypeError("it does not name its parent");
  return { grant: { ...facts, refreshToken, accessToken }, parent, others };
}

// Tells whether the facts are about the token beside them. Not a fingerprint: those depend on how the project is named
// in the configuration, and which version counts must not.
function digestOf(id: GrantId, token: Secret | undefined): string {
  return createHash("sha256")
    .update(`tokenward version 1\0${id}\0${token?.reveal() ?? ""}`)
    .digest("base64url");
}

function parse(bytes: Uint8Array): Readonly<Record<string, unknown>> {
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(bytes).trim();
  } catch {
    throw new SyntaxError("it is not text");
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    value = text;
  }
  if (typeof value === "object" && value !== null && !Array.isArray(value))
    return value as Readonly<Record<string, unknown>>;
  const bare = typeof value === "string" ? value : text;
  // What looks like damaged JSON is no token.
  if (/^[^\s\p{C}{}[\]"]+$/u.test(bare)) return { refresh_token: bare };
  throw new TypeError("it is neither a JSON object nor a token");
}

function tokenOf(value: unknown): Secret | undefined {
  return typeof value === "string" && value !== "" ? secret(value) : undefined;
}
