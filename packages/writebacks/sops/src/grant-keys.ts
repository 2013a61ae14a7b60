import { environmentPrefix, parseGrantId, type GrantId } from "@tokenward/core/plugin";
import type { Format } from "./leaf.ts";
import { Trouble } from "./trouble.ts";

/** Where a grant's values stand in a file. */
export interface GrantKeys {
  readonly refreshToken: readonly string[];
  readonly accessToken: readonly string[];
  /** Everything else that is known, as one line of JSON. */
  readonly record: readonly string[];
}

const own = ["refresh_token", "access_token", "tokenward"] as const;

/**
 * `tiktok.refresh_token` and `tiktok.brand-a.refresh_token`, or `TIKTOK_BRAND_A_REFRESH_TOKEN` in an env file. A
 * platform's own grant and its accounts share one branch.
 *
 * @throws {@link Trouble} where an account would stand in the place of a value
 */
export function grantKeys(grant: GrantId, format: Format): GrantKeys {
  if (format === "dotenv") {
    const prefix = environmentPrefix(grant);
    return {
      refreshToken: [`${prefix}_REFRESH_TOKEN`],
      accessToken: [`${prefix}_ACCESS_TOKEN`],
      record: [`${prefix}_STATE`],
    };
  }
  const { platform, account } = parseGrantId(grant);
  if (platform === "sops" || (own as readonly string[]).includes(account ?? "")) {
    throw new Trouble(
      `${grant} would stand where ${platform === "sops" ? "sops keeps its own facts" : `${grant.replace("/", ".")} of the platform's own grant stands`}`,
      "Give the account another name, or keep it in an env file",
    );
  }
  const branch = account === undefined ? [platform] : [platform, account];
  const [refreshToken, accessToken, record] = own.map((name) => [...branch, name]) as [string[], string[], string[]];
  return { refreshToken, accessToken, record };
}
