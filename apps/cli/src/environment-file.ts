import path from "node:path";
import { readEnvironmentFile } from "@tokenward/config";
import type { Context } from "./context.ts";

/**
 * The environment with the variables of `--env-file`. They go into the process's own, too: there a configuration that is
 * a program looks, and the SDKs of plugins do.
 *
 * @throws `ERR_CONFIG_ENV_FILE`
 */
export function environmentWith(file: string, { env, folder }: Pick<Context, "env" | "folder">): Context["env"] {
  const both = readEnvironmentFile(path.resolve(folder, file), env);
  for (const [name, value] of Object.entries(both)) {
    if (value !== undefined && process.env[name] === undefined) process.env[name] = value;
  }
  // On Windows only the process's own finds a name in whatever case it is asked for.
  return env === process.env ? process.env : both;
}
