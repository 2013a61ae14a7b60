import type { RefresherTraits, TokenDialect } from "@tokenward/core/plugin";
import { secondsOf } from "./duration.ts";
import type { Settings } from "./settings.ts";

/** The settings as core's dialect data. */
export function dialectOf(settings: Settings): TokenDialect {
  const { fields = {}, errors = {}, sentences = {}, envelope } = settings;
  return {
    url: settings.token_url,
    method: settings.method,
    body: settings.body,
    clientAuth: settings.client_auth,
    secretRequired: settings.secretRequired,
    grantType: settings.grant_type,
    presents: settings.presents,
    rename: settings.rename,
    params: settings.params,
    headers: settings.headers,
    requestScopes: settings.request_scopes,
    envelope: typeof envelope === "string" ? [envelope] : envelope,
    fields: Object.fromEntries(
      Object.entries(fields).map(([field, names]) => [field, typeof names === "string" ? [names] : (names ?? [])]),
    ),
    scopeSeparator: settings.scope_separator,
    success: settings.success,
    errors: lowerKeys(errors),
    sentences: lowerKeys(sentences),
    phrases: settings.phrases,
    subtypes: settings.subtypes,
    references: settings.references,
    attributes: settings.attributes,
    refreshExpiry: settings.refresh_expiry,
    returnsRefreshToken: settings.rotation,
  };
}

/** Unknown platforms are taken for the careful kind: the token may rotate, and an old one may kill the grant. */
export function traitsOf(settings: Settings): RefresherTraits {
  const { reuse = "strict", minimum_age: age } = settings;
  return {
    rotation: settings.rotation ?? "sometimes",
    reuse: typeof reuse === "object" ? { graceSeconds: reuse.grace_seconds } : reuse,
    presents: settings.presents,
    cadence: settings.cadence,
    minimumAgeSeconds: age === undefined ? undefined : secondsOf(age),
    idleLimitDays: settings.idle_limit_days,
  };
}

/** What the exchange needs of the client. */
export function clientOf(settings: Settings): "none" | "public" | "confidential" {
  if (settings.client_auth === "none") return "none";
  return settings.client_auth === "basic" || settings.secretRequired === true ? "confidential" : "public";
}

function lowerKeys<Value>(record: Readonly<Record<string, Value>>): Record<string, Value> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name.toLowerCase(), value]));
}
