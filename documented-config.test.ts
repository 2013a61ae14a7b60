import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { bundledPlugins } from "./apps/cli/src/bundled-plugins.ts";
import { filesBelow } from "./house-rules/workspace.ts";
import { checkConfig } from "./packages/config/src/index.ts";

// Every whole configuration that a page shows is one that Tokenward takes.
const root = import.meta.dirname;
const folder = mkdtempSync(path.join(tmpdir(), "tokenward-documented-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const pages = ["README.md", ...["docs", "packages", "apps"].flatMap((parent) => filesBelow(root, parent))].filter(
  (file) => file.endsWith(".md"),
);
const configurations = pages.flatMap((file) =>
  [...readFileSync(path.join(root, file), "utf8").matchAll(/^```yaml\n([\s\S]*?)^```/gm)]
    .map(([, yaml], index) => ({ place: `${file}, example ${index + 1}`, yaml: String(yaml) }))
    .filter(({ yaml }) => /^platforms:/m.test(yaml)),
);

describe("configurations in the documentation", () => {
  it("are found", () => expect(configurations.map(({ place }) => place)).toContain("README.md, example 1"));

  it.each(configurations)("$place is valid", async ({ yaml }) => {
    const file = path.join(folder, `${readdirSync(folder).length}.yaml`);
    writeFileSync(file, yaml);
    for (const [, secretFile] of yaml.matchAll(/\{ file: ([\w./-]+) \}/g)) {
      writeFileSync(path.resolve(folder, String(secretFile)), "a-secret-of-some-length");
    }
    const names = [...yaml.matchAll(/\$\{(\w+)\}/g)].map(([, name]) => [name, "https://example.test/value"]);
    const env = Object.fromEntries(names) as Record<string, string>;
    const { problems, warnings } = await checkConfig({ path: file, env, bundled: bundledPlugins });
    expect([...problems, ...warnings]).toEqual([]);
  });
});
