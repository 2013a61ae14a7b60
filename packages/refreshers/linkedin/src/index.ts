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
import { assessLinkedIn, withFixedEnd } from "./assess.ts";
import { linkedinDialect, linkedinTraits } from "./dialect.ts";
import { linkedinOptions, type LinkedInOptions } from "./options.ts";
import { linkedinRevocation } from "./revocation.ts";
import { verifyLinkedIn } from "./verify.ts";

export type { LinkedInOptions } from "./options.ts";

/**
 * Keeps LinkedIn grants alive. Standard apps have no refresh token: their grants are proved on every run and counted
 * down, and a human is told in time. Refresh-enabled apps renew when due, until 365 days after the consent.
 */
export const linkedin: Plugin<"refresher", LinkedInOptions> = defineRefresher({
  name: "linkedin",
  apiVersion: pluginApiVersion,
  options: linkedinOptions,
  create: createLinkedIn,
});

export default linkedin;

function createLinkedIn(options: LinkedInOptions): Refresher {
  const dialect: TokenDialect = { ...linkedinDialect, url: options.token_url ?? linkedinDialect.url };
  const introspectUrl = options.introspect_url ?? "https://www.linkedin.com/oauth/v2/introspectToken";
  const userinfoUrl = options.userinfo_url ?? "https://api.linkedin.com/v2/userinfo";
  return {
    platform: "linkedin",
    displayName: "LinkedIn",
    traits: linkedinTraits,
    endpoint: dialect.url,
    // Counting down needs no app; what a refresh-enabled grant lacks, its own request says.
    client: "optional",
    consent:
      "Sign in at https://www.linkedin.com/oauth/v2/authorization with your app's client_id, as the member who posts, and exchange the code at https://www.linkedin.com/oauth/v2/accessToken. The token generator of LinkedIn's developer portal does both by hand.",
    assess: assessLinkedIn,
    request: (grant, client) => tokenRequest(dialect, grant, client),
    interpret: (answer, grant, now) => withFixedEnd(interpretTokenAnswer(dialect, answer, grant, now), grant),
    verify: async (grant, client, accessToken, io) =>
      await verifyLinkedIn({ grant, client, accessToken, io, introspectUrl, userinfoUrl }),
    authorization: authorizationOf(dialect, options),
    revocation: linkedinRevocation(options.revoke_url ?? "https://www.linkedin.com/oauth/v2/revoke"),
  };
}

/** The ordinary web flow. `http://localhost:<port>` is accepted where it is registered for the app; PKCE is not offered. */
function authorizationOf(dialect: TokenDialect, options: LinkedInOptions): AuthorizationDialect {
  return {
    authorizeUrl: options.authorize_url ?? "https://www.linkedin.com/oauth/v2/authorization",
    flow: "code",
    clientIdParameter: "client_id",
    scopeSeparator: " ",
    pkce: "none",
    loopback: true,
    loopbackHost: "localhost",
    codeRequest: (code, client) => codeTokenRequest(dialect, code, client),
    interpretCode: (answer, now) => interpretTokenAnswer(dialect, answer, undefined, now),
  };
}
