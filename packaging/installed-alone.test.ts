import { afterAll, beforeAll, expect, it } from "vitest";
import { allowedPackages, budgetName } from "./budget.ts";
import type { EmptyProject } from "./harness/empty-project.ts";
import { importedPackages } from "./harness/imported-packages.ts";
import { installedPackages } from "./harness/installed-packages.ts";
import { everything, selectedPackages } from "./harness/selection.ts";
import { checkTypes, compilers, moduleResolutions } from "./harness/type-check.ts";
import { entryPoints } from "./harness/workspace-packages.ts";
import { describeInstalled, registry } from "./harness/test-registry.ts";

// What `require` adds to a module is left out.
const print =
  "console.log(JSON.stringify(Object.keys(all).filter((key) => !/^(__esModule|module\\.exports)$/.test(key)).sort()));";

// The small form has each of both, the full form every combination.
const typeChecks = compilers.flatMap((compiler, index) =>
  moduleResolutions.filter((_, other) => everything || index === other).map((resolution) => ({ compiler, resolution })),
);

describeInstalled.each(selectedPackages())("$manifest.name, installed alone by npm", ({ manifest }) => {
  const { name } = manifest;
  const entries = entryPoints(manifest);
  let project: EmptyProject;
  beforeAll(async () => {
    project = await registry.emptyProject(name);
    await project.install(name);
  });
  afterAll(async () => await project.dispose());

  it("brings nothing but what the budget allows", async () => {
    const brought = (await installedPackages(project.folder, name)).map((one) => budgetName(one));
    expect([...new Set(brought)].sort()).toEqual(allowedPackages(name));
  });

  it("imports what it declares, and nothing else", async () => {
    const { manifest: packed } = registry.packages.find((found) => found.manifest.name === name)!;
    const declared = Object.keys({ ...packed.dependencies, ...packed.peerDependencies }).sort();
    const imported = await importedPackages(project.folder, name);
    expect(imported.filter((used) => used !== name)).toEqual(declared);
  });

  if (entries.length > 0) {
    it("is imported and required, without a warning, as the same", async () => {
      for (const entry of entries) {
        const imported = await project.run("node", [
          "--input-type=module",
          "-e",
          `import * as all from "${entry}"; ${print}`,
        ]);
        const required = await project.run("node", ["-e", `const all = require("${entry}"); ${print}`]);
        expect(imported).toMatchObject({ code: 0, stderr: "" });
        expect(required).toEqual(imported);
        expect(JSON.parse(imported.stdout)).not.toEqual([]);
      }
    });

    it.each(typeChecks)("has types that $compiler.name believes with $resolution", async ({ compiler, resolution }) => {
      expect(await checkTypes(project, entries, compiler, resolution)).toEqual("");
    });
  }

  if (manifest.bin !== undefined) {
    it("starts", async () => {
      const version = registry.packages.find((found) => found.manifest.name === name)!.manifest.version;
      for (const program of Object.keys(manifest.bin ?? {})) {
        const help = await project.run(program, ["--help"]);
        expect(help).toMatchObject({ code: 0, stderr: "", stdout: expect.stringContaining(program) });
        const printed = await project.run(program, ["--version"]);
        expect(printed).toEqual({ code: 0, stderr: "", stdout: `${version}\n` });
      }
    });
  }
});
