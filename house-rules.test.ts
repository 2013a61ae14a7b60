import { describe, expect, it } from "vitest";
import { conformanceFaults } from "./house-rules/conformance.ts";
import { documentationFaults } from "./house-rules/documented-exports.ts";
import { commandFaults, fileFaults, readmeFaults } from "./house-rules/files.ts";
import { importFaults } from "./house-rules/imports.ts";
import { manifestFaults } from "./house-rules/manifests.ts";
import { consoleFaults, textFaults, wordFaults } from "./house-rules/words.ts";
import { parseSource, readWorkspace, type PackageKind, type WorkspacePackage } from "./house-rules/workspace.ts";

const root = import.meta.dirname;
const packages = readWorkspace(root);

// Each fault is a sentence that says where and what to do.
describe("the house", () => {
  it("has packages", () => {
    const names = packages.map(({ manifest }) => manifest.name);
    expect(names).toEqual(expect.arrayContaining(["@tokenward/core", "@tokenward/refresher-tiktok", "tokenward"]));
  });
  it("has arrows that point one way", () => expect(importFaults(packages)).toEqual([]));
  it("has complete manifests", () => expect(manifestFaults(packages)).toEqual([]));
  it("has small files, named after what they hold", () => expect(fileFaults(packages)).toEqual([]));
  it("has commands that only parse, call and print", () => expect(commandFaults(packages)).toEqual([]));
  it("has a README with the same sections in every package", () => expect(readmeFaults(packages)).toEqual([]));
  it("has every plugin proved by the suite of its kind", () => expect(conformanceFaults(packages)).toEqual([]));
  it("documents what it exports", () => expect(documentationFaults(packages)).toEqual([]));
  it("prints nothing from packages", () => expect(consoleFaults(packages)).toEqual([]));
  it("has nothing unfinished, and names no registry", () => expect(textFaults(root)).toEqual([]));
});

describe("the rules", () => {
  const made = (kind: PackageKind, folder: string, files: Readonly<Record<string, string>>): WorkspacePackage => ({
    folder,
    kind,
    manifest: {
      name: `@tokenward/${folder.replaceAll("/", "-")}`,
      exports: { ".": { "@tokenward/source": "./src/index.ts" } },
    },
    readme: undefined,
    sources: Object.entries(files).map(([file, text]) => parseSource(`${folder}/${file}`, text)),
  });
  const plugin = (text: string) => made("plugin", "packages/refreshers/acme", { "src/index.ts": text });

  it("find a plugin without its suite", () => {
    const unproved = made("plugin", "packages/refreshers/acme", { "src/index.ts": "export {};" });
    const proved = made("plugin", "packages/refreshers/acme", { "src/conformance.test.ts": "testRefresher({}, {});" });
    expect(conformanceFaults([unproved, proved])).toHaveLength(1);
  });

  it.each([
    ["another plugin", 'import "@tokenward/refresher-tiktok";'],
    ["the engine", 'import { createEngine } from "@tokenward/core";'],
    ["an SDK that is not its own", 'export { S3 } from "@aws-sdk/client-s3";'],
    ["another package by path", 'import type { Grant } from "../../../core/src/grant.ts";'],
    ["another plugin, lazily", 'const other = await import("@tokenward/refresher-tiktok");'],
    ["test code", 'import { fake } from "./fake.test.ts";'],
    ["a builtin without its prefix", 'import fs from "fs";'],
  ])("find a plugin that imports %s", (_, text) => {
    expect(importFaults([plugin(text)])).toHaveLength(1);
  });

  it("find a core that imports a plugin, and a sandbox that imports core", () => {
    const core = made("core", "packages/core", { "src/index.ts": 'import "@tokenward/refresher-tiktok";' });
    const sandbox = made("sandbox", "packages/sandbox", { "src/index.ts": 'import "@tokenward/core";' });
    expect(importFaults([core, sandbox])).toHaveLength(2);
  });

  it("let a plugin's tests import test support that its manifest names", () => {
    const text = 'import "@tokenward/testing";';
    const tested = made("plugin", "packages/refreshers/acme", { "src/acme.test.ts": text });
    expect(importFaults([tested])).toHaveLength(1);
    const manifest = { ...tested.manifest, devDependencies: { "@tokenward/testing": "workspace:*" } };
    expect(importFaults([{ ...tested, manifest }])).toEqual([]);
  });

  it("find packages that need each other", () => {
    const circle = (name: string, needs: string): WorkspacePackage => ({
      ...made("library", `packages/${name}`, {}),
      manifest: { name, dependencies: { [needs]: "workspace:^" } },
    });
    expect(importFaults([circle("a", "b"), circle("b", "a")]).join()).toContain("a -> b -> a");
  });

  it("find what a manifest lacks", () => {
    const faults = manifestFaults([plugin("")]).join("\n");
    for (const word of ["sideEffects", "provenance", "engines", "peer dependency", "tokenward-plugin"]) {
      expect(faults).toContain(word);
    }
  });

  it("find vague names, long files, and commands that do more than they should", () => {
    const app = made("app", "apps/cli", {
      "src/http-utils.ts": "",
      "src/long.ts": "\n".repeat(301) + "1;",
      "src/commands/auth.ts": 'import { readFileSync } from "node:fs";',
    });
    expect(fileFaults([app])).toHaveLength(2);
    expect(commandFaults([app])).toHaveLength(1);
  });

  it("find exports that nobody explained, wherever they are declared", () => {
    const owner = made("library", "packages/acme", {
      "src/index.ts": 'export { a, b } from "./ab.ts";\nconst acme = 1;\nexport default acme;',
      "src/ab.ts": "/** Explained. */\nexport const a = 1;\nexport interface b {}",
    });
    expect(documentationFaults([owner])).toEqual([
      expect.stringContaining("what b is"),
      expect.stringContaining("what acme is"),
    ]);
  });

  it("find words and calls that do not ship", () => {
    expect(wordFaults("a.ts", "// TO\u0044O: later")).toHaveLength(1);
    expect(wordFaults("a.md", "https://registry.ex\u0061mple.org")).toHaveLength(1);
    expect(consoleFaults([plugin('console.log("x"); // console.log')])).toHaveLength(1);
    expect(consoleFaults([plugin("// console.log")])).toEqual([]);
  });
});
