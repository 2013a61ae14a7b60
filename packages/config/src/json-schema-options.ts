import type { OptionsSchema } from "@tokenward/core";
import { toJSONSchema } from "zod/mini";
import type { AnyPlugin, ConfiguredKind } from "./plugin-name.ts";
import { optionNames } from "./schema-problems.ts";

/** A JSON Schema (draft 2020-12), or a part of one. */
export type JsonSchema = { readonly [keyword: string]: unknown };

/** Options of a plugin, key by key. */
export interface OptionsJsonSchema {
  readonly properties: Readonly<Record<string, JsonSchema>>;
  readonly required: readonly string[];
  /** Whether there are no others. */
  readonly closed: boolean;
  /** Definitions that the properties refer to, by their full names. */
  readonly definitions: Readonly<Record<string, JsonSchema>>;
}

/** The draft that all of this is written in. */
export const draft = "https://json-schema.org/draft/2020-12/schema";

/** `"${NAME}"` and nothing else, or `{ file: path }`. */
export const secretJsonSchema: JsonSchema = {
  description: 'A secret: "${NAME}" for an environment variable, or { file: path }. Never the secret itself.',
  anyOf: [
    { type: "string", pattern: "^\\$\\{[A-Za-z_][A-Za-z0-9_]*\\}$" },
    {
      type: "object",
      properties: { file: { type: "string", minLength: 1 } },
      required: ["file"],
      additionalProperties: false,
    },
  ],
};

/** Text with an environment variable in it. What it will be is only known where Tokenward runs. */
export const referenceJsonSchema: JsonSchema = {
  type: "string",
  pattern: "(?:^|[^$])\\$\\{[A-Za-z_][A-Za-z0-9_]*\\}",
};

const secretPlace: JsonSchema = { $ref: "#/$defs/secret" };
const address: JsonSchema = { type: "string", pattern: "^https?://" };
const anything: OptionsJsonSchema = { properties: {}, required: [], closed: false, definitions: {} };

/** What `~standard` has where a schema can describe itself (Standard JSON Schema, as zod does since 4.2). */
interface SelfDescribing {
  readonly jsonSchema?: {
    readonly input?: (how: { readonly target: string; readonly libraryOptions?: object }) => unknown;
  };
}

/**
 * The options of a plugin, as they are written in a file. A schema that cannot describe itself allows everything; what
 * is then wrong is found by `tokenward config check`.
 *
 * @param prefix of the names of definitions that it brings along
 */
export function optionsJsonSchema(plugin: AnyPlugin<ConfiguredKind>, prefix: string): OptionsJsonSchema {
  const described = describe(plugin.options);
  if (described === undefined) return anything;
  const { $defs = {}, ...schema } = renamed(described, prefix) as { $defs?: Record<string, JsonSchema> } & JsonSchema;
  const { properties, required, closed } = flattened(schema);
  const withReferences = mapValues(properties, (property) => allowReferences(property));
  // zod forgives unknown keys of a plain object; the configuration does not.
  const strict = closed || optionNames(plugin.options).length > 0;
  const secrets = plugin.secretOptions.map((path) => path.split("."));
  const options = secrets.reduce((parts, path) => placeSecret(parts, path, plugin.kind), withReferences);
  const definitions = Object.fromEntries(
    Object.entries($defs).map(([name, definition]) => [`${prefix}.${name}`, allowReferences(definition)]),
  );
  return { properties: options, required, closed: strict, definitions };
}

function describe(schema: OptionsSchema<unknown>): JsonSchema | undefined {
  const how = { target: "draft-2020-12", libraryOptions: { unrepresentable: "any" } };
  try {
    const described = (schema["~standard"] as SelfDescribing).jsonSchema?.input?.(how);
    if (typeof described === "object" && described !== null) return described as JsonSchema;
    // The small build of zod has no such method, but is zod all the same.
    if ("_zod" in schema) return toJSONSchema(schema as never, { io: "input", unrepresentable: "any" }) as JsonSchema;
  } catch {
    // Whatever a library cannot express is no reason to have no schema at all.
  }
  return undefined;
}

// A schema may offer several shapes. Editors want one list of keys, and which of them go together is checked elsewhere.
function flattened(schema: JsonSchema): Pick<OptionsJsonSchema, "properties" | "required" | "closed"> {
  const choices = (schema["anyOf"] ?? schema["oneOf"]) as readonly JsonSchema[] | undefined;
  const own = {
    properties: (schema["properties"] ?? {}) as Readonly<Record<string, JsonSchema>>,
    required: (schema["required"] ?? []) as readonly string[],
    closed: schema["additionalProperties"] === false,
  };
  if (choices === undefined) return own;
  const parts = choices.map((choice) => flattened(choice));
  const names = new Set(parts.flatMap((part) => Object.keys(part.properties)));
  const merged = [...names].map((name): [string, JsonSchema] => {
    const seen = new Map<string, JsonSchema>();
    for (const { properties } of parts) {
      const property = properties[name];
      if (property !== undefined) seen.set(JSON.stringify(property), property);
    }
    const [first = {}, ...others] = seen.values();
    return [name, others.length === 0 ? first : { anyOf: [first, ...others] }];
  });
  return {
    properties: { ...own.properties, ...Object.fromEntries(merged) },
    required: [...new Set([...own.required, ...(parts[0]?.required ?? [])])].filter(
      (name) => own.required.includes(name) || parts.every((part) => part.required.includes(name)),
    ),
    closed: parts.every((part) => part.closed),
  };
}

