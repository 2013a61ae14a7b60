import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { counterpartsFolder } from "../programs.ts";

interface Shape {
  readonly type: string;
  readonly members?: Readonly<Record<string, { readonly shape: string }>>;
  readonly member?: { readonly shape: string };
  readonly key?: { readonly shape: string };
  readonly value?: { readonly shape: string };
  readonly required?: readonly string[];
  readonly min?: number;
  readonly max?: number;
  readonly pattern?: string;
  readonly enum?: readonly string[];
}

/** AWS's own description of a service, as its Python SDK brings it along. */
export interface ServiceModel {
  readonly operations: Readonly<Record<string, { readonly input?: { readonly shape: string } }>>;
  readonly shapes: Readonly<Record<string, Shape>>;
}

// moto brings the SDK along. The folder's name has the version of Python in it.
function modelFile(): string | undefined {
  const libraries = join(counterpartsFolder, "moto", "lib");
  if (!existsSync(libraries)) return undefined;
  const inside = "site-packages/botocore/data/secretsmanager/2017-10-17";
  return readdirSync(libraries)
    .flatMap((python) => ["service-2.json.gz", "service-2.json"].map((name) => join(libraries, python, inside, name)))
    .find((file) => existsSync(file));
}

/** Why requests cannot be compared with the service model here; `undefined`: they can. */
export function noServiceModel(): string | undefined {
  return modelFile() === undefined
    ? "the service model of Secrets Manager is not installed (scripts/install-counterparts.mjs)"
    : undefined;
}

/** Reads the service model of Secrets Manager; `undefined` where it is not installed. */
export function readServiceModel(): ServiceModel | undefined {
  const file = modelFile();
  if (file === undefined) return undefined;
  const bytes = readFileSync(file);
  return JSON.parse((file.endsWith(".gz") ? gunzipSync(bytes) : bytes).toString("utf8")) as ServiceModel;
}

/**
 * Compares a request with the service model: members that it knows, those that it requires, types, lengths (of text in
 * bytes, as the service counts), patterns.
 *
 * @returns what is wrong, without any value; empty where nothing is
 */
export function requestFaults(model: ServiceModel, action: string, input: unknown): readonly string[] {
  const operation = model.operations[action];
  if (operation === undefined) return [`${action} is no operation of the service`];
  if (operation.input === undefined) return [];
  return faultsOf(model, operation.input.shape, input, action);
}

function faultsOf(model: ServiceModel, name: string, value: unknown, at: string): readonly string[] {
  const shape = model.shapes[name];
  if (shape === undefined) return [`${at}: the model has no shape ${name}`];
  const within = (length: number, what: string): readonly string[] => {
    if (shape.min !== undefined && length < shape.min) return [`${at} has ${length} ${what}, fewer than ${shape.min}`];
    if (shape.max !== undefined && length > shape.max) return [`${at} has ${length} ${what}, more than ${shape.max}`];
    return [];
  };
  const no = (type: string): readonly string[] => [`${at} is not ${type}`];
  switch (shape.type) {
    case "structure":
      return isObject(value) ? ofStructure(model, shape, value, at) : no("an object");
    case "map":
      if (!isObject(value)) return no("an object");
      return Object.entries(value).flatMap(([key, one]) => [
        ...faultsOf(model, shape.key?.shape ?? "", key, `a key of ${at}`),
        ...faultsOf(model, shape.value?.shape ?? "", one, `${at}.${key}`),
      ]);
    case "list":
      if (!Array.isArray(value)) return no("a list");
      return [
        ...within(value.length, "items"),
        ...value.flatMap((one, index) => faultsOf(model, shape.member?.shape ?? "", one, `${at}[${index}]`)),
      ];
    case "string":
      if (typeof value !== "string") return no("text");
      return [...within(Buffer.byteLength(value), "bytes"), ...ofText(shape, value, at)];
    case "blob":
      return typeof value === "string" ? within(Buffer.from(value, "base64").length, "bytes") : no("base64");
    case "boolean":
      return typeof value === "boolean" ? [] : no("true or false");
    default:
      return typeof value === "number" || (shape.type === "timestamp" && typeof value === "string")
        ? []
        : no("a number");
  }
}

function ofStructure(
  model: ServiceModel,
  shape: Shape,
  value: Readonly<Record<string, unknown>>,
  at: string,
): readonly string[] {
  const missing = (shape.required ?? []).filter((name) => value[name] === undefined);
  return [
    ...missing.map((name) => `${at}.${name} is missing`),
    ...Object.entries(value).flatMap(([name, one]) => {
      const member = shape.members?.[name];
      if (member === undefined) return [`${at}.${name} is not known`];
      return faultsOf(model, member.shape, one, `${at}.${name}`);
    }),
  ];
}

function ofText({ pattern, enum: values }: Shape, value: string, at: string): readonly string[] {
  if (values !== undefined && !values.includes(value)) return [`${at} is none of ${values.join(", ")}`];
  return pattern === undefined || new RegExp(pattern, "u").test(value) ? [] : [`${at} does not match ${pattern}`];
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
