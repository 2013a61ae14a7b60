import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createEmptyProject, type EmptyProject } from "./harness/empty-project.ts";
import { importedPackages } from "./harness/imported-packages.ts";
import { installedPackages } from "./harness/installed-packages.ts";
import { modulesLoadedBy } from "./harness/loaded-modules.ts";
import { loopbackOnly } from "./harness/loopback-only.ts";
import { registry } from "./harness/test-registry.ts";
import { compile, compilers, moduleResolutions } from "./harness/type-check.ts";

// What the other tests are judged by finds what it is there to find.
let project: EmptyProject;
beforeEach(async () => {
  project = await createEmptyProject("control", registry.npmConfig);
});
afterEach(async () => await project.dispose());

describe("the harness", () => {
  it("sees every way to import a package", async () => {
    const files = {
      "index.js":
        'import a from "a"; export { b } from "b/sub"; export * from "@c/c"; await import("d"); import "node:fs";',
      "lazy.cjs": 'const e = () => require("e"); const f = () => __import("@f/f/sub"); require("./index.js");',
      "index.d.ts": 'import type { G } from "g"; export declare const h: import("h").H<G>;',
    };
    for (const [file, text] of Object.entries(files)) await project.write(`node_modules/own/${file}`, text);
    expect(await importedPackages(project.folder, "own")).toEqual(["@c/c", "@f/f", "a", "b", "d", "e", "g", "h"]);
  });

  it("lists what was installed, at any depth, and hides no build without its package", async () => {
    const packages = {
      "node_modules/own": {},
      "node_modules/a": {},
      "node_modules/a/node_modules/@b/b": {},
      "node_modules/a-linux-x64": { os: ["linux"], cpu: ["x64"] },
      "node_modules/stray-linux-x64": { os: ["linux"] },
    };
    await project.write("node_modules/.package-lock.json", JSON.stringify({ packages }));
    expect(await installedPackages(project.folder, "own")).toEqual(["@b/b", "a", "stray-linux-x64"]);
  });

  it("sees what an import loads, also when it is required or built in", async () => {
    const manifest = JSON.stringify({ name: "own", type: "module", exports: "./index.js" });
    await project.write("node_modules/own/package.json", manifest);
    const text =
      'import { createRequire } from "node:module"; createRequire(import.meta.url)("./sdk.cjs"); import "node:net";';
    await project.write("node_modules/own/index.js", text);
    await project.write("node_modules/own/sdk.cjs", 'require("node:sqlite");');
    const loaded = await modulesLoadedBy(project, "own");
    expect(loaded).toEqual(expect.arrayContaining(["node:net", "node:sqlite", "own/index.js", "own/sdk.cjs"]));
  });

  it.each([
    ["fetch", 'await fetch("http://192.0.2.1/")'],
    ["a socket", '(await import("node:net")).connect(443, "192.0.2.1")'],
    ["TLS", '(await import("node:tls")).connect({ host: "platform.example", port: 443 })'],
    ["https", '(await import("node:https")).get("https://platform.example/")'],
  ])("ends a program that reaches out by %s", async (_, text) => {
    await project.write("reach.mjs", text);
    const { code, stderr } = await project.run("node", ["reach.mjs"], await loopbackOnly(project));
    expect({ code, stderr }).toEqual({ code: 97, stderr: expect.stringContaining("which is not this machine") });
  });

  it.each(compilers)("hears what $name has to complain about", async (compiler) => {
    await project.write("node_modules/own/package.json", '{ "name": "own", "types": "index.d.ts" }');
    await project.write("node_modules/own/index.d.ts", 'import { Gone } from "not-declared"; export const own: Gone;');
    await project.write("check.mts", 'import { own } from "own"; export const text: string = own;');
    for (const resolution of moduleResolutions) {
      expect(await compile(project, ["check.mts"], compiler, resolution)).toContain("not-declared");
    }
  });
});
