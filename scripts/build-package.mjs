// Builds the package in the current folder: JavaScript by tsup, declarations by tsc.
// The entries are the `@tokenward/source` conditions of its exports, so the manifest is the only list of them.
import { spawnSync } from "node:child_process";
import { readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { build } from "tsup";

const manifest = JSON.parse(readFileSync("package.json", "utf8"));
const entries = Object.values(manifest.exports ?? {})
  .map((target) => target["@tokenward/source"])
  .filter((source) => source !== undefined);
const options = manifest.tokenwardBuild ?? {};
if (options.entry) entries.push(...options.entry);
const bundled = options.bundle ?? [];

rmSync("dist", { recursive: true, force: true });
await build({
  entry: Object.fromEntries(entries.map((entry) => [path.relative("src", entry).replace(/\.ts$/, ""), entry])),
  format: "esm",
  target: "node22",
  platform: "node",
  splitting: true,
  sourcemap: bundled.length === 0,
  minify: false,
  dts: false,
  silent: true,
  config: false,
  noExternal: bundled.map((name) => new RegExp(`^${name}`)),
});
if (options.declarations !== false) {
  const tsc = path.join(path.dirname(createRequire(import.meta.url).resolve("typescript/package.json")), "bin/tsc");
  const result = spawnSync(process.execPath, [tsc, "-p", "tsconfig.json"], { stdio: "inherit" });
  if (result.status !== 0) process.exit(result.status ?? 1);
}
