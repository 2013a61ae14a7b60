import { loadConfig, type BundledPlugins, type Configuration } from "@tokenward/config";
import { bundledPlugins } from "./bundled-plugins.ts";
import type { Context } from "./context.ts";

/** Opens the configuration, works with it, and closes it whatever happens. */
export async function withConfiguration<T>(
  context: Context,
  work: (configuration: Configuration) => Promise<T>,
): Promise<T> {
  const configuration = await loadConfig(configurationSource(context));
  try {
    return await work(configuration);
  } finally {
    await configuration.close();
  }
}

/** Where a configuration is looked for, and what its plugins may be besides those installed with it. */
export function configurationSource(context: Context): ConfigurationSource {
  return {
    path: context.configPath,
    folder: context.folder,
    env: context.env,
    bundled: bundledPlugins,
    bundledVersion: context.version,
    note: (message) => context.output.note(message),
  };
}

/** What `loadConfig` and `checkConfig` are given. */
export interface ConfigurationSource {
  readonly path: string | undefined;
  readonly folder: string;
  readonly env: Context["env"];
  readonly bundled: BundledPlugins;
  readonly bundledVersion: string;
  readonly note: (message: string) => void;
}
