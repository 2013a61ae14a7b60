import {
  assessGrant,
  defineRefresher,
  interpretTokenAnswer,
  pluginApiVersion,
  tokenRequest,
  type Client,
  type Grant,
  type Plugin,
  type PluginIO,
  type Refresher,
  type Secret,
} from "@tokenward/core/plugin";
import { clientOf, dialectOf, traitsOf } from "./dialect.ts";
import type { OAuth2Options } from "./options.ts";
import { oauth2Schema } from "./schema.ts";
import { settingsOf } from "./settings.ts";
import { verifyOAuth2 } from "./verify.ts";

export type { FieldName, OAuth2Options, ParameterName } from "./options.ts";
export type { Preset } from "./presets/preset.ts";
export type { PresetName } from "./presets/preset-name.ts";
export { presets } from "./presets/presets.ts";

/**
 * Refreshes grants of any platform that follows RFC 6749 more or less; options say where less, and a preset says it for
 * the platforms that are known by name.
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
  const settings = settingsOf(options);
  const dialect = dialectOf(settings);
  const canAsk = settings.introspection_url !== undefined || settings.userinfo_url !== undefined;
  return {
    platform: "oauth2",
    traits: traitsOf(settings),
    endpoint: settings.token_url,
    client: clientOf(settings),
    scopeAliases: settings.scope_aliases,
    consent: settings.consent,
    assess: (grant, now, policy) => assessGrant(grant, now, policy),
    request: (grant, client) => tokenRequest(dialect, grant, client),
    interpret: (answer, grant, now) => interpretTokenAnswer(dialect, answer, grant, now),
    ...(canAsk
      ? {
          verify: async (grant: Grant, client: Client, accessToken: Secret, io: PluginIO) =>
            await verifyOAuth2(settings, grant, client, accessToken, io),
        }
      : {}),
  };
}
