import { TokenwardError } from "./errors/error.ts";
import { environmentName, type EnvironmentField } from "./environment.ts";
import { parseGrantId, type GrantId, type StoredGrant } from "./grant.ts";
import { secret, type Secret } from "./secret.ts";

/**
 * The first tokens of a grant, from the environment: `TIKTOK_REFRESH_TOKEN` and its kin. The environment only seeds:
 * once a grant is stored, the stored one wins, and nothing is ever written back here.
 *
 * @param env normally `process.env`
 * @param prefix in place of the one that the grant's name gives
 * @returns a grant of generation 0 (nothing stored), or `undefined` where neither token is set
 * @throws `ERR_CONFIG_SEED` naming the variable, never its value
 *
 * @example
 * ```ts
 * import { readEnvironmentGrant } from "@tokenward/core";
 *
 * readEnvironmentGrant("tiktok/brand-a", { TIKTOK_BRAND_A_REFRESH_TOKEN: "rft.example" });
 * ```
 */
export function readEnvironmentGrant(
  id: GrantId,
  env: Readonly<Record<string, string | undefined>>,
  prefix?: string | undefined,
): StoredGrant | undefined {
  const { platform, account } = parseGrantId(id);
  const variable = (field: EnvironmentField): Variable => {
    const name = environmentName(id, field, prefix);
    const value = env[name]?.trim();
    return { name, value: value === "" ? undefined : value };
  };
  const accessToken = tokenOf(variable("ACCESS_TOKEN"));
  const refreshToken = tokenOf(variable("REFRESH_TOKEN"));
  // Dates and scopes alone are facts about a token that is kept elsewhere, or leftovers.
  if (accessToken === undefined && refreshToken === undefined) return undefined;
  return {
    id,
    platform,
    account,
    generation: 0,
    accessToken,
    accessTokenExpiresAt: dateOf(variable("ACCESS_TOKEN_EXPIRES_AT")),
    refreshToken,
    refreshTokenExpiresAt: dateOf(variable("REFRESH_TOKEN_EXPIRES_AT")),
    scopes: scopesOf(variable("SCOPE")),
  };
}

interface Variable {
  readonly name: string;
  /** Trimmed. Absent where the variable is unset or blank, which is how CI systems pass a missing secret. */
  readonly value: string | undefined;
}

function tokenOf({ name, value }: Variable): Secret | undefined {
  if (value === undefined) return undefined;
  // A token is sent in a header or a form; whatever is not printable was pasted along with it.
  if (/[\r\n]/.test(value)) throw unusable(name, "it holds a line break");
  if (/\s/.test(value)) throw unusable(name, "it holds a space");
  // oxlint-disable-next-line no-control-regex
  if (/[\u0000-\u001f\u007f]/.test(value)) throw unusable(name, "it holds a control character");
  if (/^(["']).*\1$/.test(value)) throw unusable(name, "it is wrapped in quotation marks");
  if (/^\$\{?\w+\}?$/.test(value)) throw unusable(name, "it is the name of a variable that nobody filled in");
  return secret(value);
}

const rfc3339 = /^\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?([Zz]|[+-]\d{2}:\d{2})$/;
const dayOnly = /^\d{4}-\d{2}-\d{2}$/;
// 2001 to 2286: below are lifetimes (`expires_in`) in the place of a point in time, above are milliseconds.
const epochSeconds = /^[1-9]\d{9}$/;

function dateOf({ name, value }: Variable): Date | undefined {
  if (value === undefined) return undefined;
  const date = epochSeconds.test(value)
    ? new Date(Number(value) * 1000)
    : rfc3339.test(value) || dayOnly.test(value)
      ? new Date(value)
      : undefined;
  if (date === undefined || Number.isNaN(date.getTime())) {
    throw unusable(name, "it is neither an RFC 3339 time nor seconds since 1970");
  }
  return date;
}

function scopesOf({ value }: Variable): readonly string[] | undefined {
  return value?.split(/[\s,]+/).filter((scope) => scope !== "");
}

function unusable(name: string, reason: string): TokenwardError {
  return new TokenwardError("ERR_CONFIG_SEED", { name, reason }, { class: "client" });
}
