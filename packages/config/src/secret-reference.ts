import { readFileSync } from "node:fs";
import { secret, TokenwardError, type Secret } from "@tokenward/core";

/** Where a secret comes from. */
export type SecretSource = { readonly env: string } | { readonly file: string };

/**
 * A secret that is looked up when it is needed, made by {@link env} or {@link fromFile}. It is a `Secret`, so that it can
 * also stand where a plugin's factory takes one.
 */
export interface SecretReference extends Secret {
  /** What it refers to; never the value. */
  readonly source: SecretSource;
}

// Known across copies: the file imports the project's copy of this package, the CLI reads it with its own.
const referenceBrand: symbol = Symbol.for("tokenward.secret-reference");

/**
 * A secret from an environment variable. The variable is read when the configuration is, and one that is missing is a
 * mistake like any other.
 *
 * @example
 * ```ts
 * import { env } from "@tokenward/config";
 *
 * const tiktokSecret = env("TIKTOK_CLIENT_SECRET");
 * console.log(`${tiktokSecret}`); // [secret]
 * ```
 */
export function env(name: string): SecretReference {
  return reference({ env: name });
}

/** A secret from a file, without its last line break. A relative path is meant from the configuration's folder. */
export function fromFile(path: string): SecretReference {
  return reference({ file: path });
}

/** What a reference refers to; `undefined` for everything else. */
export function sourceOf(value: unknown): SecretSource | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  return (value as Record<symbol, unknown>)[referenceBrand] as SecretSource | undefined;
}

// Wrapped around a secret of core's, so that it prints as nothing else but one. Its own value is never asked for.
function reference(source: SecretSource): SecretReference {
  const shown = secret("");
  const members = Object.getOwnPropertyDescriptors(shown);
  return Object.freeze(
    Object.defineProperties({} as SecretReference, {
      ...members,
      reveal: { value: () => lookUp(source), enumerable: true },
      source: { value: Object.freeze(source), enumerable: true },
      [referenceBrand]: { value: source },
    }),
  );
}

// Only outside of a configuration: a reading replaces references before anybody asks for their values.
function lookUp(source: SecretSource): string {
  const value =
    "env" in source ? (process.env[source.env] ?? "") : readFileSync(source.file, "utf8").replace(/\r?\n$/, "");
  if (value === "" && "env" in source) {
    throw new TokenwardError("ERR_CONFIG_SEED", { name: source.env, reason: "it is not set" });
  }
  return secret(value).reveal();
}
