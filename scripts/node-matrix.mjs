// Runs suites on the other Nodes that Tokenward promises to run on: the floor and the newest. Each binary comes from
// npm, is kept in node_modules/.cache and touches nothing else.
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { npm, reasonOf, root, run } from "./bootstrap.mjs";

/** What `engines` of the packages begins and ends with; the repository's own Node lies between. */
export const otherNodes = ["22.19", "26"];

// The engine, what holds its state (node:sqlite differs between Nodes), the configuration, and the CLI.
const suites = ["packages/core/", "packages/state-local/", "packages/config/", "apps/cli/"];

/**
 * Runs those suites on another Node, down to the processes that they start.
 *
 * @returns the exit code; and `skipped`, why nothing ran, where that is no failure: without CI
 */
export async function testOnNode(version, { env, tool }) {
  const found = await otherNode(version);
  if ("missing" in found) {
    process.stdout.write(`Node ${version} is not to be had: ${found.missing}\n`);
    return isCI(env) ? { code: 1 } : { code: 0, skipped: "this Node is not to be had here; see above" };
  }
  const { PATH } = env;
  // Programs that are started by name or by `#!/usr/bin/env node` shall be no other Node's either.
  const ownEnv = {
    ...env,
    PATH: [path.dirname(found.node), PATH].join(path.delimiter),
    TOKENWARD_SCALE: "small",
    TOKENWARD_TEST_NODE: found.version,
  };
  process.stdout.write(`\nNode ${found.version} (${found.node})\n`);
  const vitest = [tool("vitest"), "run", "--project", "packages", ...suites];
  return await run(found.node, vitest, { env: ownEnv, stdio: "inherit" });
}

async function otherNode(version) {
  const folder = path.join(root, "node_modules", ".cache", `node-${version}`);
  const cached = await binaryIn(folder, version);
  if (cached !== undefined) return cached;
  process.stderr.write(`Fetching Node ${version} into ${path.relative(root, folder)}...\n`);
  // A folder of its own until it is whole: an interrupted or second run never meets half a Node.
  const fresh = `${folder}.${process.pid}`;
  try {
    mkdirSync(fresh, { recursive: true });
    writeFileSync(path.join(fresh, "package.json"), '{ "private": true }\n');
    const settings = ["--no-save", "--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error"];
    const { code, output } = await npm(["install", "--prefix", fresh, ...settings, `${packageName}@${version}`]);
    if (code !== 0) return { missing: reasonOf(output) };
    const fetched = await binaryIn(fresh, version);
    if (fetched === undefined) return { missing: `${packageName}@${version} does not run on this machine.` };
    rmSync(folder, { recursive: true, force: true });
    renameSync(fresh, folder);
    return { node: path.join(folder, path.relative(fresh, fetched.node)), version: fetched.version };
  } finally {
    rmSync(fresh, { recursive: true, force: true });
  }
}

// npm's package `node` fetches one of these in an install script, which npm may be told not to run.
const packageName = `node${process.platform === "darwin" && process.arch === "arm64" ? "-bin" : ""}-${
  process.platform === "win32" ? "win" : process.platform
}-${process.arch}`;

/** The Node in a folder, asked for its version: a damaged or foreign one counts as none. */
async function binaryIn(folder, wanted) {
  const installed = path.join(folder, "node_modules", packageName);
  if (!existsSync(path.join(installed, "package.json"))) return undefined;
  const { bin } = JSON.parse(readFileSync(path.join(installed, "package.json"), "utf8"));
  const node = path.join(installed, bin.node);
  const { code, output } = await run(node, ["-p", "process.versions.node"]).catch(() => ({ code: 1, output: "" }));
  const version = output.trim();
  return code === 0 && `${version}.`.startsWith(`${wanted}.`) ? { node, version } : undefined;
}

// .ci/run says it in a variable of its own: CI itself changes what Tokenward refuses.
function isCI(env) {
  return env.TOKENWARD_NODES === "required" || !["", "0", "false", undefined].includes(env.CI);
}
