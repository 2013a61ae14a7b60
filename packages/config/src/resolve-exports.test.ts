import { spawnSync } from "node:child_process";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { expect, test } from "vitest";
import { project } from "./test/project.ts";
import { findPlugin } from "./resolve-plugin.ts";

/** Manifests as packages have them, and odder ones. Node itself is the judge. */
const manifests: readonly (readonly [fields: Readonly<Record<string, unknown>>, subpath: string])[] = [
  [{ exports: "./a.js" }, ""],
  [{ exports: { ".": "./a.js" } }, ""],
  [{ exports: { types: "./a.d.ts", import: "./a.js", require: "./b.js" } }, ""],
  [{ exports: { require: "./b.js", default: "./a.js" } }, ""],
  [{ exports: { ".": { browser: "./b.js", node: { import: "./a.js", default: "./b.js" } } } }, ""],
  [{ exports: { ".": { default: "./a.js", import: "./b.js" } } }, ""],
  [{ exports: { ".": ["./a.js", "./b.js"] } }, ""],
  [{ exports: { ".": [{ require: "./b.js" }, "./a.js"] } }, ""],
  [{ exports: { ".": { import: null, default: "./a.js" } } }, ""],
  [{ exports: { ".": { require: "./b.js" } } }, ""],
  [{ exports: { ".": "../outside.js" } }, ""],
  [{ exports: { ".": "a.js" } }, ""],
  [{ exports: { "./x": "./a.js" } }, ""],
  [{ exports: { "./x": "./a.js" } }, "/x"],
  [{ exports: { "./x": "./a.js" } }, "/y"],
  [{ exports: { "./*": "./*.js" } }, "/a"],
  [{ exports: { "./*": "./b.js", "./a*": "./a.js" } }, "/ab"],
  [{ exports: { "./*": "./sub/*.js", "./sub/*": "./b.js" } }, "/sub/deep"],
  [{ exports: { "./*.js": "./*.js" } }, "/sub/deep.js"],
  [{ exports: { "./*": "./*.js", "./a": null } }, "/a"],
  [{ exports: { "./sub/*": { import: "./sub/*.js" } } }, "/sub/deep"],
  [{ main: "./a.js" }, ""],
  [{ main: "./a" }, ""],
  [{ main: "./sub" }, ""],
  [{}, ""],
  [{}, "/b.js"],
];

test("finds the same entry as Node for every shape of manifest", () => {
  const files: Record<string, string> = {};
  for (const [index, [fields]] of manifests.entries()) {
    const root = `node_modules/pkg-${index}`;
    files[`${root}/package.json`] = JSON.stringify({ name: `pkg-${index}`, type: "module", ...fields });
    for (const name of ["a.js", "b.js", "index.js", "sub/index.js", "sub/deep.js"]) files[`${root}/${name}`] = "";
  }
  files["node_modules/outside.js"] = "";
  const specifiers = manifests.map(([, subpath], index) => `pkg-${index}${subpath}`);
  files["ask.mjs"] = `const found = ${JSON.stringify(specifiers)}.map((specifier) => {
  try { return import.meta.resolve(specifier); } catch { return null; }
});
console.log(JSON.stringify(found));`;
  const folder = project(files);
  const asked = spawnSync(process.execPath, [path.join(folder, "ask.mjs")], { env: {}, encoding: "utf8" });
  const byNode = JSON.parse(asked.stdout) as readonly (string | null)[];

  const byUs = specifiers.map((specifier) => {
    try {
      const found = findPlugin(specifier, folder);
      return found === undefined ? null : pathToFileURL(found.file).href;
    } catch {
      return null;
    }
  });
  expect(byUs.map((found, index) => [manifests[index], found])).toEqual(
    byNode.map((found, index) => [manifests[index], found]),
  );
  expect(byNode.filter((found) => found !== null).length).toBeGreaterThan(12);
});

test("follows the conditions that this process was started with", () => {
  const folder = project({
    "node_modules/pkg/package.json": JSON.stringify({ exports: { ".": { special: "./a.js", default: "./b.js" } } }),
    "node_modules/pkg/a.js": "",
    "node_modules/pkg/b.js": "",
  });
  const source = pathToFileURL(path.join(import.meta.dirname, "resolve-plugin.ts")).href;
  const script = `import { findPlugin } from ${JSON.stringify(source)}; console.log(findPlugin("pkg", ${JSON.stringify(folder)}).file);`;
  const entry = (args: readonly string[], env: Record<string, string> = {}): string =>
    spawnSync(process.execPath, [...args, "--input-type=module", "-e", script], {
      env,
      encoding: "utf8",
    }).stdout.trim();
  expect(entry([])).toBe(path.join(folder, "node_modules/pkg/b.js"));
  expect(entry(["--conditions=special"])).toBe(path.join(folder, "node_modules/pkg/a.js"));
  expect(entry(["-C", "special"])).toBe(path.join(folder, "node_modules/pkg/a.js"));
  expect(entry([], { NODE_OPTIONS: "--conditions=special" })).toBe(path.join(folder, "node_modules/pkg/a.js"));
});
