import { reserved } from "./grant-names.ts";
import { platformDescriptions } from "./key-descriptions.ts";
import type { NamedOptions } from "./json-schema-backends.ts";
import { describeKey, keysJsonSchema } from "./json-schema-keys.ts";
import { mapValues, oneOfNames, when, type JsonSchema, type OptionsJsonSchema } from "./json-schema-options.ts";
import { grantShape } from "./schema.ts";

const any: OptionsJsonSchema = { properties: {}, required: [], closed: false, definitions: {} };

/** `platforms`, and the definitions that it refers to. */
export function platformsJsonSchema(plugins: readonly NamedOptions[]): {
  readonly platforms: JsonSchema;
  readonly definitions: Readonly<Record<string, JsonSchema>>;
} {
  const refreshers = plugins.filter(({ kind }) => kind === "refresher");
  const names = refreshers.map(({ name }) => name);
  const chosen = { $ref: "#/$defs/platform" };
  // One definition for each, because a refresher can be chosen by a platform's name and by `refresher`.
  const definitions = Object.fromEntries(
    refreshers.map(({ name, options }) => [`platform.${name}`, platformOf(options)]),
  );
  return {
    definitions: {
      ...definitions,
      ...keyDefinitions(),
      "platform.other": platformOf(any),
      // Whoever writes `refresher` gets its options, whatever the platform is called.
      platform: {
        type: ["object", "null"],
        properties: { refresher: refresherName(names) },
        allOf: [
          ...names.map((name) => when(chooses({ const: name }), { $ref: `#/$defs/platform.${escaped(name)}` })),
          when(chooses(oneOfNames(names)), undefined, { $ref: "#/$defs/platform.other" }),
        ],
      },
    },
    platforms: {
      type: ["object", "null"],
      propertyNames: { pattern: "^[a-z0-9][a-z0-9-]*$", not: { enum: [...reserved] } },
      properties: Object.fromEntries(
        names
          .filter((name) => /^[a-z0-9][a-z0-9-]*$/.test(name))
          .map((name) => [name, when(chooses({ type: "string" }), chosen, { $ref: `#/$defs/platform.${name}` })]),
      ),
      additionalProperties: chosen,
    },
  };
}

function keyDefinitions(): Readonly<Record<string, JsonSchema>> {
  const keys = {
    ...keysJsonSchema(grantShape, platformDescriptions),
    writeback: { ...describeKey(platformDescriptions["writeback"]), $ref: "#/$defs/writeback" },
  };
  return Object.fromEntries(Object.entries(keys).map(([key, schema]) => [`key.${key}`, schema]));
}

function platformOf(options: OptionsJsonSchema): JsonSchema {
  const { properties, required, closed } = options;
  const engine = mapValues(grantShape, (_, key): JsonSchema => ({ $ref: `#/$defs/key.${key}` }));
  const additional = closed ? { additionalProperties: false } : {};
  const account: JsonSchema = {
    type: ["object", "null"],
    properties: { ...properties, ...engine },
    ...(closed ? additional : { not: { anyOf: ["refresher", "accounts"].map((key) => ({ required: [key] })) } }),
  };
  return {
    type: ["object", "null"],
    properties: {
      ...properties,
      ...engine,
      refresher: { ...describeKey(platformDescriptions["refresher"]), type: "string", minLength: 1 },
      accounts: {
        ...describeKey(platformDescriptions["accounts"]),
        type: "object",
        minProperties: 1,
        propertyNames: { pattern: "^[A-Za-z0-9][A-Za-z0-9._-]*$" },
        additionalProperties: account,
      },
    },
    ...additional,
    // With accounts, each of them may have its own instead.
    ...(required.length === 0 ? {} : when({ not: { required: ["accounts"] } }, { type: "object", required })),
  };
}

function chooses(refresher: JsonSchema): JsonSchema {
  return { type: "object", properties: { refresher }, required: ["refresher"] };
}

function refresherName(names: readonly string[]): JsonSchema {
  return {
    ...describeKey(platformDescriptions["refresher"]),
    anyOf: [oneOfNames(names), { type: "string", minLength: 1 }],
  };
}

// In a JSON pointer, and within a URI.
function escaped(name: string): string {
  return encodeURIComponent(name.replaceAll("~", "~0").replaceAll("/", "~1"));
}
