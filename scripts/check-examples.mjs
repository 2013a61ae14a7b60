// Type-checks every TypeScript example in READMEs, docs and TSDoc comments, each as a file of its own, against the sources.
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import path from "node:path";
import { packageFolders, root, run } from "./bootstrap.mjs";

// Inside node_modules: ignored by every other tool, and where @types/node is found.
const folder = path.join(root, "node_modules", ".tokenward-examples");

/** Writes them out and lets tsc judge them. What it says names the place that an example came from. */
export async function checkExamples({ node, tool }, env) {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const places = new Map();
  for (const file of ["README.md", ...filesBelow("docs", /\.md$/), ...packageFolders().flatMap(documented)]) {
    for (const { code, line } of examplesIn(file)) {
      const name = `${file.replace(/[^A-Za-z0-9]+/g, "-")}-${line}.ts`;
      places.set(name, `${file}:${line}`);
      writeFileSync(path.join(folder, name), `${code}\nexport {};\n`);
    }
  }
  const config = {
    extends: "../../tsconfig.base.json",
    compilerOptions: {
      noEmit: true,
      declaration: false,
      isolatedDeclarations: false,
      customConditions: ["@tokenward/source"],
      paths: resolvable(),
    },
    files: [...places.keys()],
  };
  writeFileSync(path.join(folder, "tsconfig.json"), JSON.stringify(config));
  const { code, output } = await run(node, [tool("tsc", "typescript"), "-p", folder, "--pretty", "false"], { env });
  const named = output.replace(/^\S*?([^/\\\s(]+\.ts)\((\d+),(\d+)\)/gm, (whole, name, line) =>
    places.has(name) ? `${places.get(name)} (its line ${line})` : whole,
  );
  return { code, output: named };
}

function documented(packageFolder) {
  const readme = path.posix.join(packageFolder, "README.md");
  const sources = path.posix.join(packageFolder, "src");
  return [
    ...(existsSync(path.join(root, readme)) ? [readme] : []),
    ...(existsSync(path.join(root, sources)) ? filesBelow(sources, /(?<!\.test)\.ts$/) : []),
  ];
}

function filesBelow(parent, pattern) {
  return readdirSync(path.join(root, parent), { recursive: true })
    .map((file) => path.posix.join(parent, file.split(path.sep).join("/")))
    .filter((file) => pattern.test(file));
}

// In a comment every line begins with an asterisk, which is not part of the example.
function examplesIn(file) {
  const text = readFileSync(path.join(root, file), "utf8");
  return [...text.matchAll(/^( *(?:\* )?)```ts\n([\s\S]*?)^ *(?:\* )?```/gm)].map(({ index, 1: before, 2: code }) => ({
    line: text.slice(0, index).split("\n").length,
    code: before.includes("*") ? code.replace(/^ *\* ?/gm, "") : code,
  }));
}

/** What an example may import: every package of the workspace, and (linked) what any of them depends on. */
function resolvable() {
  const paths = {};
  for (const inside of packageFolders()) {
    const {
      name,
      exports = {},
      dependencies = {},
    } = JSON.parse(readFileSync(path.join(root, inside, "package.json"), "utf8"));
    for (const [entry, target] of Object.entries(exports)) {
      const source = target["@tokenward/source"];
      if (source !== undefined) paths[name + entry.slice(1)] = [path.join(root, inside, source)];
    }
    for (const dependency of Object.keys(dependencies).filter((found) => !found.startsWith("@tokenward/"))) {
      // A link, because a path to a folder does not obey what the package exports.
      const link = path.join(folder, "node_modules", dependency);
      if (existsSync(link)) continue;
      mkdirSync(path.dirname(link), { recursive: true });
      symlinkSync(path.join(root, inside, "node_modules", dependency), link, "junction");
    }
  }
  return paths;
}
