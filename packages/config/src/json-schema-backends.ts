import { optionsKey } from "./backend.ts";
import { alertsDescriptions, authDescriptions, fileDescriptions, heartbeatDescriptions } from "./key-descriptions.ts";
import { describeKey, keysJsonSchema } from "./json-schema-keys.ts";
import { oneOfNames, when, type JsonSchema, type OptionsJsonSchema } from "./json-schema-options.ts";
import { isSpecifier, knownNames, type ConfiguredKind } from "./plugin-name.ts";
import { alertPolicyShape } from "./schema.ts";

/** A plugin's options, by what a configuration calls it. */
export interface NamedOptions {
  readonly kind: ConfiguredKind;
  /** A short name, a package, or a path. */
  readonly name: string;
  readonly options: OptionsJsonSchema;
}

/** `{ backend: name, name: { options } }`. */
export function backendJsonSchema(kind: ConfiguredKind, plugins: readonly NamedOptions[]): JsonSchema {
  const ours = plugins.filter((plugin) => plugin.kind === kind);
  const names = [...new Set([...ours.map(({ name }) => name), ...knownNames(kind, [])])];
  const backend: JsonSchema = { anyOf: [oneOfNames(names), { type: "string", minLength: 1 }] };
  return {
    type: "object",
    properties: {
      backend: {
        description: "The plugin's name, a package, or a file. Its options stand under the same name.",
        ...backend,
      },
      ...optionBlocks(names),
    },
    required: ["backend"],
    allOf: [
      ...ours.map(({ name, options }) => choose({ const: name }, name, options)),
      // Blocks of others may stay for later; what is no plugin's name at all is a slip.
      when(
        { properties: { backend: oneOfNames(names) }, required: ["backend"] },
        { propertyNames: { enum: ["backend", ...Object.keys(optionBlocks(names))] } },
      ),
    ],
  };
}

/** `auth.alerts`, where several can be named. */
export function alertsJsonSchema(plugins: readonly NamedOptions[]): JsonSchema {
  const ours = plugins.filter(({ kind }) => kind === "notifier");
  const names = [...new Set([...ours.map(({ name }) => name), ...knownNames("notifier", [])])];
  const known: JsonSchema = { enum: ["none", ...names] };
  const name: JsonSchema = { anyOf: [known, { type: "string", minLength: 1 }] };
  return {
    ...describeKey(authDescriptions["alerts"]),
    type: "object",
    properties: {
      backend: { ...describeKey(alertsDescriptions["backend"]), anyOf: [name, { type: "array", items: name }] },
      ...alertKeysJsonSchema(),
      ...optionBlocks(names),
    },
    allOf: [
      ...ours.map(({ name: own, options }) =>
        choose({ anyOf: [{ const: own }, { type: "array", contains: { const: own } }] }, own, options),
      ),
      when(
        { properties: { backend: { anyOf: [known, { type: "array", items: known }] } } },
        { propertyNames: { enum: ["backend", ...Object.keys(alertPolicyShape), ...Object.keys(optionBlocks(names))] } },
      ),
    ],
  };
}

function alertKeysJsonSchema(): Readonly<Record<string, JsonSchema>> {
  const { heartbeat: _, quiet_hours: __, ...shape } = alertPolicyShape;
  const secret: JsonSchema = { $ref: "#/$defs/secret" };
  const address: JsonSchema = { type: "string", pattern: "^https?://" };
  const described = (key: string): JsonSchema => describeKey(heartbeatDescriptions[key]);
  return {
    ...keysJsonSchema(shape, alertsDescriptions),
    quiet_hours: {
      ...describeKey(alertsDescriptions["quiet_hours"]),
      anyOf: [
        { type: "string", pattern: "^[0-2][0-9]:[0-5][0-9] *- *[0-2][0-9]:[0-5][0-9]$" },
        {
          type: "object",
          properties: { from: { type: "string" }, to: { type: "string" }, time_zone: { type: "string" } },
          required: ["from", "to"],
          additionalProperties: false,
        },
      ],
    },
    heartbeat: {
      ...describeKey(alertsDescriptions["heartbeat"]),
      anyOf: [
        secret,
        address,
        {
          type: "object",
          properties: {
            url: { ...described("url"), anyOf: [secret, address] },
            start_url: { ...described("start_url"), anyOf: [secret, address] },
            failure_url: { ...described("failure_url"), anyOf: [secret, address] },
            allow_private: { ...described("allow_private"), type: "boolean" },
          },
          required: ["url"],
          additionalProperties: false,
        },
      ],
    },
  };
}

/** `state`, with its words. */
export function stateJsonSchema(plugins: readonly NamedOptions[]): JsonSchema {
  return { ...describeKey(fileDescriptions["state"]), ...backendJsonSchema("state", plugins) };
}

function optionBlocks(names: readonly string[]): Readonly<Record<string, JsonSchema>> {
  const block: JsonSchema = { type: ["object", "null"] };
  return Object.fromEntries(names.map((name) => [optionsKey(name), block]));
}

function choose(backend: JsonSchema, name: string, options: OptionsJsonSchema): JsonSchema {
  const { properties, required, closed } = options;
  const key = optionsKey(name);
  return when(
    { properties: { backend }, required: ["backend"] },
    {
      properties: {
        [key]: {
          description: `Options of ${isSpecifier(name) ? "the plugin" : name}.`,
          properties,
          ...(required.length === 0 ? {} : { type: "object", required }),
          ...(closed ? { additionalProperties: false } : {}),
        },
      },
      ...(required.length === 0 ? {} : { required: [key] }),
    },
  );
}
