import { checkConfig, type LoadedPlugin } from "@tokenward/config";
import { TokenwardError } from "@tokenward/core";
import type { Context, ExitCode } from "../context.ts";
import { printPlugins } from "../output/plugins.ts";
import { configurationSource } from "../with-configuration.ts";

/** `tokenward plugins list` */
export async function pluginsList(context: Context): Promise<ExitCode> {
  const source = configurationSource(context);
  return printPlugins(
    Object.keys(source.bundled),
    await configuredPlugins(source),
    source.bundledVersion,
    context.output,
  );
}

// Without a configuration there is still something to list; with one that cannot be read there is something to say.
async function configuredPlugins(source: Parameters<typeof checkConfig>[0]): Promise<readonly LoadedPlugin[]> {
  try {
    return (await checkConfig(source)).plugins;
  } catch (error) {
    if (TokenwardError.is(error) && error.code === "ERR_CONFIG_NOT_FOUND") return [];
    throw error;
  }
}
