// Builds the package in the current folder: JavaScript by tsup, declarations by tsc.
// The entries are the `@tokenward/source` conditions of its exports, so the manifest is the only list of them.
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { build } from "tsup";
import { cheapImports } from "./cheap-imports.mjs";

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
  // A program is one file, whose parts run when they are first imported: twenty files take longer to find and read.
  splitting: bundled.length === 0,
  removeNodeProtocol: false,
  sourcemap: bundled.length === 0,
  minify: false,
  dts: false,
  silent: true,
  config: false,
  metafile: bundled.length > 0,
  noExternal: bundled.map((name) => new RegExp(`^${name}`)),
  esbuildPlugins: bundled.length > 0 ? [cheapImports] : [],
  esbuildOptions: (esbuild) => {
    if (bundled.length === 0) return;
    // From source, so that whatever a command does not use is left out of its chunks.
    esbuild.conditions = ["@tokenward/source", "module"];
    // Names stay readable in stack traces; what goes is what only costs time to read.
    esbuild.minifyWhitespace = true;
    esbuild.minifySyntax = true;
    esbuild.legalComments = "none";
  },
});
if (bundled.length > 0) writeNotices();
if (options.declarations !== false) {
  const tsc = path.join(path.dirname(createRequire(import.meta.url).resolve("typescript/package.json")), "bin/tsc");
  const result = spawnSync(process.execPath, [tsc, "-p", "tsconfig.json", "--outDir", next], { stdio: "inherit" });
  if (result.status !== 0) process.exit(result.status ?? 1);
}
if (existsSync("dist")) renameSync("dist", "dist.old");
renameSync(next, "dist");
rmSync("dist.old", { recursive: true, force: true });

// Whoever hands out a copy of other people's code hands out their licences, too.
function writeNotices() {
  const { inputs } = JSON.parse(readFileSync(path.join(next, "metafile-esm.json"), "utf8"));
  rmSync(path.join(next, "metafile-esm.json"));
  const folders = new Set(
    Object.keys(inputs).flatMap((input) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(input) ?? []),
  );
  const notices = [...folders].sort().map((folder) => {
    const { name, version, license } = JSON.parse(readFileSync(path.join(folder, "package.json"), "utf8"));
    const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry));
    const text = file === undefined ? `Licence: ${license}` : readFileSync(path.join(folder, file), "utf8").trim();
    return `${name} ${version}\n\n${text}\n`;
  });
  writeFileSync(path.join(next, "THIRD-PARTY-LICENSES.txt"), notices.join(`\n${"-".repeat(80)}\n\n`));
}
