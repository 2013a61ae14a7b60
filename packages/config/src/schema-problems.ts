import type { OptionsSchema, SchemaIssue } from "@tokenward/core";
import { issuePath, isSecret } from "@tokenward/core";
import { closest } from "./closest.ts";
import { createdPlugin } from "./created-plugin.ts";
import { examples } from "./examples.ts";
import type { ConfigPath } from "./problem.ts";
import type { Reading } from "./reading.ts";
import type { Resolved } from "./references.ts";

/** How one block's issues become findings. */
export interface IssueContext {
  readonly reading: Reading;
  readonly resolved: Resolved;
  /** Where the block stands. */
  readonly at: ConfigPath;
  /** The package whose options these are, where they are a plugin's. */
  readonly plugin?: string | undefined;
  /** All names that are right at the block's top, for the guess what was meant. */
  readonly known?: readonly string[] | undefined;
  /** Where a part of the block was really written, if not under `at`. */
  readonly origin?: ((path: ConfigPath) => ConfigPath) | undefined;
}

/** The parts of a zod issue beyond Standard Schema. Other libraries have only path and message. */
interface DetailedIssue extends SchemaIssue {
  readonly code?: string | undefined;
  readonly expected?: string | undefined;
  readonly values?: readonly unknown[] | undefined;
  readonly keys?: readonly string[] | undefined;
}

/**
 * Checks a resolved block and reports what is wrong with it.
 *
 * @returns the checked value, or `undefined` where there is anything wrong
 */
export function checkBlock<Value>(schema: OptionsSchema<Value>, context: IssueContext): Value | undefined {
  const checked = schema["~standard"].validate(context.resolved.value);
  if (checked instanceof Promise) {
    throw new TypeError(`The options schema of ${context.plugin ?? "the configuration"} must be synchronous.`);
  }
  if (checked.issues === undefined) {
    const dropped = context.plugin === undefined ? [] : droppedKeys(schema, context.resolved.value, checked.value);
    for (const key of dropped) reportUnknownKey([key], context);
    return context.resolved.incomplete || dropped.length > 0 ? undefined : checked.value;
  }
  for (const issue of checked.issues) reportIssue(issue, context);
  return undefined;
}

function reportIssue(issue: DetailedIssue, context: IssueContext): void {
  const relative = issuePath(issue);
  if (issue.code === "unrecognized_keys" && issue.keys !== undefined) {
    for (const key of issue.keys) reportUnknownKey([...relative, key], context);
    return;
  }
  const path = whereOf(relative, context);
  if (context.resolved.isUnresolved(path)) return;
  const value = valueAt(context.resolved.value, relative);
  context.reading.report.mistake({
    path,
    message: sentenceOf(issue, path, value),
    fix: fixOf(issue, path, value, context),
  });
}

/** Reports a key that nobody knows, with a guess what was meant. */
export function reportUnknownKey(relative: ConfigPath, context: Omit<IssueContext, "resolved">): void {
  const key = relative.at(-1) as string;
  const known = relative.length === 1 ? (context.known ?? []) : [];
  const near = closest(key, known);
  const kind = context.plugin === undefined ? "" : ` of ${context.plugin}`;
  const choices = known.length > 0 ? `use one of: ${known.join(", ")}` : "see the reference for the keys here";
  const isToken = /^(?:access|refresh)_token$/.test(key);
  context.reading.report.mistake({
    path: whereOf(relative, context),
    message: isToken ? "A token stands in the configuration." : `\`${key}\` is not a known key${kind}.`,
    fix: isToken
      ? "Remove it, and pipe the token into `tokenward auth import` instead; if the file was ever shared, revoke it."
      : near === undefined
        ? `Remove it, or ${choices}.`
        : `Write \`${near}\`, or remove it.`,
  });
}

function whereOf(relative: ConfigPath, { at, origin }: Pick<IssueContext, "at" | "origin">): ConfigPath {
  return origin === undefined ? [...at, ...relative] : origin(relative);
}

