import { existsSync, readFileSync, realpathSync } from "node:fs";
import path from "node:path";

/** The checkout. */
export const root: string = path.resolve(import.meta.dirname, "../..");

/** npm's own script, to be run by Node: without a shell, so that it works everywhere. */
export function npmScript(): string {
  const beside = path.dirname(process.execPath);
  const candidates = [
    process.env["npm_execpath"],
    ...foldersOfPath().flatMap((folder) => [
      resolved(path.join(folder, "npm")),
      path.join(folder, "node_modules", "npm", "bin", "npm-cli.js"),
    ]),
    path.join(beside, "..", "lib", "node_modules", "npm", "bin", "npm-cli.js"),
  ];
  const found = candidates.find((file) => file?.endsWith("npm-cli.js") === true && existsSync(file));
  if (found === undefined) throw new Error("npm is not on the path. Install Node with npm, then run again.");
  return found;
}

/**
 * This process's environment for an npm that reads `npmConfig` in place of the user's: no setting of whoever started us,
 * least of all another registry, may come before it.
 */
export function npmEnvironment(npmConfig: string): NodeJS.ProcessEnv {
  return { ...withoutPackageManager(), NPM_CONFIG_USERCONFIG: npmConfig };
}

/** This process's environment without what npm or pnpm put into it, or read from it. */
export function withoutPackageManager(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => !/^(npm|pnpm)_/i.test(name));
  return Object.fromEntries(kept);
}

/** pnpm's own script, of the version that the checkout was installed with. */
export function pnpmScript(): string {
  const stamp = path.join(root, "node_modules", ".tokenward-install.json");
  const folders = foldersOfPath();
  if (existsSync(stamp)) {
    folders.unshift((JSON.parse(readFileSync(stamp, "utf8")) as { pnpmFolder: string }).pnpmFolder);
  }
  const found = folders.map((folder) => path.join(folder, "..", "pnpm", "bin", "pnpm.mjs")).find(existsSync);
  if (found === undefined) throw new Error("pnpm is missing. `npm test` in the checkout fetches it.");
  return found;
}

function foldersOfPath(): string[] {
  return (process.env["PATH"] ?? process.env["Path"] ?? "").split(path.delimiter).filter((folder) => folder !== "");
}

function resolved(file: string): string | undefined {
  return existsSync(file) ? realpathSync(file) : undefined;
}
