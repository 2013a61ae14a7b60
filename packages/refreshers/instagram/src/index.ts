import {
  defineRefresher,
  pluginApiVersion,
  tokenRequest,
  type Plugin,
  type Refresher,
  type TokenDialect,
} from "@tokenward/core/plugin";
import { assessInstagram } from "./assess.ts";
import { instagramAuthorization } from "./authorization.ts";
import { facebookDialect, facebookTraits, formerScopes, instagramDialect, instagramTraits } from "./dialect.ts";
import { interpretRenewal } from "./interpret.ts";
import { endpointsOf, instagramOptions, type InstagramOptions } from "./options.ts";
import { facebookRevocation } from "./revocation.ts";
import { verifyInstagram } from "./verify.ts";

export type { InstagramOptions } from "./options.ts";

/**
 * Keeps Instagram grants alive: renews the long-lived access token in place on every run, from its 24th hour to its
 * end. There is no refresh token. How long the renewed token lives is read from the answer.
 */
export const instagram: Plugin<"refresher", InstagramOptions> = defineRefresher({
  name: "instagram",
  apiVersion: pluginApiVersion,
  options: instagramOptions,
  secretOptions: ["app_token"],
  create: createInstagram,
});

export default instagram;

function createInstagram(options: InstagramOptions): Refresher {
  const endpoints = endpointsOf(options);
  const login = options.login ?? "instagram";
  const dialect: TokenDialect = {
    ...(login === "facebook" ? facebookDialect : instagramDialect),
    url: endpoints.token,
  };
  return {
    platform: "instagram",
    displayName: "Instagram",
    traits: login === "facebook" ? facebookTraits : instagramTraits,
    endpoint: endpoints.token,
    client: login === "facebook" ? "confidential" : "none",
    // Meta renews only while this is granted ("Refresh Access Token", 2025-07-17).
    requiredScopes: login === "facebook" ? undefined : ["instagram_business_basic"],
    scopeAliases: formerScopes,
    consent: `Log in at ${endpoints.authorize} with your app's client_id, as the account that posts, exchange the code at ${endpoints.code}, and the short-lived token for a long-lived one at ${endpoints.exchange}.`,
    assess: (grant, now, policy) =>
      assessInstagram(grant, now, policy, login === "facebook" || options.app_token !== undefined),
    request: (grant, client) => tokenRequest(dialect, grant, client),
    interpret: (answer, grant, now) => interpretRenewal(dialect, answer, grant, now),
    verify: async (_grant, client, accessToken, io) =>
      await verifyInstagram({ login, dialect, endpoints, appToken: options.app_token, client }, accessToken, io),
    authorization: instagramAuthorization(login, dialect, endpoints),
    revocation: login === "facebook" ? facebookRevocation(endpoints.revoke, dialect) : undefined,
  };
}
