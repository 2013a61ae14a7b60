import { realpath } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { platformFolder, type PluginContext } from "@tokenward/core/plugin";
import type { LocalOptions } from "./options.ts";

/** The folder that a configuration means, absolute. */
export function grantFolder(options: LocalOptions, context: PluginContext): string {
  if (options.path !== undefined) return resolve(context.folder, options.path);
  return join(platformFolder("data", context.env), "grants");
}

/**
 * The same folder, however it is reached: links are resolved as far as the path exists, so that the name is the same
 * before and after the folder is made.
 */
export async function canonicalFolder(folder: string): Promise<string> {
  try {
    return await realpath(folder);
  } catch {
    const parent = dirname(folder);
    return parent === folder ? folder : join(await canonicalFolder(parent), basename(folder));
  }
}
