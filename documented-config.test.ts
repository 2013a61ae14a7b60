import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { Ajv2020 } from "ajv/dist/2020.js";
import { afterAll, describe, expect, it } from "vitest";
import { bundledPlugins } from "./apps/cli/src/bundled-plugins.ts";
import { filesBelow } from "./house-rules/workspace.ts";
import { checkConfig } from "./packages/config/src/index.ts";
import { readDocument } from "./packages/config/src/document.ts";
import { checkInNode, installPackages } from "./packages/config/src/test/in-node.ts";

// Every whole configuration that a page shows is one that Tokenward takes, and so does the schema for editors.
const root = import.meta.dirname;
const folder = mkdtempSync(path.join(tmpdir(), "tokenward-documented-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const files = [
  "README.md",
  ...["docs", "packages", "apps", "examples"].flatMap((parent) => filesBelow(root, parent)),
].filter(
  // What a generator fills in is not whole yet.
  (file) => !file.includes("/template/"),
);
const pages = files
  // A template's plugin exists only once somebody has created it: packaging/contributor.test.ts reads those.
  .filter((file) => file.endsWith(".md") && !file.includes("/template/"))
  .flatMap((file) =>
    [...readFileSync(path.join(root, file), "utf8").matchAll(/^```yaml\n([\s\S]*?)^```/gm)].map(([, yaml], index) => ({
      place: `${file}, example ${index + 1}`,
      yaml: String(yaml),
    })),
  );
const whole = files
  .filter((file) => /(^|\/)tokenward\.config\.ya?ml$/.test(file))
  .map((file) => ({ place: file, yaml: readFileSync(path.join(root, file), "utf8") }));
const typed = files
  .filter((file) => file.endsWith(".md"))
  .flatMap((file) =>
    [...readFileSync(path.join(root, file), "utf8").matchAll(/^```ts\n([\s\S]*?)^```/gm)]
      .map(([, text], index) => ({ place: `${file}, program ${index + 1}`, text: String(text) }))
      .filter(({ text }) => text.includes("export default defineConfig(")),
  );
const configurations = [...pages, ...whole].filter(({ yaml }) => /^platforms:/m.test(yaml));

const schema = JSON.parse(readFileSync(path.join(root, "apps/cli/schema.json"), "utf8")) as object;
// Addresses are judged by the reading; to editors the schema only names the format.
const formats = { uri: true } as const;
const matches = new Ajv2020({ strict: true, strictTypes: false, strictRequired: false, formats }).compile(schema);

describe("configurations in the documentation", () => {
  it("are found", () => {
    const places = configurations.map(({ place }) => place);
    expect(places).toContain("README.md, example 1");
    expect(places).toContain("examples/cli-quickstart/tokenward.config.yaml");
    expect(typed.map(({ place }) => place)).toContain("docs/configuration.md, program 1");
  });

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

  it.each(typed)("$place is valid", ({ text }) => {
    const project = mkdtempSync(path.join(folder, "typed-"));
    writeFileSync(path.join(project, "tokenward.config.ts"), text);
    installPackages(project);
    for (const [, file] of text.matchAll(/fromFile\("([\w./-]+)"\)/g)) {
      writeFileSync(path.resolve(project, String(file)), "a-secret-of-some-length");
    }
    const names = [...text.matchAll(/\benv\("(\w+)"\)/g)].map(([, name]) => [String(name), "a-secret-of-some-length"]);
    expect(checkInNode(project, { env: Object.fromEntries(names) })).toMatchObject({ lines: [], stderr: "" });
  });

  it.each(configurations)("$place fits the schema that the CLI brings along", ({ yaml }) => {
    matches(readDocument(yaml).root);
    expect(matches.errors ?? []).toEqual([]);
  });
});
