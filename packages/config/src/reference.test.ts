import { readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { examples } from "./examples.ts";
import { bundledPlugins, project } from "./test/project.ts";
import { checkConfig } from "./load.ts";
import { alertPolicyShape, authShape, fileShape, grantShape, platformShape } from "./schema.ts";

const repository = path.resolve(import.meta.dirname, "../../..");
const reference = readFileSync(path.join(repository, "docs/configuration.md"), "utf8");
const readme = readFileSync(path.join(repository, "packages/config/README.md"), "utf8");

/** Every key that a schema knows, at any depth. */
function keysOf(schema: unknown): readonly string[] {
  const { def } = (schema as { readonly _zod: { readonly def: Record<string, unknown> } })._zod;
  const shape = def["shape"] as Record<string, unknown> | undefined;
  if (shape !== undefined) return Object.entries(shape).flatMap(([key, value]) => [key, ...keysOf(value)]);
  const inner = [def["innerType"], def["element"], def["in"], ...((def["options"] as unknown[] | undefined) ?? [])];
  return inner.filter((part) => part !== undefined).flatMap((part) => keysOf(part));
}

const known = [fileShape, authShape, grantShape, platformShape, alertPolicyShape].flatMap((shape) =>
  Object.entries(shape).flatMap(([key, schema]) => [key, ...keysOf(schema)]),
);

test("there are keys to look for, also inside of blocks", () => {
  expect(known).toEqual(expect.arrayContaining(["platforms", "grace_seconds", "age_recipients", "critical", "env"]));
});

test.each([...new Set(known)])("%s is in the reference, and has an example for whoever gets it wrong", (key) => {
  expect(reference).toMatch(new RegExp(`\`(?:\\w+\\.)?${key.replace("$", "\\$")}\`|[{ ]${key}: `));
  expect(examples[key]).toContain(key);
});

test("no example is of a key that is gone", () => {
  expect(Object.keys(examples).filter((key) => !known.includes(key))).toEqual([]);
});

test.each([
  ["the reference", reference],
  ["the README", readme],
])("what %s shows is accepted", async (_name, text) => {
  const blocks = [...text.matchAll(/^```yaml\n([\s\S]*?)^```$/gm)].map((match) => match[1] as string);
  expect(blocks.length).toBeGreaterThan(0);
  for (const block of blocks) {
    const vault = `export default { kind: "write-back", pluginName: "vault", apiVersion: 1, secretOptions: [],
      options: { "~standard": { version: 1, vendor: "x", validate: (value) => ({ value }) } }, create: () => ({ traits: {} }) };`;
    const whole = block.includes("platforms:") ? block : `${block}platforms: {}\n`;
    const folder = project({ "tokenward.config.yaml": whole, "crm.secret": "crm-secret-4", "vault.mjs": vault });
    const names = [...block.matchAll(/\$\{(\w+)\}/g)].map((match) => match[1] as string);
    const env = Object.fromEntries(
      names.map((name) => [name, name.endsWith("_URL") ? "https://beat.example/x" : `value-of-${name}`]),
    );
    const { problems } = await checkConfig({ folder, env, bundled: bundledPlugins() });
    expect(problems).toEqual([]);
  }
});
