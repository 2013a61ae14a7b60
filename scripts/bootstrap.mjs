// Makes a fresh clone runnable with nothing but Node >= 20 and npm: installs with exactly the pnpm that package.json
// names, inside this folder only. Every script of the repository calls it first; it does nothing when all is current.
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

/** The repository's root. */
export const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "..");
const modules = path.join(root, "node_modules");
const stampFile = path.join(modules, ".tokenward-install.json");
const oldestNode = 20;

/** Something that a human has to mend before a script can go on, in one sentence. */
export class SetUpError extends Error {}

/**
 * Installs where needed.
 *
 * @returns what the scripts run with: `env` has the repository's own Node and tools first on its path, `node` is that
 *   Node, `tool` says where a tool's script is, and `pnpm` is pnpm's
 */
export async function bootstrap() {
  const major = Number(process.versions.node.split(".")[0]);
  if (major < oldestNode) {
    throw new SetUpError(`Node ${oldestNode} or newer is needed to begin, and this is ${process.versions.node}.`);
  }
  const manifest = JSON.parse(readFileSync(path.join(root, "package.json"), "utf8"));
  const pnpmVersion = /^pnpm@([^+]+)/.exec(manifest.packageManager)[1];
  const wanted = fingerprint();
  let stamp = readStamp();
  if (stamp === undefined || stamp.wanted !== wanted || !existsSync(stamp.pnpmFolder)) {
    process.stderr.write(`Installing dependencies with pnpm ${pnpmVersion}, in this folder only...\n`);
    stamp = { wanted, pnpmFolder: await pnpmFolder(pnpmVersion) };
    await install(stamp.pnpmFolder);
    writeFileSync(stampFile, JSON.stringify(stamp));
  }
  const env = environment(stamp.pnpmFolder);
  return { root, env, node: nodeBinary(), tool, pnpm: pnpmScript(stamp.pnpmFolder) };
}

/**
 * Runs a program and waits for it. Never rejects because of its exit code.
 *
 * @returns its exit code (128 and more after a signal) and, unless `stdio` is `inherit`, all it printed, in order
 */
export function run(file, args, options = {}) {
  return new Promise((resolve, reject) => {
    const stdio = options.stdio ?? ["ignore", "pipe", "pipe"];
    const child = spawn(file, args, { cwd: root, ...options, stdio });
    let output = "";
    for (const stream of [child.stdout, child.stderr])
      stream?.setEncoding("utf8").on("data", (text) => (output += text));
    child.once("error", reject);
    child.once("close", (code) => resolve({ code: code ?? 130, output }));
  });
}

/** Runs a script's body: what a human has to mend is one sentence, and any failure is a non-zero exit. */
export async function main(body) {
  try {
    process.exitCode = (await body()) ?? 0;
  } catch (error) {
    process.stderr.write(`${error instanceof SetUpError ? error.message : error.stack}\n`);
    process.exitCode = 1;
  }
}

// What an installation depends on: the lockfile, the workspace's settings and every manifest.
function fingerprint() {
  const hash = createHash("sha256");
  for (const file of ["pnpm-lock.yaml", "pnpm-workspace.yaml", "package.json", ...packageFolders().map(manifestIn)]) {
    hash
      .update(`${file}\0`)
      .update(readFileSync(path.join(root, file)))
      .update("\0");
  }
  return hash.digest("hex");
}

/** Every workspace package's folder, relative to the root and with slashes. */
export function packageFolders() {
  /** @type {string[]} */
  const found = [];
  const visit = (folder, depth) => {
    for (const entry of readdirSync(path.join(root, folder), { withFileTypes: true })) {
      if (!entry.isDirectory() || entry.name === "node_modules" || entry.name.startsWith(".")) continue;
      const inside = path.posix.join(folder, entry.name);
      if (existsSync(path.join(root, manifestIn(inside)))) found.push(inside);
      else if (depth > 0) visit(inside, depth - 1);
    }
  };
  visit(".", 2);
  return found.sort();
}

function manifestIn(folder) {
  return `${folder}/package.json`;
}

function readStamp() {
  try {
    return JSON.parse(readFileSync(stampFile, "utf8"));
  } catch {
    return undefined;
  }
}