/** Wherever text must look like something, a reference may stand for it. */
export function allowReferences(schema: JsonSchema): JsonSchema {
  const parts = mapParts(schema, allowReferences);
  const isText = schema["type"] === "string" || typeof schema["const"] === "string";
  const narrowed = ["pattern", "format", "enum", "const"].some((keyword) => keyword in schema);
  if (!isText || !narrowed) return parts;
  const { description, default: preset, ...rest } = parts;
  return {
    ...(description === undefined ? {} : { description }),
    ...(preset === undefined ? {} : { default: preset }),
    anyOf: [rest, { $ref: "#/$defs/reference" }],
  };
}

// The names of keys are taken as they are: nothing is replaced in them.
const single = ["additionalProperties", "items", "contains", "not", "if", "then", "else"];
const many = ["anyOf", "oneOf", "allOf", "prefixItems"];
const named = ["properties", "patternProperties"];

function mapParts(schema: JsonSchema, map: (part: JsonSchema) => JsonSchema): JsonSchema {
  return Object.fromEntries(
    Object.entries(schema).map(([keyword, value]) => {
      if (single.includes(keyword) && isSchema(value)) return [keyword, map(value)];
      if (many.includes(keyword))
        return [keyword, (value as unknown[]).map((part) => (isSchema(part) ? map(part) : part))];
      if (named.includes(keyword)) return [keyword, mapValues(value as Record<string, JsonSchema>, map)];
      return [keyword, value];
    }),
  );
}

function placeSecret(
  properties: Readonly<Record<string, JsonSchema>>,
  [name = "", ...rest]: readonly string[],
  kind: ConfiguredKind,
): Readonly<Record<string, JsonSchema>> {
  const property = properties[name];
  if (property === undefined) return properties;
  return { ...properties, [name]: rest.length === 0 ? secretAt(property, kind) : secretBelow(property, rest, kind) };
}

function secretAt(property: JsonSchema, kind: ConfiguredKind): JsonSchema {
  const { description, type, items } = property;
  const kept = description === undefined ? {} : { description };
  if (type === "array" && items !== undefined) return { ...property, items: secretPlace };
  // The address of a notifier in the open is only a warning; and a secret may be a list while it is being replaced.
  const list = hasArray(property) ? [{ type: "array", items: secretPlace, minItems: 1 }] : [];
  if (kind === "notifier") return { ...kept, anyOf: [secretPlace, address, ...list] };
  return list.length === 0 ? { ...kept, ...secretPlace } : { ...kept, anyOf: [secretPlace, ...list] };
}

function hasArray({ anyOf }: JsonSchema): boolean {
  return Array.isArray(anyOf) && anyOf.some((part) => isSchema(part) && part["type"] === "array");
}

function secretBelow(schema: JsonSchema, path: readonly string[], kind: ConfiguredKind): JsonSchema {
  const { properties } = schema as { readonly properties?: Readonly<Record<string, JsonSchema>> };
  if (properties !== undefined) return { ...schema, properties: placeSecret(properties, path, kind) };
  return mapParts(schema, (part) => secretBelow(part, path, kind));
}

// References within a schema begin at its own root, which is no longer the root of the whole.
function renamed(value: unknown, prefix: string): unknown {
  if (Array.isArray(value)) return value.map((item) => renamed(item, prefix));
  if (!isSchema(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => {
      if (key !== "$ref" || typeof item !== "string") return [key, renamed(item, prefix)];
      return item.startsWith("#/$defs/")
        ? [key, `#/$defs/${prefix}.${item.slice(8)}`]
        : ["description", "See the README."];
    }),
  );
}

function isSchema(value: unknown): value is JsonSchema {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** What follows from a condition. Made of entries, because an object that is written with `then` looks like a promise. */
export function when(condition: JsonSchema, holds: JsonSchema | undefined, fails?: JsonSchema): JsonSchema {
  const branches = [
    ["if", condition],
    ["then", holds],
    ["else", fails],
  ] as const;
  return Object.fromEntries(branches.filter(([, schema]) => schema !== undefined));
}

/** One of several words; nothing at all where there are none. */
export function oneOfNames(names: readonly string[]): JsonSchema {
  return names.length === 0 ? { not: {} } : { enum: names };
}

/** The same keys with other values. */
export function mapValues<From, To>(
  record: Readonly<Record<string, From>>,
  map: (value: From, key: string) => To,
): Record<string, To> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, map(value, key)]));
}
