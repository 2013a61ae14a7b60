import type { PluginKinds } from "@tokenward/core";
import { heldPlugin } from "./check-keys.ts";
import { createdPlugin, type CreatedPlugin } from "./created-plugin.ts";
import type { Found, PluginLoader } from "./load-plugin.ts";
import { isSpecifier, knownNames, type ConfiguredKind } from "./plugin-name.ts";
import type { ConfigPath } from "./problem.ts";
import { findingOf, type Reading } from "./reading.ts";
import { resolveReferences } from "./references.ts";
import { checkBlock, optionNames, reportUnknownKey } from "./schema-problems.ts";

/** What a `{ backend: name, name: { options } }` block configures. */
export interface Configured<Kind extends ConfiguredKind> {
  readonly found: Found<Kind>;
  /** The name in the file. */
  readonly name: string;
  /** Creates it; the options are already checked. */
  create(): PluginKinds[Kind];
}

/** Loads the plugin that a name stands for, or reports why that is not possible. */
export async function loadNamed<Kind extends ConfiguredKind>(
  kind: Kind,
  name: string,
  at: ConfigPath,
  plugins: PluginLoader,
  reading: Reading,
): Promise<Found<Kind> | undefined> {
  try {
    return await plugins.load(kind, name);
  } catch (error) {
    reading.report.missing(findingOf(at, error));
    return undefined;
  }
}

/** Where the options of a named backend stand: under its own name, for a package or a path under `options`. */
export function optionsKey(name: string): string {
  return isSpecifier(name) ? "options" : name;
}

/** Reads a block with one backend. `undefined` where anything is wrong with it; that is reported. */
export async function readBackend<Kind extends "write-back" | "rate-bucket" | "state">(
  kind: Kind,
  block: unknown,
  at: ConfigPath,
  plugins: PluginLoader,
  reading: Reading,
): Promise<Configured<Kind> | undefined> {
  const own = heldPlugin(block);
  if (own !== undefined) return adoptBackend(kind, own, block, at, plugins, reading);
  if (typeof block !== "object" || block === null) return undefined;
  const { backend: name, ...others } = block as Readonly<Record<string, unknown>>;
  if (typeof name !== "string" || name === "") return undefined;
  const key = optionsKey(name);
  reportOtherKeys(kind, Object.keys(others), [key], at, plugins, reading);
  const found = await loadNamed(kind, name, [...at, "backend"], plugins, reading);
  return found === undefined ? undefined : configure(found, name, others[key], [...at, key], reading);
}

function adoptBackend<Kind extends "write-back" | "rate-bucket" | "state">(
  kind: Kind,
  own: CreatedPlugin,
  block: unknown,
  at: ConfigPath,
  plugins: PluginLoader,
  reading: Reading,
): Configured<Kind> | undefined {
  if (createdPlugin(block) === undefined) {
    const others = Object.keys(block as object).filter((key) => key !== "backend");
    reportOtherKeys(kind, others, [], at, plugins, reading);
  }
  const found = adopt(kind, own, at, plugins, reading);
  return found && configure(found, own.name, own.options, at, reading);
}

/** Takes an instance of a configuration program for what a name would have loaded, or reports what it is instead. */
export function adopt<Kind extends ConfiguredKind>(
  kind: Kind,
  own: CreatedPlugin,
  at: ConfigPath,
  plugins: PluginLoader,
  reading: Reading,
): Found<Kind> | undefined {
  reading.placed.add(own.instance);
  try {
    return plugins.adopt(kind, own);
  } catch (error) {
    reading.report.mistake(findingOf(at, error));
    return undefined;
  }
}

/** Blocks of backends that are not in use may stay in the file; anything else beside the chosen one is a slip. */
export function reportOtherKeys(
  kind: ConfiguredKind,
  keys: readonly string[],
  used: readonly string[],
  at: ConfigPath,
  plugins: PluginLoader,
  reading: Reading,
): void {
  const others = knownNames(kind, plugins.bundledNames);
  for (const key of keys) {
    if (used.includes(key)) continue;
    const path = [...at, key];
    if (others.includes(key)) {
      const message = `\`${key}\` is not in use: \`backend\` does not name it.`;
      reading.report.warning({
        path,
        message,
        fix: "Remove it, or name it as the backend; for `tokenward auth move` it may stay.",
      });
    } else {
      reportUnknownKey([key], { reading, at, known: ["backend", ...used] });
    }
  }
}

/** Checks a plugin's options. */
export function configure<Kind extends ConfiguredKind>(
  found: Found<Kind>,
  name: string,
  options: unknown,
  at: ConfigPath,
  reading: Reading,
): Configured<Kind> | undefined {
  const { plugin, about } = found;
  const rule = { paths: plugin.secretOptions, literalAddressIsWarning: about.kind === "notifier" };
  const resolved = resolveReferences(options ?? {}, at, rule, reading);
  const known = optionNames(plugin.options);
  const checked = checkBlock(plugin.options, { reading, resolved, at, plugin: about.package, known });
  if (checked === undefined) return undefined;
  return { found, name, create: () => instanceOf(found, checked, reading) };
}

/** Creates a plugin's instance of checked options; one that a program has created is taken as it is. */
export function instanceOf<Kind extends ConfiguredKind>(
  { plugin, created: own }: Found<Kind>,
  options: unknown,
  reading: Reading,
): PluginKinds[Kind] {
  if (own?.complete === true) return own.instance as PluginKinds[Kind];
  return plugin.create(options, { folder: reading.folder, env: reading.env });
}

/** Creates what a block configures, or reports what the plugin says against it. */
export function created<Kind extends ConfiguredKind>(
  configured: Configured<Kind> | undefined,
  at: ConfigPath,
  reading: Reading,
): PluginKinds[Kind] | undefined {
  try {
    return configured?.create();
  } catch (error) {
    reading.report.mistake(findingOf(at, error));
    return undefined;
  }
}
