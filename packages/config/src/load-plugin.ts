import path from "node:path";
import { pathToFileURL } from "node:url";
import { messageOf, pluginApiVersion, TokenwardError } from "@tokenward/core";
import { closest } from "./closest.ts";
import { pluginOf, type CreatedPlugin } from "./created-plugin.ts";
import { isFileName, knownNames, packageNames, type AnyPlugin, type ConfiguredKind } from "./plugin-name.ts";
import { findPlugin } from "./resolve-plugin.ts";

/** Plugins that the CLI brings along, by package name. */
export type BundledPlugins = Readonly<Record<string, () => Promise<{ readonly default: unknown }>>>;

/** A plugin that a configuration uses. */
export interface LoadedPlugin {
  readonly kind: ConfiguredKind;
  /** What the plugin calls itself. */
  readonly name: string;
  /** The package, or the path as the configuration names it. */
  readonly package: string;
  /** From the package's manifest. Absent for a file that is named directly. */
  readonly version?: string | undefined;
  readonly apiVersion: number;
  readonly origin: "beside the configuration" | "bundled" | "in the configuration";
  /** The entry file, where it is beside the configuration. */
  readonly path?: string | undefined;
}

/** Loads each plugin once, by what the configuration calls it. */
export interface PluginLoader {
  /** @throws `ERR_CONFIG_PLUGIN_MISSING`, `ERR_CONFIG_PLUGIN_INVALID`, `ERR_CONFIG_PLUGIN_API` */
  load<Kind extends ConfiguredKind>(kind: Kind, name: string): Promise<Found<Kind>>;
  /**
   * For an instance that a configuration program created.
   *
   * @throws `ERR_CONFIG_PLUGIN_INVALID`, `ERR_CONFIG_PLUGIN_API`
   */
  adopt<Kind extends ConfiguredKind>(kind: Kind, created: CreatedPlugin): Found<Kind>;
  /** Those that were loaded so far, in the order in which they were asked for. */
  readonly loaded: readonly LoadedPlugin[];
  /** The same, with what the configuration calls each. */
  readonly found: readonly (Found<ConfiguredKind> & { readonly name: string })[];
  /** Packages that the CLI brings along. */
  readonly bundledNames: readonly string[];
}

/** A plugin, and what is known about it. */
export interface Found<Kind extends ConfiguredKind> {
  readonly plugin: AnyPlugin<Kind>;
  readonly about: LoadedPlugin;
  /** The instance of a configuration program that it was found by. */
  readonly created?: CreatedPlugin | undefined;
}

/** A loader for a configuration in `folder`. Nothing is ever taken from the current folder, or downloaded. */
export function createPluginLoader(folder: string, bundled: BundledPlugins, bundledVersion?: string): PluginLoader {
  const under = new Map<string, Promise<Found<ConfiguredKind>>>();
  const loaded: LoadedPlugin[] = [];
  const everything: (Found<ConfiguredKind> & { readonly name: string })[] = [];
  return {
    loaded,
    found: everything,
    bundledNames: Object.keys(bundled),
    load<Kind extends ConfiguredKind>(kind: Kind, name: string): Promise<Found<Kind>> {
      const key = `${kind} ${name}`;
      let found = under.get(key);
      if (found === undefined) {
        found = loadPlugin(kind, name, folder, bundled, bundledVersion).then((result) => {
          loaded.push(result.about);
          everything.push({ ...result, name });
          return result;
        });
        under.set(key, found);
      }
      return found as unknown as Promise<Found<Kind>>;
    },
    adopt<Kind extends ConfiguredKind>(kind: Kind, created: CreatedPlugin): Found<Kind> {
      const plugin = accept(pluginOf(created), kind, created.name);
      const about = aboutCreated(created, plugin.apiVersion, folder);
      if (!loaded.some((other) => other.kind === kind && other.package === about.package)) loaded.push(about);
      return { plugin: plugin as AnyPlugin<Kind>, about, created };
    },
  };
}

