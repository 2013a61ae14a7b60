import type { SandboxPlatform } from "@tokenward/sandbox";
import type { Sentinels } from "./sentinels.ts";

/** The same platform; every token that it issues becomes a sentinel at that moment. */
export function recorded(platform: SandboxPlatform, sentinels: Sentinels): SandboxPlatform {
  return {
    ...platform,
    wordTokens: (issued, settings) => {
      sentinels.add("access token", issued.accessToken);
      sentinels.add("refresh token", issued.refreshToken);
      return platform.wordTokens(issued, settings);
    },
  };
}
