import path from "node:path";
import type { Plugin, PluginKind } from "@tokenward/core";

/** Kinds of plugins that a configuration file names: all of them. */
export type ConfiguredKind = PluginKind;

/** A plugin of any options. */
export type AnyPlugin<Kind extends ConfiguredKind> = Plugin<Kind, unknown>;

const packagePart: Readonly<Record<ConfiguredKind, string>> = {
  refresher: "refresher",
  "write-back": "writeback",
  notifier: "notifier",
  "rate-bucket": "rate-bucket",
  state: "state",
};

const firstParty: Readonly<Record<ConfiguredKind, readonly string[]>> = {
  refresher: ["oauth2", "instagram", "youtube", "tiktok", "linkedin", "podium"],
  "write-back": ["local", "gitlab", "aws", "gcp", "sops"],
  notifier: ["webhook", "smtp", "pagerduty"],
  "rate-bucket": [],
  state: ["local", "redis"],
};

/** Whether a name in the file is a package or a path itself, instead of a short name. */
export function isSpecifier(name: string): boolean {
  return isFileName(name) || name.includes("/") || name.includes("@");
}

/** Whether a specifier names a file instead of a package. */
export function isFileName(specifier: string): boolean {
  return specifier.startsWith(".") || path.isAbsolute(specifier);
}

/** What a name can stand for, in order: ours first, so that nobody can stand in for it. */
export function packageNames(kind: ConfiguredKind, name: string): readonly string[] {
  if (isSpecifier(name)) return [name];
  const part = packagePart[kind];
  return [`@tokenward/${part}-${name}`, `tokenward-${part}-${name}`];
}

/** Short names that can be meant, for the guess after a slip. */
export function knownNames(kind: ConfiguredKind, bundled: Iterable<string>): readonly string[] {
  const prefix = `@tokenward/${packagePart[kind]}-`;
  const onBoard = [...bundled].filter((name) => name.startsWith(prefix)).map((name) => name.slice(prefix.length));
  return [...new Set([...onBoard, ...firstParty[kind]])];
}

/** The short name that means a package; `undefined` where none does. */
export function shortName(kind: ConfiguredKind, packageName: string): string | undefined {
  const prefix = `@tokenward/${packagePart[kind]}-`;
  return packageName.startsWith(prefix) ? packageName.slice(prefix.length) : undefined;
}
