import type { SchemaOptions } from "./load.ts";
import { alertsJsonSchema, backendJsonSchema, stateJsonSchema, type NamedOptions } from "./json-schema-backends.ts";
import { describeKey, keysJsonSchema } from "./json-schema-keys.ts";
import {
  draft,
  mapValues,
  optionsJsonSchema,
  referenceJsonSchema,
  secretJsonSchema,
  type JsonSchema,
} from "./json-schema-options.ts";
import { platformsJsonSchema } from "./json-schema-platforms.ts";
import { authDescriptions, fileDescriptions } from "./key-descriptions.ts";
import { knownPlugins } from "./known-plugins.ts";
import { authShape } from "./schema.ts";

/** See `configJsonSchema` of the package's entry. */
export async function createJsonSchema(options: SchemaOptions): Promise<JsonSchema> {
  const plugins = (await knownPlugins(options)).map(({ kind, name, packageName, plugin }): NamedOptions => {
    const described = optionsJsonSchema(plugin, `${kind}.${name.replace(/[^\w.-]/g, "_")}`);
    const words = options.optionDescriptions?.[packageName] ?? {};
    const properties = mapValues(described.properties, (property, key) => {
      const description = words[key];
      return description === undefined ? property : { description, ...property };
    });
    return { kind, name, options: { ...described, properties } };
  });
  const { platforms, definitions } = platformsJsonSchema(plugins);
  return {
    $schema: draft,
    title: "Tokenward configuration",
    description: "tokenward.config.yaml: which grants are kept alive, where they are kept, and who is told.",
    type: "object",
    properties: {
      $schema: { ...describeKey(fileDescriptions["$schema"]), type: "string" },
      auth: authJsonSchema(),
      state: { $ref: "#/$defs/state" },
      platforms: { ...describeKey(fileDescriptions["platforms"]), ...platforms },
      router: describeKey(fileDescriptions["router"]),
    },
    required: ["platforms"],
    additionalProperties: false,
    $defs: {
      ...definitions,
      writeback: backendJsonSchema("write-back", plugins),
      state: stateJsonSchema(plugins),
      rate_bucket: backendJsonSchema("rate-bucket", plugins),
      alerts: alertsJsonSchema(plugins),
      secret: secretJsonSchema,
      reference: referenceJsonSchema,
      ...Object.assign({}, ...plugins.map(({ options: { definitions: own } }) => own)),
    },
  };
}

function authJsonSchema(): JsonSchema {
  const plain = keysJsonSchema(authShape, authDescriptions);
  const refer = (key: string): JsonSchema => ({ ...describeKey(authDescriptions[key]), $ref: `#/$defs/${key}` });
  const blocks = { writeback: refer("writeback"), alerts: refer("alerts"), rate_bucket: refer("rate_bucket") };
  return {
    ...describeKey(fileDescriptions["auth"]),
    type: ["object", "null"],
    properties: { ...plain, ...blocks },
    additionalProperties: false,
  };
}
