import { spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, symlinkSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

/** What `check.mjs` prints. */
export interface Checked {
  readonly lines: readonly string[];
  readonly plugins: readonly { readonly package: string; readonly origin: string }[];
  readonly plans: readonly Readonly<Record<string, unknown>>[];
  readonly error?: { readonly code: string; readonly message: string };
  readonly stderr: string;
}

/** What a reading in another process is given. */
export interface CheckOptions {
  readonly env?: Readonly<Record<string, string>> | undefined;
  readonly select?: string | undefined;
  /** The entry of the copy of this package that reads. */
  readonly entry?: string | undefined;
  readonly flags?: readonly string[] | undefined;
}

const check = fileURLToPath(new URL("check.mjs", import.meta.url));
const ours = fileURLToPath(new URL("../index.ts", import.meta.url));
const installed = fileURLToPath(new URL("../../node_modules/@tokenward/", import.meta.url));

/** Reads the configuration of a folder in a process of its own, where Node alone runs it. */
export function checkInNode(
  folder: string,
  { env = {}, select, entry = ours, flags = [] }: CheckOptions = {},
): Checked {
  const args = ["--conditions=@tokenward/source", ...flags, check, JSON.stringify({ entry, env, select })];
  const home = { HOME: folder, TOKENWARD_STATE_DIR: path.join(folder, "state"), CI: "" };
  const result = spawnSync(process.execPath, args, {
    cwd: folder,
    env: { PATH: process.env["PATH"], SystemRoot: process.env["SystemRoot"], ...home },
    encoding: "utf8",
  });
  if (result.status !== 0) throw new Error(`The check ended with ${String(result.status)}:\n${result.stderr}`);
  return {
    lines: [],
    plugins: [],
    plans: [],
    ...(JSON.parse(result.stdout) as Partial<Checked>),
    stderr: result.stderr,
  };
}

/** Installs the packages of this workspace in a folder, as links. */
export function installPackages(folder: string): void {
  const scope = path.join(folder, "node_modules", "@tokenward");
  mkdirSync(scope, { recursive: true });
  for (const name of readdirSync(installed))
    symlinkSync(path.join(installed, name), path.join(scope, name), "junction");
  symlinkSync(path.resolve(installed, "../.."), path.join(scope, "config"), "junction");
}
