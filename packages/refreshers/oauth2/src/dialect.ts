import type { RefresherTraits, TokenDialect } from "@tokenward/core/plugin";
import type { OAuth2Options } from "./options.ts";
import { secondsOf } from "./schema.ts";

/** The options as core's dialect data. */
export function dialectOf(options: OAuth2Options): TokenDialect {
  const { fields = {}, errors = {}, envelope } = options;
  return {
    url: options.token_url,
    method: options.method,
    body: options.body,
    clientAuth: options.client_auth,
    grantType: options.grant_type,
    presents: options.presents,
    rename: options.rename,
    params: options.params,
    headers: options.headers,
    requestScopes: options.request_scopes,
    envelope: typeof envelope === "string" ? [envelope] : envelope,
    fields: Object.fromEntries(
      Object.entries(fields).map(([field, names]) => [field, typeof names === "string" ? [names] : (names ?? [])]),
    ),
    scopeSeparator: options.scope_separator,
    success: options.success,
    errors: Object.fromEntries(Object.entries(errors).map(([code, failure]) => [code.toLowerCase(), failure])),
    references: options.references,
    attributes: options.attributes,
    refreshExpiry: options.refresh_expiry,
    returnsRefreshToken: options.rotation,
  };
}

/** Unknown platforms are taken for the careful kind: the token may rotate, and an old one may kill the grant. */
export function traitsOf(options: OAuth2Options): RefresherTraits {
  const { reuse = "strict", minimum_age: age } = options;
  return {
    rotation: options.rotation ?? "sometimes",
    reuse: typeof reuse === "object" ? { graceSeconds: reuse.grace_seconds } : reuse,
    presents: options.presents,
    cadence: options.cadence,
    minimumAgeSeconds: age === undefined ? undefined : secondsOf(age),
    idleLimitDays: options.idle_limit_days,
  };
}

/** What the exchange needs of the client. */
export function clientOf(options: OAuth2Options): "none" | "public" | "confidential" {
  if (options.client_auth === "none") return "none";
  return options.client_auth === "basic" ? "confidential" : "public";
}
