import { optionsKey } from "./backend.ts";
import { alertsDescriptions, authDescriptions, fileDescriptions } from "./key-descriptions.ts";
import { describeKey, keysJsonSchema } from "./json-schema-keys.ts";
import { oneOfNames, when, type JsonSchema, type OptionsJsonSchema } from "./json-schema-options.ts";
import { isSpecifier, knownNames, type ConfiguredKind } from "./plugin-name.ts";
import { routesShape } from "./schema.ts";

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
      ...keysJsonSchema(routesShape, alertsDescriptions),
      ...optionBlocks(names),
    },
    allOf: [
      ...ours.map(({ name: own, options }) =>
        choose({ anyOf: [{ const: own }, { type: "array", contains: { const: own } }] }, own, options),
      ),
      when(
        { properties: { backend: { anyOf: [known, { type: "array", items: known }] } } },
        { propertyNames: { enum: ["backend", "routes", ...Object.keys(optionBlocks(names))] } },
      ),
    ],
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
