import type { Grant } from "@tokenward/core/plugin";

const name = "data_access_expires_at";

/**
 * What `verify` keeps of `debug_token`: when the app loses access to the account's data although the token lives on,
 * about 90 days after the person last used the login.
 */
export function dataAccessAttribute(epochSeconds: unknown): Readonly<Record<string, string>> | undefined {
  const end = endOf(epochSeconds);
  return end === undefined ? undefined : { [name]: end.toISOString() };
}

/** When the app loses access to data, as far as it was learned. */
export function dataAccessEnd(grant: Grant): Date | undefined {
  const time = Date.parse(grant.attributes?.[name] ?? "");
  return Number.isNaN(time) ? undefined : new Date(time);
}

/** An end in seconds since 1970; `undefined` where it is 0, which Meta says of a token without end, or no time. */
export function endOf(epochSeconds: unknown): Date | undefined {
  return typeof epochSeconds === "number" && epochSeconds > 0 && epochSeconds < 1e11
    ? new Date(epochSeconds * 1000)
    : undefined;
}