async function loadPlugin(
  kind: ConfiguredKind,
  name: string,
  folder: string,
  bundled: BundledPlugins,
  bundledVersion: string | undefined,
): Promise<Found<ConfiguredKind>> {
  const candidates = packageNames(kind, name);
  for (const candidate of candidates) {
    const beside = locate(candidate, folder, kind);
    if (beside !== undefined) {
      const { default: exported } = await importing(candidate, kind, () => import(pathToFileURL(beside.file).href));
      const plugin = accept(exported, kind, candidate);
      const { pluginName, apiVersion } = plugin;
      const origin = "beside the configuration";
      const { file, version } = beside;
      return { plugin, about: { kind, name: pluginName, package: candidate, version, apiVersion, origin, path: file } };
    }
    const load = Object.hasOwn(bundled, candidate) ? bundled[candidate] : undefined;
    if (load !== undefined) {
      const { default: exported } = await importing(candidate, kind, load);
      const plugin = accept(exported, kind, candidate);
      const { pluginName, apiVersion } = plugin;
      const about = { kind, name: pluginName, package: candidate, version: bundledVersion, apiVersion } as const;
      return { plugin, about: { ...about, origin: "bundled" } };
    }
  }
  if (isFileName(name)) throw invalid(name, kind, `there is no file ${path.resolve(folder, name)}`);
  const near = closest(
    name,
    knownNames(kind, Object.keys(bundled)).filter((known) => known !== name),
  );
  const suggestion = near === undefined ? "" : ` Did you mean \`${near}\`?`;
  throw new TokenwardError("ERR_CONFIG_PLUGIN_MISSING", { plugin: candidates[0], suggestion });
}

// The file imported it by a name that an instance does not know; normally it is that of its kind.
function aboutCreated({ kind, name, plugin }: CreatedPlugin, apiVersion: number, folder: string): LoadedPlugin {
  const origin = "in the configuration";
  if (plugin === undefined) return { kind, name, package: name, apiVersion, origin };
  for (const candidate of packageNames(kind, name)) {
    const beside = locate(candidate, folder, kind);
    if (beside !== undefined) {
      return { kind, name, package: candidate, version: beside.version, apiVersion, origin, path: beside.file };
    }
  }
  return { kind, name, package: name, apiVersion, origin };
}

function locate(candidate: string, folder: string, kind: ConfiguredKind): ReturnType<typeof findPlugin> {
  try {
    return findPlugin(candidate, folder);
  } catch (error) {
    throw invalid(candidate, kind, messageOf(error), error);
  }
}

async function importing(
  candidate: string,
  kind: ConfiguredKind,
  load: () => Promise<{ readonly default?: unknown }>,
): Promise<{ readonly default?: unknown }> {
  try {
    return await load();
  } catch (error) {
    throw invalid(candidate, kind, `it cannot be loaded (${messageOf(error)})`, error);
  }
}

function accept(exported: unknown, kind: ConfiguredKind, candidate: string): AnyPlugin<ConfiguredKind> {
  if ((typeof exported !== "function" && typeof exported !== "object") || exported === null) {
    throw invalid(candidate, kind, "its default export is not a plugin");
  }
  const plugin = exported as Partial<AnyPlugin<ConfiguredKind>>;
  if (!Number.isInteger(plugin.apiVersion)) throw invalid(candidate, kind, "its default export is not a plugin");
  if (plugin.apiVersion !== pluginApiVersion) {
    const facts = { plugin: candidate, found: plugin.apiVersion, known: pluginApiVersion };
    throw new TokenwardError("ERR_CONFIG_PLUGIN_API", facts);
  }
  if (plugin.kind !== kind) throw invalid(candidate, kind, `it is a ${String(plugin.kind)}`);
  const complete = typeof plugin.create === "function" && typeof plugin.options?.["~standard"]?.validate === "function";
  if (!complete) throw invalid(candidate, kind, "it lacks its options schema or its create function");
  return plugin as AnyPlugin<ConfiguredKind>;
}

function invalid(plugin: string, kind: ConfiguredKind, reason: string, cause?: unknown): TokenwardError {
  return new TokenwardError("ERR_CONFIG_PLUGIN_INVALID", { plugin, kind, reason }, { cause });
}
