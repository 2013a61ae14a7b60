import { readFileSync } from "node:fs";
import path from "node:path";
import type { PluginKind } from "./kind.ts";
import { checkName, packageName } from "./plugin-name.ts";
import { renderPackage } from "./template.ts";
import { writePackage } from "./write-package.ts";

/** What a new package is to be. */
export interface PluginWish {
  /** The part of the package's name behind the kind: `acme` of `tokenward-refresher-acme`. */
  readonly name: string;
  readonly kind: PluginKind;
  /** Where to, relative to the current folder: one that is empty or does not exist. Default: the package's name. */
  readonly folder?: string | undefined;
}

/** A package that was created. */
export interface CreatedPlugin {
  /** `tokenward-refresher-acme`. */
  readonly packageName: string;
  /** Absolute. */
  readonly folder: string;
  /** Paths below the folder, with slashes. */
  readonly files: readonly string[];
}

/**
 * Creates a whole plugin package: sources, tests with the conformance suite on, README, licence, workflows. Nothing is
 * installed or downloaded.
 *
 * @throws {@link CreationError} where the name or the folder cannot be used; nothing was written then
 */
export function createPlugin(wish: PluginWish): CreatedPlugin {
  const { name, kind } = wish;
  checkName(name, kind);
  const folder = path.resolve(wish.folder ?? packageName(name, kind));
  const files = renderPackage({ name, kind, tokenward: ownVersion() });
  writePackage(folder, files);
  return { packageName: packageName(name, kind), folder, files: [...files.keys()] };
}

/** This generator's version, which is that of all of Tokenward's packages. */
export function ownVersion(): string {
  const manifest = readFileSync(path.join(import.meta.dirname, "..", "package.json"), "utf8");
  return (JSON.parse(manifest) as { readonly version: string }).version;
}
