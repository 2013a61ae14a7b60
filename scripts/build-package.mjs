// Builds the package in the current folder: JavaScript by tsup, declarations by tsc.
// The entries are the `@tokenward/source` conditions of its exports, so the manifest is the only list of them.
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, renameSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { build } from "tsup";
import { finishProgram, programSettings } from "./bundled-program.mjs";

const manifest = JSON.parse(readFileSync("package.json", "utf8"));
const entries = Object.values(manifest.exports ?? {})
  .map((target) => target["@tokenward/source"])
  .filter((source) => source !== undefined);
const options = manifest.tokenwardBuild ?? {};
if (options.entry) entries.push(...options.entry);
const bundled = options.bundle ?? [];

// Built beside the old one and put in its place at the end: what runs from `dist` never meets half a build, and a
// build that fails leaves the last good one.
const next = "dist.next";
rmSync("dist.old", { recursive: true, force: true });
rmSync(next, { recursive: true, force: true });
await build({
  outDir: next,
  entry: Object.fromEntries(entries.map((entry) => [path.relative("src", entry).replace(/\.ts$/, ""), entry])),
  format: "esm",
  target: "node22",
  platform: "node",
  splitting: true,
  sourcemap: true,
  minify: false,
  dts: false,
  silent: true,
  config: false,
  ...(bundled.length > 0 ? programSettings(bundled) : {}),
});
if (bundled.length > 0) finishProgram(next);
if (options.declarations !== false) {
  const tsc = path.join(path.dirname(createRequire(import.meta.url).resolve("typescript/package.json")), "bin/tsc");
  const result = spawnSync(process.execPath, [tsc, "-p", "tsconfig.json", "--outDir", next], { stdio: "inherit" });
  if (result.status !== 0) process.exit(result.status ?? 1);
}
if (existsSync("dist")) renameSync("dist", "dist.old");
renameSync(next, "dist");
rmSync("dist.old", { recursive: true, force: true });
