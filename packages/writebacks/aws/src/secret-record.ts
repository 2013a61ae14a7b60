import {
  decodeGrant,
  encodeGrant,
  fingerprintOf,
  parseGrantId,
  secret,
  type GrantId,
  type Secret,
  type StoredGrant,
} from "@tokenward/core/plugin";

/** The JSON object of one version of a secret. */
export interface SecretRecord {
  readonly grant: StoredGrant;
  /** The version that was AWSCURRENT when this one was made: only over that one may it be promoted. */
  readonly current: string | undefined;
  /** Keys that are not ours; they are carried along. */
  readonly others: Readonly<Record<string, unknown>>;
}

/** The text of a version. Tokens under plain keys, where jobs find them; everything else under one key of ours. */
export function encodeRecord({ grant, current, others }: SecretRecord, withAccess: boolean): string {
  const { refreshToken, accessToken } = grant;
  // Where an access token is what an exchange presents, it is the very thing to be kept.
  const access = withAccess || refreshToken === undefined ? accessToken : undefined;
  const bare = {
    ...grant,
    refreshToken: undefined,
    accessToken: undefined,
    accessTokenExpiresAt: access === undefined ? undefined : grant.accessTokenExpiresAt,
  };
  const facts = JSON.parse(encodeGrant(bare)) as Readonly<Record<string, unknown>>;
  return JSON.stringify({
    ...others,
    refresh_token: refreshToken?.reveal(),
    access_token: access?.reveal(),
    tokenward: { ...facts, current },
  });
}

/**
 * Reads what {@link encodeRecord} wrote, or a human did.
 *
 * @throws SyntaxError or TypeError without any of the text, where it is no JSON object
 */
export function decodeRecord(id: GrantId, text: string, target: string): SecretRecord {
  const { refresh_token, access_token, tokenward, ...others } = parse(text);
  const refreshToken = tokenOf(refresh_token);
  const accessToken = tokenOf(access_token);
  const tokens = { refreshToken, accessToken };
  if (tokenward === undefined) return { grant: { id, ...parseGrantId(id), ...tokens }, current: undefined, others };
  const facts = decodeGrant(id, JSON.stringify(tokenward));
  const { grant: owner, current } = tokenward as Readonly<Record<string, unknown>>;
  if (owner !== id) throw new TypeError("it belongs to another grant");
  const base = { current: typeof current === "string" ? current : undefined, others };
  const none = refreshToken === undefined && accessToken === undefined;
  // A human put another token beside the facts: they are about the one before.
  const prints = [refreshToken, accessToken].map((token) =>
    token === undefined ? undefined : fingerprintOf(target, token),
  );
  const about = none || (facts.fingerprint !== undefined && prints.includes(facts.fingerprint));
  if (!about) return { ...base, grant: { id, ...parseGrantId(id), ...tokens, claim: facts.claim } };
  return { ...base, grant: { ...facts, ...tokens } };
}

function parse(text: string): Readonly<Record<string, unknown>> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new SyntaxError("it is not JSON");
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw new TypeError("it is no JSON object");
  return value as Readonly<Record<string, unknown>>;
}

function tokenOf(value: unknown): Secret | undefined {
  return typeof value === "string" && value !== "" ? secret(value) : undefined;
}