function sentenceOf(issue: DetailedIssue, path: ConfigPath, value: unknown): string {
  const subject = subjectOf(path);
  if (value === undefined && issue.code !== "custom") return `${subject} is missing.`;
  if (issue.code === "invalid_type" && issue.message.startsWith("Invalid input")) {
    if (value === null) return `${subject} is there, but has no value.`;
    return `${subject} must be ${nameOfType(issue.expected)}, but is ${nameOfValue(value)}.`;
  }
  if (issue.code === "invalid_value" && issue.values !== undefined && /^Invalid (?:input|option)/.test(issue.message)) {
    return `${subject} must be ${listOf(issue.values.map(String))}.`;
  }
  return /^must\b/.test(issue.message) ? `${subject} ${issue.message}.` : `${subject}: ${endSentence(issue.message)}`;
}

function fixOf(issue: DetailedIssue, path: ConfigPath, value: unknown, context: IssueContext): string {
  const key = path.findLast((part) => !/^\d+$/.test(part));
  const near = issue.code === "invalid_value" && typeof value === "string" ? closest(value, textsOf(issue)) : undefined;
  if (near !== undefined) return `Write \`${near}\`.`;
  const plain = issue.expected === "string" && issue.message.startsWith("Invalid input");
  if (plain && (typeof value === "number" || typeof value === "boolean")) {
    return "Put it in quotes.";
  }
  if (context.plugin !== undefined) {
    const verb = value === undefined ? "Add it" : "Correct it";
    return `${verb}; the README of ${context.plugin} lists its options.`;
  }
  const example = key === undefined ? undefined : examples[key];
  return example === undefined
    ? "See docs/configuration.md for what can stand here."
    : `Write, for example, \`${example}\`.`;
}

function textsOf({ values = [] }: DetailedIssue): readonly string[] {
  return values.filter((value): value is string => typeof value === "string");
}

function subjectOf(path: ConfigPath): string {
  const last = path.at(-1);
  if (last === undefined) return "This";
  return /^\d+$/.test(last) ? "This item" : `\`${last}\``;
}

function nameOfType(expected: string | undefined): string {
  const names: Readonly<Record<string, string>> = {
    string: "text",
    number: "a number",
    int: "a whole number",
    boolean: "true or false",
    array: "a list",
    object: "a mapping of keys",
    record: "a mapping of keys",
  };
  return names[expected ?? ""] ?? "of another kind";
}

function nameOfValue(value: unknown): string {
  if (Array.isArray(value)) return "a list";
  if (isSecret(value)) return "a secret";
  if (createdPlugin(value) !== undefined) return "a plugin";
  if (typeof value === "object") return "a mapping";
  if (typeof value === "function") return "a function";
  if (typeof value === "string") return "text";
  return typeof value === "number" ? "a number" : "true or false";
}

function listOf(values: readonly string[]): string {
  return values.length < 2 ? values.join("") : `${values.slice(0, -1).join(", ")} or ${values.at(-1)}`;
}

function endSentence(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}

function valueAt(root: unknown, path: ConfigPath): unknown {
  let value = root;
  for (const part of path) {
    if (typeof value !== "object" || value === null) return undefined;
    value = (value as Readonly<Record<string, unknown>>)[part];
  }
  return value;
}

// A plugin's author may have forgotten to make the schema strict. Then a slip would be dropped without a word.
function droppedKeys(schema: OptionsSchema<unknown>, written: unknown, checked: unknown): readonly string[] {
  const known = optionNames(schema);
  if (known.length === 0 || typeof checked !== "object" || checked === null) return [];
  return Object.keys(written as object).filter((key) => !known.includes(key) && !Object.hasOwn(checked, key));
}

/** The names of a schema's top-level options, where its library shows them (zod does). */
export function optionNames(schema: OptionsSchema<unknown>): readonly string[] {
  const { shape } = schema as { readonly shape?: unknown };
  return typeof shape === "object" && shape !== null ? Object.keys(shape) : [];
}
