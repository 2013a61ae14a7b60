import {
  assessGrant,
  defineRefresher,
  interpretTokenAnswer,
  pluginApiVersion,
  tokenRequest,
  type Plugin,
  type Refresher,
} from "@tokenward/core/plugin";
import { clientOf, dialectOf, traitsOf } from "./dialect.ts";
import type { OAuth2Options } from "./options.ts";
import { oauth2Schema } from "./schema.ts";

export type { FieldName, OAuth2Options, ParameterName } from "./options.ts";

/**
 * Refreshes grants of any platform that follows RFC 6749 more or less; options say where less.
 *
 * @example
 * ```ts
 * import { oauth2 } from "@tokenward/refresher-oauth2";
 *
 * const crm = oauth2({ token_url: "https://crm.example/oauth/token", client_auth: "basic" });
 * ```
 */
export const oauth2: Plugin<"refresher", OAuth2Options> = defineRefresher({
  name: "oauth2",
  apiVersion: pluginApiVersion,
  options: oauth2Schema,
  create: createOAuth2,
});

export default oauth2;

function createOAuth2(options: OAuth2Options): Refresher {
  const dialect = dialectOf(options);
  return {
    platform: "oauth2",
    traits: traitsOf(options),
    endpoint: options.token_url,
    client: clientOf(options),
    scopeAliases: options.scope_aliases,
    consent: options.consent,
    assess: (grant, now, policy) => assessGrant(grant, now, policy),
    request: (grant, client) => tokenRequest(dialect, grant, client),
    interpret: (answer, grant, now) => interpretTokenAnswer(dialect, answer, grant, now),
  };
}
