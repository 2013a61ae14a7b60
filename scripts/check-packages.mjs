// Judges every publishable package as it would be published: packed, then read by publint and by attw.
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { packageFolders, root, run } from "./bootstrap.mjs";

/** Builds, packs and judges them all. */
export async function checkPackages({ node, pnpm, tool }, env) {
  const built = await run(node, [tool("turbo"), "run", "build", "--output-logs=errors-only"], { env });
  if (built.code !== 0) return built;
  const packed = mkdtempSync(path.join(tmpdir(), "tokenward-packed-"));
  try {
    const reports = [];
    const waiting = packageFolders().filter((folder) => manifestOf(folder).private !== true);
    const worker = async () => {
      for (let folder = waiting.shift(); folder !== undefined; folder = waiting.shift()) {
        reports.push(await checkPackage(folder));
      }
    };
    await Promise.all([worker(), worker()]);
    const failed = reports.filter((report) => report !== "");
    return { code: failed.length === 0 ? 0 : 1, output: failed.join("\n") };
  } finally {
    rmSync(packed, { recursive: true, force: true });
  }

  // What is wrong with one package; empty when nothing is.
  async function checkPackage(folder) {
    const destination = mkdtempSync(path.join(packed, "package-"));
    const cwd = path.join(root, folder);
    const pack = await run(node, [pnpm, "pack", "--json", "--pack-destination", destination], { cwd, env });
    const tarball = readdirSync(destination).find((file) => file.endsWith(".tgz"));
    if (pack.code !== 0 || tarball === undefined) return `${folder}: could not be packed\n${pack.output}`;
    const file = path.join(destination, tarball);
    const contents = pack.output.slice(pack.output.indexOf("{"), pack.output.lastIndexOf("}") + 1);
    // A template's tests are what a contributor gets.
    const strays = JSON.parse(contents).files.filter(
      ({ path: name }) => /\.(test|fixture)\.|\/(test|fixtures)\//.test(name) && !name.startsWith("template/"),
    );
    const gates = [[tool("publint"), "run", file, "--strict"]];
    if (hasTypes(folder)) {
      const attw = tool("attw", "@arethetypeswrong/cli");
      gates.push([attw, file, "--profile", "esm-only", "--no-emoji", "--format", "ascii"]);
    }
    let report = strays
      .map(({ path: name }) => `${folder}: ${name} would be published; exclude its source in tsconfig.json\n`)
      .join("");
    for (const gate of gates) {
      const { code, output } = await run(node, gate, { env });
      if (code !== 0) report += `${folder}:\n${output}\n`;
    }
    return report;
  }
}

function manifestOf(folder) {
  return JSON.parse(readFileSync(path.join(root, folder, "package.json"), "utf8"));
}

// A package that is only a command has no types to be wrong.
function hasTypes(folder) {
  return Object.values(manifestOf(folder).exports ?? {}).some((target) => target.types !== undefined);
}
