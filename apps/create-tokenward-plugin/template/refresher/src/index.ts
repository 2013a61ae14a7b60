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
import { platformDialect, platformTraits } from "./dialect.ts";
import { optionsSchema, type SampleNameOptions } from "./options.ts";
import { verifyToken } from "./verify.ts";

export type { SampleNameOptions } from "./options.ts";

/** Keeps grants of sample-name alive. */
const plugin: Plugin<"refresher", SampleNameOptions> = defineRefresher({
  name: "sample-name",
  apiVersion: pluginApiVersion,
  options: optionsSchema,
  create: createRefresher,
});

export default plugin;

/** Everything but `verify` is pure: core sends the request, and keeps the answer before anybody reads it. */
function createRefresher(options: SampleNameOptions): Refresher {
  const dialect: TokenDialect = { ...platformDialect, url: options.token_url ?? platformDialect.url };
  return {
    platform: "sample-name",
    traits: platformTraits,
    endpoint: dialect.url,
    // What an exchange needs of the OAuth app: `none`, `public` (its id) or `confidential` (its id and secret).
    client: "confidential",
    consent: "Log in at https://sample-name.example/oauth/authorize and exchange the code.",
    assess: (grant, now, policy) => assessGrant(grant, now, policy),
    request: (grant, client) => tokenRequest(dialect, grant, client),
    interpret: (answer, grant, now) => interpretTokenAnswer(dialect, answer, grant, now),
    verify: async (_grant, _client, accessToken, io) =>
      await verifyToken(options.user_url ?? "https://sample-name.example/api/me", accessToken, io),
    authorization: authorizationOf(dialect),
  };
}

/** How a human's first consent is captured. */
function authorizationOf(dialect: TokenDialect): AuthorizationDialect {
  return {
    authorizeUrl: "https://sample-name.example/oauth/authorize",
    flow: "code",
    clientIdParameter: "client_id",
    scopeSeparator: " ",
    pkce: "S256",
    // Whether the platform takes http://127.0.0.1:<port> as the address to come back to.
    loopback: true,
    codeRequest: (code, client) => codeTokenRequest(dialect, code, client),
    interpretCode: (answer, now) => interpretTokenAnswer(dialect, answer, undefined, now),
  };
}
