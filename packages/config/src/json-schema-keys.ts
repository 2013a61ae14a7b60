import { toJSONSchema } from "zod/mini";
import type { KeyDescription } from "./key-descriptions.ts";
import { decayDescriptions, recoveryDescriptions, tokenDescriptions } from "./key-descriptions.ts";
import { allowReferences, type JsonSchema } from "./json-schema-options.ts";
import { clientSecret, duration, timestamp } from "./schema.ts";

type Properties = Readonly<Record<string, JsonSchema>>;

const timestampPattern =
  "^[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]+)?([Zz]|[+-][0-9]{2}:[0-9]{2})$";
const durationPattern = "^(?=.)([0-9]+w ?)?([0-9]+d ?)?([0-9]+h ?)?([0-9]+m ?)?([0-9]+s ?)?([0-9]+ms)?$";

const withKeys: Readonly<Record<string, Readonly<Record<string, KeyDescription>>>> = {
  decay: decayDescriptions,
  token: tokenDescriptions,
  recovery: recoveryDescriptions,
};

/** The schemas of single keys, from the shapes that a reading checks them with. */
export function keysJsonSchema(
  shape: Readonly<Record<string, unknown>>,
  descriptions: Readonly<Record<string, KeyDescription>>,
): Properties {
  return Object.fromEntries(
    Object.entries(shape).map(([key, schema]) => {
      const { $schema: _, ...described } = toJSONSchema(schema as never, {
        io: "input",
        unrepresentable: "any",
        override: ({ zodSchema, jsonSchema }) => {
          // Compared as they are: what they check cannot be told from their types.
          const seen = zodSchema as unknown;
          if (seen === clientSecret) Object.assign(jsonSchema, { $ref: "#/$defs/secret" });
          if (seen === timestamp) Object.assign(jsonSchema, { type: "string", pattern: timestampPattern });
          if (seen === duration) Object.assign(jsonSchema, { type: "string", pattern: durationPattern });
        },
      }) as JsonSchema;
      const property = describeKeys(allowReferences(described), withKeys[key] ?? {});
      return [key, { ...describeKey(descriptions[key]), ...property }];
    }),
  );
}

/** The words for one key, as a schema has them. */
export function describeKey(about: KeyDescription | undefined): JsonSchema {
  if (about === undefined) return {};
  const { meaning, default: preset } = about;
  const sentence = `${meaning.replaceAll("`", "").replace(/; see below$/, "")}.`;
  return { description: preset === undefined ? sentence : `${sentence} Default: ${preset.replaceAll("`", "")}.` };
}

function describeKeys(schema: JsonSchema, descriptions: Readonly<Record<string, KeyDescription>>): JsonSchema {
  const { properties } = schema as { readonly properties?: Properties };
  if (properties === undefined) return schema;
  const described = Object.entries(properties).map(([key, property]): [string, JsonSchema] => [
    key,
    { ...describeKey(descriptions[key]), ...property },
  ]);
  return { ...schema, properties: Object.fromEntries(described) };
}
