import { readFileSync } from "node:fs";
import path from "node:path";
import { isSecret, secret, type Secret } from "@tokenward/core";
import type { ConfigPath } from "./problem.ts";
import { isPlain } from "./program-document.ts";
import type { Reading } from "./reading.ts";
import { sourceOf } from "./secret-reference.ts";

const wholeReference = /^\$\{([A-Za-z_][A-Za-z0-9_]*)\}$/;
// `$${` is how a text says `${` itself.
const anyReference = /\$\$\{|\$\{([^}]*)\}?/g;

/** Which values of a block are secrets, and what a literal among them is. */
export interface SecretRule {
  /** Dotted paths, relative to the block; list items count as their list. */
  readonly paths: readonly string[];
  /** Where an address may stand in the open, although it is one to be kept (a webhook's). */
  readonly literalAddressIsWarning?: boolean | undefined;
}

/** A block with its references replaced. */
export interface Resolved {
  readonly value: unknown;
  /** Whether something could not be resolved. What stands in its place means nothing. */
  readonly incomplete: boolean;
  /** Whether `path` (absolute) is, or is within, something that could not be resolved. */
  isUnresolved(path: ConfigPath): boolean;
}

/** Replaces `${ENV}` and `{ file: path }` in a block, and wraps its secrets. */
export function resolveReferences(value: unknown, at: ConfigPath, rule: SecretRule, reading: Reading): Resolved {
  const unresolved = new Set<string>();
  const secrets = new Set(rule.paths);
  const fail = (where: ConfigPath): void => void unresolved.add(where.join("\0"));
  const resolve = (part: unknown, where: ConfigPath): unknown => {
    const relative = where.slice(at.length).filter((name) => !/^\d+$/.test(name));
    if (secrets.has(relative.join("."))) {
      if (Array.isArray(part)) return part.map((item, index) => resolve(item, [...where, String(index)]));
      return resolveSecret(part, where, rule, reading, fail);
    }
    if (typeof part === "string") return resolveText(part, where, reading, fail);
    if (Array.isArray(part)) return part.map((item, index) => resolve(item, [...where, String(index)]));
    // Whatever a program puts here that is no block (an instance, say) is the plugin's to judge.
    if (!isPlain(part)) return part;
    return Object.fromEntries(Object.entries(part).map(([key, item]) => [key, resolve(item, [...where, key])]));
  };
  const resolved = resolve(value, at);
  return {
    value: resolved,
    incomplete: unresolved.size > 0,
    isUnresolved: (where) => where.some((_, index) => unresolved.has(where.slice(0, index + 1).join("\0"))),
  };
}

type Fail = (where: ConfigPath) => void;

function resolveText(text: string, where: ConfigPath, reading: Reading, fail: Fail): string {
  return text.replace(anyReference, (reference, name: string | undefined) => {
    if (reference === "$${") return "${";
    if (!wholeReference.test(reference)) {
      reading.report.mistake({
        path: where,
        message: "`${` begins a reference to an environment variable that is not one.",
        fix: "Write `${NAME}`, or `$${` where the characters themselves are meant.",
      });
      fail(where);
      return "";
    }
    return readVariable(name as string, where, reading, fail) ?? "";
  });
}

function readVariable(name: string, where: ConfigPath, reading: Reading, fail: Fail): string | undefined {
  const value = reading.env[name];
  if (value !== undefined && value !== "") return value;
  reading.report.missing({
    path: where,
    message: `The environment variable ${name} is ${value === undefined ? "not set" : "empty"}.`,
    fix: `Set ${name} where Tokenward runs.`,
  });
  fail(where);
  return undefined;
}

