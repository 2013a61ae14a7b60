import {
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
import { assessYouTube } from "./assess.ts";
import { youtubeDialect, youtubeScopes, youtubeTraits } from "./dialect.ts";
import { youtubeOptions, type YouTubeOptions } from "./options.ts";
import { youtubeRevocation } from "./revocation.ts";
import { verifyYouTube } from "./verify.ts";

export type { YouTubeOptions } from "./options.ts";

/**
 * Keeps YouTube grants alive. Every run mints an access token, which proves the refresh token and resets the clock of
 * its non-use; nothing rotates, so nothing has to be saved but the end that Google states for short-lived grants.
 */
export const youtube: Plugin<"refresher", YouTubeOptions> = defineRefresher({
  name: "youtube",
  apiVersion: pluginApiVersion,
  options: youtubeOptions,
  create: createYouTube,
});

export default youtube;

function createYouTube(options: YouTubeOptions): Refresher {
  const dialect: TokenDialect = { ...youtubeDialect, url: options.token_url ?? youtubeDialect.url };
  return {
    platform: "youtube",
    displayName: "YouTube",
    traits: youtubeTraits,
    endpoint: dialect.url,
    client: "public",
    scopeAliases: youtubeScopes,
    consent:
      "Sign in at https://accounts.google.com/o/oauth2/v2/auth with access_type=offline and prompt=consent, as the account that owns the channel, and exchange the code at https://oauth2.googleapis.com/token.",
    assess: assessYouTube,
    request: (grant, client) => tokenRequest(dialect, grant, client),
    interpret: (answer, grant, now) => interpretTokenAnswer(dialect, answer, grant, now),
    verify: async (_grant, _client, accessToken, io) =>
      await verifyYouTube(options.tokeninfo_url ?? "https://oauth2.googleapis.com/tokeninfo", accessToken, io),
    authorization: authorizationOf(dialect, options),
    revocation: youtubeRevocation(options.revoke_url ?? "https://oauth2.googleapis.com/revoke"),
  };
}

/** Without `prompt=consent` a second login returns no refresh token (developers.google.com, installed applications). */
function authorizationOf(dialect: TokenDialect, options: YouTubeOptions): AuthorizationDialect {
  return {
    authorizeUrl: options.authorize_url ?? "https://accounts.google.com/o/oauth2/v2/auth",
    flow: "code",
    clientIdParameter: "client_id",
    scopeSeparator: " ",
    parameters: { access_type: "offline", prompt: "consent" },
    pkce: "S256",
    loopback: true,
    codeRequest: (code, client) => codeTokenRequest(dialect, code, client),
    interpretCode: (answer, now) => interpretTokenAnswer(dialect, answer, undefined, now),
  };
}
