import type { GrantId } from "./grant.ts";
import { parseGrantId } from "./grant.ts";

/** What a grant's environment variables can hold. */
export const environmentFields = [
  "ACCESS_TOKEN",
  "REFRESH_TOKEN",
  "ACCESS_TOKEN_EXPIRES_AT",
  "REFRESH_TOKEN_EXPIRES_AT",
  "SCOPE",
  "STATE",
] as const;

/** One of {@link environmentFields}. */
export type EnvironmentField = (typeof environmentFields)[number];

/**
 * The prefix of a grant's variables: `<PLATFORM>[_<ACCOUNT>]`, upper case, every other character an underscore.
 * Two grants may end up with one prefix (`a/b-c`, `a-b/c`); configuration refuses that.
 *
 * @example
 * ```ts
 * import { environmentPrefix } from "@tokenward/core";
 *
 * environmentPrefix("tiktok/brand-a"); // "TIKTOK_BRAND_A"
 * ```
 */
export function environmentPrefix(grant: GrantId): string {
  const { platform, account } = parseGrantId(grant);
  const name = account === undefined ? platform : `${platform}_${account}`;
  return name.toUpperCase().replace(/[^A-Z0-9]/g, "_");
}

/** The one naming rule for tokens in the environment: `TIKTOK_BRAND_A_REFRESH_TOKEN`. */
export function environmentName(grant: GrantId, field: EnvironmentField, prefix?: string): string {
  return `${prefix ?? environmentPrefix(grant)}_${field}`;
}
