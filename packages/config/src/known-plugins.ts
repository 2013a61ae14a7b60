import { TokenwardError } from "@tokenward/core";
import { pluginsOf, type ConfigOptions } from "./load.ts";
import { shortName, type AnyPlugin, type ConfiguredKind } from "./plugin-name.ts";

/** A plugin that a configuration can name. */
export interface KnownPlugin {
  readonly kind: ConfiguredKind;
  /** What a configuration calls it. */
  readonly name: string;
  readonly packageName: string;
  readonly plugin: AnyPlugin<ConfiguredKind>;
}

/**
 * The plugins on board, and those of the present configuration where there is one. What the configuration finds beside
 * itself is what its names mean.
 *
 * @throws `ERR_CONFIG_UNREADABLE`, `ERR_CONFIG_PROGRAM`
 */
export async function knownPlugins(options: ConfigOptions): Promise<readonly KnownPlugin[]> {
  const known = new Map<string, KnownPlugin>();
  for (const [packageName, load] of Object.entries(options.bundled ?? {})) {
    const plugin = (await load()).default as AnyPlugin<ConfiguredKind>;
    const name = shortName(plugin.kind, packageName) ?? packageName;
    known.set(`${plugin.kind} ${name}`, { kind: plugin.kind, name, packageName, plugin });
  }
  for (const { name, plugin, about } of await configured(options)) {
    known.set(`${about.kind} ${name}`, { kind: about.kind, name, packageName: about.package, plugin });
  }
  return [...known.values()].toSorted((a, b) => (`${a.kind} ${a.name}` < `${b.kind} ${b.name}` ? -1 : 1));
}

// Without a configuration there is still something to describe.
async function configured(options: ConfigOptions): ReturnType<typeof pluginsOf> {
  try {
    return await pluginsOf(options);
  } catch (error) {
    if (TokenwardError.is(error) && error.code === "ERR_CONFIG_NOT_FOUND" && options.path === undefined) return [];
    throw error;
  }
}
