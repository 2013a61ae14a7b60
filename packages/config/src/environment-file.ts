import { readFileSync } from "node:fs";
import { parseEnv } from "node:util";
import { TokenwardError } from "@tokenward/core";

/**
 * The environment with a file's variables added, as `--env-file` does it. What is set already wins, also where it is
 * set to nothing.
 *
 * @param file as `.env` files are written: `NAME=value` in lines; see `util.parseEnv` of Node
 * @throws `ERR_CONFIG_ENV_FILE`
 */
export function readEnvironmentFile(
  file: string,
  env: Readonly<Record<string, string | undefined>>,
): Readonly<Record<string, string | undefined>> {
  const set = Object.entries(env).filter(([, value]) => value !== undefined);
  return { ...parseEnv(textOf(file)), ...Object.fromEntries(set) };
}

function textOf(file: string): string {
  const unreadable = (reason: string): TokenwardError =>
    new TokenwardError("ERR_CONFIG_ENV_FILE", { path: file, reason });
  let bytes: Buffer;
  try {
    bytes = readFileSync(file);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === "ENOENT") throw unreadable("it does not exist");
    if (code === "EISDIR") throw unreadable("it is a folder");
    throw unreadable(code === "EACCES" || code === "EPERM" ? "this user may not read it" : String(code));
  }
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw unreadable("it is not UTF-8 text");
  }
}
