import { existsSync, readFileSync, statSync } from "node:fs";
import path from "node:path";
import { TokenwardError } from "@tokenward/core";

/** The names that are looked for, in this order. */
export const configNames: readonly string[] = [
  "tokenward.config.yaml",
  "tokenward.config.yml",
  "tokenward.config.json",
  "tokenward.config.ts",
  "tokenward.config.mts",
  "tokenward.config.js",
  "tokenward.config.mjs",
];

/** Whether a configuration is a program that is run, instead of data that is read. */
export function isProgram(file: string): boolean {
  return /\.m?[jt]s$/.test(file);
}

/** A configuration file that was found. */
export interface ConfigFile {
  readonly path: string;
  readonly text: string;
  /** Files beside it that are left aside, because one is enough. */
  readonly ignored: readonly string[];
}

/**
 * Reads the named file, or the nearest one from `folder` upward; not beyond the root of a repository, where somebody
 * else's configuration may lie.
 *
 * @throws `ERR_CONFIG_NOT_FOUND`, `ERR_CONFIG_UNREADABLE`
 */
export function findConfig(named: string | undefined, folder: string): ConfigFile {
  if (named !== undefined) return { ...read(path.resolve(folder, named)), ignored: [] };
  for (let at = path.resolve(folder); ; at = path.dirname(at)) {
    const [first, ...ignored] = configNames.map((name) => path.join(at, name)).filter((file) => existsSync(file));
    if (first !== undefined) return { ...read(first), ignored };
    if (existsSync(path.join(at, ".git")) || path.dirname(at) === at) break;
  }
  throw new TokenwardError("ERR_CONFIG_NOT_FOUND", { folder });
}

function read(file: string): { readonly path: string; readonly text: string } {
  const unreadable = (reason: string): TokenwardError =>
    new TokenwardError("ERR_CONFIG_UNREADABLE", { path: file, reason });
  const extension = path.extname(file);
  if (/^\.c[jt]s$/.test(extension)) throw unreadable(`a program must be an ES module, and ${extension} is CommonJS`);
  let bytes: Buffer;
  try {
    if (statSync(file).isDirectory()) throw unreadable("it is a folder");
    bytes = readFileSync(file);
  } catch (error) {
    if (TokenwardError.is(error)) throw error;
    const code = (error as NodeJS.ErrnoException).code;
    if (code === "ENOENT") throw unreadable("it does not exist");
    throw unreadable(code === "EACCES" || code === "EPERM" ? "this user may not read it" : String(code));
  }
  try {
    return { path: file, text: new TextDecoder("utf-8", { fatal: true }).decode(bytes) };
  } catch {
    throw unreadable("it is not UTF-8 text");
  }
}
