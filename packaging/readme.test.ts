import { expect, it } from "vitest";
import { loopbackOnly } from "./harness/loopback-only.ts";
import { readmeExample } from "./harness/readme.ts";
import { everything, selectedPackages } from "./harness/selection.ts";
import { compile, compilers, moduleResolutions } from "./harness/type-check.ts";
import { entryPoints } from "./harness/workspace-packages.ts";
import { describeInstalled, registry } from "./harness/test-registry.ts";

const libraries = selectedPackages().filter(({ manifest }) => entryPoints(manifest).length > 0);

describeInstalled("a stranger who pastes the example of a README into an empty project", () => {
  it.each(libraries)("$manifest.name: installs, runs it and type-checks it", async ({ folder, manifest }) => {
    const { install, program } = readmeExample(folder);
    expect(install).toContain(manifest.name);
    if (program === undefined) throw new Error(`${folder}/README.md has no ts block in section Example.`);
    const project = await registry.emptyProject(manifest.name);
    try {
      await project.install(...install);
      await project.write("example.ts", program);
      const { code, stdout, stderr } = await project.run("node", ["example.ts"], await loopbackOnly(project));
      expect(`${stderr}exit ${code}`).toMatch(/(?:^|\n)exit 0$/);
      expect(stdout.trim()).not.toBe("");

      // Types need to be told that it is a module; Node finds out by itself.
      const manifestOfProject = JSON.parse(await project.read("package.json")) as object;
      await project.write("package.json", JSON.stringify({ ...manifestOfProject, type: "module" }));
      for (const [index, compiler] of compilers.entries()) {
        // The newest is also the quickest.
        if (!everything && index === 0) continue;
        const resolution = moduleResolutions[index]!;
        expect(await compile(project, ["example.ts"], compiler, resolution), compiler.name).toBe("");
      }
    } finally {
      await project.dispose();
    }
  });
});
