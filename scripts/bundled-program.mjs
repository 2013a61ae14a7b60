// How a program is bundled, as opposed to a library: one file with everything in it that its manifest names.
import { createHash } from "node:crypto";
import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { cheapImports } from "./cheap-imports.mjs";

/** Settings for tsup. */
export function programSettings(bundled) {
  return {
    // A script, because only of a script can V8 keep what it compiled while running. Its parts run when they are
    // first imported.
    format: "cjs",
    splitting: false,
    sourcemap: false,
    metafile: true,
    removeNodeProtocol: false,
    noExternal: bundled.map((name) => new RegExp(`^${name}`)),
    esbuildPlugins: [cheapImports],
    esbuildOptions: (esbuild) => {
      // From source, so that whatever is not used is left out.
      esbuild.conditions = ["@tokenward/source", "module"];
      // No command prints a stack trace, and each reads and revives all of this before it does anything.
      esbuild.minify = true;
      esbuild.legalComments = "none";
      esbuild.charset = "ascii";
    },
  };
}

/** Adds other people's licences; readies each file for the loader in the program's `bin`. */
export function finishProgram(folder) {
  writeNotices(folder);
  for (const name of readdirSync(folder).filter((entry) => entry.endsWith(".cjs"))) {
    const file = path.join(folder, name);
    // A script has neither `require` nor `import()`: the loader in `bin` lends it hers.
    const body = readFileSync(file, "utf8").replaceAll(/\bimport\(/g, "__import(");
    const stamp = createHash("sha256").update(body).digest("hex").slice(0, 16);
    writeFileSync(file, `(function (exports, require, module, __import) {${body}\n})\n//${stamp}\n`);
  }
}

// Whoever hands out a copy of other people's code hands out their licences, too.
function writeNotices(folder) {
  const metafile = path.join(folder, "metafile-cjs.json");
  const { inputs } = JSON.parse(readFileSync(metafile, "utf8"));
  rmSync(metafile);
  const packages = new Set(
    Object.keys(inputs).flatMap((input) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(input) ?? []),
  );
  const notices = [...packages].sort().map((root) => {
    const { name, version, license } = JSON.parse(readFileSync(path.join(root, "package.json"), "utf8"));
    const file = readdirSync(root).find((entry) => /^licen[cs]e/i.test(entry));
    const text = file === undefined ? `Licence: ${license}` : readFileSync(path.join(root, file), "utf8").trim();
    return `${name} ${version}\n\n${text}\n`;
  });
  writeFileSync(path.join(folder, "THIRD-PARTY-LICENSES.txt"), notices.join(`\n${"-".repeat(80)}\n\n`));
}