// npm brings pnpm into its own cache; where it put it is the first entry of the path it gives to its children.
async function pnpmFolder(version) {
  const print =
    "process.stdout.write('folder=' + process.env[Object.keys(process.env).find((k) => /^path$/i.test(k))])";
  const exec = ["exec", "--yes", "--loglevel=error", `--package=pnpm@${version}`, "--", "node", "-e", print];
  const { code, output } = await npm(exec);
  const folder = /folder=([^\n]*)/.exec(output)?.[1].split(path.delimiter)[0];
  if (code === 0 && folder !== undefined && existsSync(folder)) return folder;
  throw new SetUpError(`npm could not fetch pnpm ${version}: ${reasonOf(output)}`);
}

/** Runs npm, wherever it is, and waits for it, like {@link run}; where there is none, that is a failure, too. */
export function npm(args, options = {}) {
  const { file, args: before, shell, quote } = npmCommand();
  return run(file, [...before, ...args.map(quote)], { ...options, shell }).catch((error) => ({
    code: 1,
    output: error.message,
  }));
}

function npmCommand() {
  const plain = (argument) => argument;
  const beside = path.dirname(process.execPath);
  const scripts = [
    process.env.npm_execpath,
    path.join(beside, "node_modules", "npm", "bin", "npm-cli.js"),
    path.join(beside, "..", "lib", "node_modules", "npm", "bin", "npm-cli.js"),
  ];
  const script = scripts.find((file) => file !== undefined && file.endsWith("npm-cli.js") && existsSync(file));
  if (script !== undefined) return { file: process.execPath, args: [script], shell: false, quote: plain };
  // Windows starts npm.cmd through its shell only, which wants arguments with blanks in quotes.
  const shell = process.platform === "win32";
  return { file: "npm", args: [], shell, quote: shell ? (argument) => `"${argument}"` : plain };
}

async function install(folder) {
  const settings = ["install", "--frozen-lockfile", "--reporter=append-only", "--config.confirm-modules-purge=false"];
  const { code, output } = await run(process.execPath, [pnpmScript(folder), ...settings], { env: environment(folder) });
  if (code !== 0) throw new SetUpError(`The dependencies could not be installed: ${reasonOf(output)}`);
}

function pnpmScript(folder) {
  return path.join(folder, "..", "pnpm", "bin", "pnpm.mjs");
}

/** Why npm or pnpm failed, for a human, from what it printed. */
export function reasonOf(output) {
  if (/ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|fetch failed/.test(output)) {
    return "the package registry could not be reached. Check network and proxy (HTTPS_PROXY), then run again.";
  }
  if (/OUTDATED_LOCKFILE/.test(output)) {
    return "pnpm-lock.yaml does not match a package.json. Run `pnpm install` and commit the lockfile.";
  }
  if (/ENOSPC/.test(output)) return "the disk is full.";
  if (/EACCES|EPERM/.test(output)) return `this user may not write to ${root} or to npm's cache.\n${output.trim()}`;
  return `it said\n${output.trim()}`;
}

// The path's name is `Path` on Windows, and only one spelling may reach a child.
function environment(pnpm) {
  const env = { ...process.env, TURBO_TELEMETRY_DISABLED: "1", DO_NOT_TRACK: "1" };
  const names = Object.keys(env).filter((name) => name.toLowerCase() === "path");
  const before = names.map((name) => env[name])[0] ?? "";
  for (const name of names) delete env[name];
  const first = [path.join(modules, ".bin"), pnpm];
  const rest = before.split(path.delimiter).filter((folder) => folder !== "" && !first.includes(folder));
  return { ...env, PATH: [...first, ...rest].join(path.delimiter) };
}

function nodeBinary() {
  const { bin } = JSON.parse(readFileSync(path.join(modules, "node", "package.json"), "utf8"));
  const file = path.join(modules, "node", typeof bin === "string" ? bin : bin.node);
  if (existsSync(file)) return file;
  throw new SetUpError(`The repository's own Node is missing (${file}). Delete node_modules and run again.`);
}

/** The script of a tool, to be run by `node`: without a shell, so that it works everywhere. */
function tool(name, packageName = name, from = root) {
  const folder = path.join(from, "node_modules", packageName);
  const { bin } = JSON.parse(readFileSync(path.join(folder, "package.json"), "utf8"));
  return path.join(folder, typeof bin === "string" ? bin : bin[name]);
}
