import {
  assessGrant,
  codeTokenRequest,
  defineRefresher,
  interpretTokenAnswer,
  pluginApiVersion,
  tokenRequest,
  type AuthorizationDialect,
  type Plugin,
  type Refresher,
  type TokenDialect,
} from "@tokenward/core/plugin";
import { tiktokDialect, tiktokTraits } from "./dialect.ts";
import { tiktokOptions, type TikTokOptions } from "./options.ts";
import { tiktokRevocation } from "./revocation.ts";
import { verifyTikTok } from "./verify.ts";

export type { TikTokOptions } from "./options.ts";

/**
 * Keeps TikTok grants alive. Every run exchanges the refresh token, because TikTok always issues a new one; how long
 * it lives, and whether its end moves, is read from the answers.
 */
export const tiktok: Plugin<"refresher", TikTokOptions> = defineRefresher({
  name: "tiktok",
  apiVersion: pluginApiVersion,
  options: tiktokOptions,
  create: createTikTok,
});

export default tiktok;

function createTikTok(options: TikTokOptions): Refresher {
  const dialect: TokenDialect = { ...tiktokDialect, url: options.token_url ?? tiktokDialect.url };
  return {
    platform: "tiktok",
    displayName: "TikTok",
    traits: tiktokTraits,
    endpoint: dialect.url,
    client: "confidential",
    consent:
      "Log in at https://www.tiktok.com/v2/auth/authorize/ with your app's client_key, as the account that posts, and exchange the code at https://open.tiktokapis.com/v2/oauth/token/.",
    assess: (grant, now, policy) => assessGrant(grant, now, policy),
    request: (grant, client) => tokenRequest(dialect, grant, client),
    interpret: (answer, grant, now) => interpretTokenAnswer(dialect, answer, grant, now),
    verify: async (_grant, _client, accessToken, io) =>
      await verifyTikTok(options.user_info_url ?? "https://open.tiktokapis.com/v2/user/info/", accessToken, io),
    authorization: authorizationOf(dialect, options),
    revocation: tiktokRevocation(options.revoke_url ?? "https://open.tiktokapis.com/v2/oauth/revoke/"),
  };
}

/** Desktop apps: a loopback address with a port, and a PKCE challenge in hex (developers.tiktok.com, Login Kit). */
function authorizationOf(dialect: TokenDialect, options: TikTokOptions): AuthorizationDialect {
  return {
    authorizeUrl: options.authorize_url ?? "https://www.tiktok.com/v2/auth/authorize/",
    flow: "code",
    clientIdParameter: "client_key",
    scopeSeparator: ",",
    pkce: "S256-hex",
    loopback: true,
    codeRequest: (code, client) => codeTokenRequest(dialect, code, client),
    interpretCode: (answer, now) => interpretTokenAnswer(dialect, answer, undefined, now),
  };
}