function resolveSecret(
  value: unknown,
  where: ConfigPath,
  rule: SecretRule,
  reading: Reading,
  fail: Fail,
): Secret | null {
  // Written, but with nothing behind it: the schema says what is missing.
  if (value === null || value === undefined) return null;
  const source = sourceOf(value);
  if (source !== undefined) {
    return "env" in source
      ? secretOr(readVariable(source.env, where, reading, fail))
      : secretFromFile({ file: source.file }, where, reading, fail);
  }
  if (typeof value === "string") {
    const name = wholeReference.exec(value)?.[1];
    if (name !== undefined) return secretOr(readVariable(name, where, reading, fail));
    return literalSecret(value, where, rule, reading, fail);
  }
  if (isSecret(value)) return secretOfProgram(value, where, reading, fail);
  if (typeof value === "object") return secretFromFile(value, where, reading, fail);
  return literalSecret(JSON.stringify(value), where, rule, reading, fail);
}

function secretOr(value: string | undefined): Secret {
  return secret(value ?? "");
}

function literalSecret(value: string, where: ConfigPath, rule: SecretRule, reading: Reading, fail: Fail): Secret {
  // Wrapped first, so that no message of anybody can show it from here on.
  const wrapped = secret(value);
  const name = suggestedName(where);
  if (rule.literalAddressIsWarning === true && /^https?:\/\//.test(value)) {
    reading.report.warning({
      path: where,
      message: "The address stands in the file; whoever knows it can use it.",
      fix: `Better write "\${${name}}" and set that variable.`,
    });
    return wrapped;
  }
  const embedded = value.includes("${");
  reading.report.mistake({
    path: where,
    message: embedded ? "A secret must be one reference and nothing else." : "A secret stands in the file itself.",
    fix: `Write "\${${name}}" and set that variable, or { file: path }.${embedded ? "" : " If the file was ever shared, replace the secret."}`,
  });
  fail(where);
  return wrapped;
}

// What a program wraps by itself may as well be written in it; nobody could tell.
function secretOfProgram(value: Secret, where: ConfigPath, reading: Reading, fail: Fail): Secret {
  reading.report.mistake({
    path: where,
    message: "Where this secret comes from is not known.",
    fix: `Write env("${suggestedName(where)}") and set that variable, or fromFile(path).`,
  });
  fail(where);
  return value;
}

function suggestedName(where: ConfigPath): string {
  const structure = new Set(["platforms", "accounts", "auth", "alerts", "writeback", "options"]);
  const words = where.filter((part) => !structure.has(part) && !/^\d+$/.test(part));
  return words
    .join("_")
    .toUpperCase()
    .replace(/[^A-Z0-9]/g, "_")
    .replace(/^(?=\d)|^_+/, "");
}

function secretFromFile(value: object, where: ConfigPath, reading: Reading, fail: Fail): Secret {
  const { file, ...others } = value as { readonly file?: unknown };
  if (typeof file !== "string" || file === "" || Object.keys(others).length > 0) {
    fail(where);
    reading.report.mistake({
      path: where,
      message: "This is not a reference to a secret.",
      fix: `Write "\${${suggestedName(where)}}", or { file: path } and nothing beside it.`,
    });
    return secretOr(undefined);
  }
  const written = resolveText(file, [...where, "file"], reading, () => fail(where));
  const absolute = path.resolve(reading.folder, written);
  const [content, reason] = readSecretFile(absolute);
  if (content !== undefined) return secret(content);
  reading.report.missing({
    path: where,
    message: `The secret's file ${absolute} ${reason}.`,
    fix: "Put the secret into it, readable for the user that Tokenward runs as.",
  });
  fail(where);
  return secretOr(undefined);
}

function readSecretFile(
  absolute: string,
): readonly [content: string, reason?: undefined] | readonly [undefined, string] {
  try {
    const content = readFileSync(absolute, "utf8").replace(/\r?\n$/, "");
    return content === "" ? [undefined, "is empty"] : [content];
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === "ENOENT") return [undefined, "does not exist"];
    if (code === "EACCES" || code === "EPERM") return [undefined, "may not be read by this user"];
    if (code === "EISDIR") return [undefined, "is a folder"];
    return [undefined, `cannot be read (${code ?? "unknown reason"})`];
  }
}
