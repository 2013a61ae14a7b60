import { parseGrantId, type ClientId, type GrantId } from "@tokenward/core/plugin";

/**
 * The id of a grant's secret: `<prefix>-tiktok`, `<prefix>-tiktok_brand-a`. Secret ids have letters, digits, `-` and `_`
 * only. No platform has a `_`, so the first one is the slash; behind it `_` is `__` and `.` is `_d`. No two grants
 * share an id.
 *
 * @throws `ERR_CONFIG_GRANT_NAME` when the text is no grant's name
 */
export function secretIdOf(prefix: string, subject: GrantId | ClientId): string {
  const { platform, account } = parseGrantId(subject);
  if (account === undefined) return `${prefix}-${platform}`;
  return `${prefix}-${platform}_${account.replaceAll("_", "__").replaceAll(".", "_d")}`;
}
