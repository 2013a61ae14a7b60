import {
  assessGrant,
  codeTokenRequest,
  defineRefresher,
  pluginApiVersion,
  tokenRequest,
  type AuthorizationDialect,
  type Plugin,
  type Refresher,
  type TokenDialect,
} from "@tokenward/core/plugin";
import { podiumDialect, podiumRequiredScopes, podiumScopeAliases, podiumTraits } from "./dialect.ts";
import { interpretPodium } from "./interpret.ts";
import { podiumOptions, type PodiumOptions } from "./options.ts";
import { verifyPodium } from "./verify.ts";

export type { PodiumOptions } from "./options.ts";

/**
 * Keeps Podium grants alive, one per organisation. Every run exchanges the refresh token, because that is what resets
 * the clock of its non-use; a new one is kept where Podium sends one, else the old one stays.
 */
export const podium: Plugin<"refresher", PodiumOptions> = defineRefresher({
  name: "podium",
  apiVersion: pluginApiVersion,
  options: podiumOptions,
  create: createPodium,
});

export default podium;

function createPodium(options: PodiumOptions): Refresher {
  const { url, body } = podiumDialect;
  const dialect: TokenDialect = { ...podiumDialect, url: options.token_url ?? url, body: options.body ?? body };
  return {
    platform: "podium",
    displayName: "Podium",
    traits: podiumTraits,
    endpoint: dialect.url,
    client: "confidential",
    requiredScopes: podiumRequiredScopes,
    scopeAliases: podiumScopeAliases,
    consent:
      "Open https://api.podium.com/oauth/authorize with your app's client_id, its https redirect_uri and the scopes, as an admin of the organisation, and exchange the code at https://api.podium.com/oauth/token.",
    assess: (grant, now, policy) => assessGrant(grant, now, policy),
    request: (grant, client) => tokenRequest(dialect, grant, client),
    interpret: (answer, grant, now) => interpretPodium(dialect, answer, grant, now),
    verify: async (_grant, _client, accessToken, io) => await verifyPodium(options, accessToken, io),
    authorization: authorizationOf(dialect, options),
  };
}

/** Redirects must be https, so a human pastes the address; no PKCE is documented (docs.podium.com, "OAuth", 2026-08-14). */
function authorizationOf(dialect: TokenDialect, options: PodiumOptions): AuthorizationDialect {
  return {
    authorizeUrl: options.authorize_url ?? "https://api.podium.com/oauth/authorize",
    flow: "code",
    clientIdParameter: "client_id",
    scopeSeparator: " ",
    pkce: "none",
    loopback: false,
    codeRequest: (code, client) => codeTokenRequest(dialect, code, client),
    interpretCode: (answer, now) => interpretPodium(dialect, answer, undefined, now),
  };
}
