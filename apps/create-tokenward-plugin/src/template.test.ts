import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, symlinkSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { parse } from "yaml";
import { kindNames, kinds, type PluginKind } from "./kind.ts";
import { packageName } from "./plugin-name.ts";
import { renderPackage } from "./template.ts";
import { nodeRange, versions } from "./versions.ts";
import { writePackage } from "./write-package.ts";

// Several programs each, which a busy machine starts slowly.
vi.setConfig({ testTimeout: 120_000 });

const own = path.join(import.meta.dirname, "..");
const root = path.join(own, "..", "..");

/** Names that could break a line, a word or a type. */
const names: Readonly<Record<PluginKind, string>> = {
  refresher: "test",
  "write-back": "a-name-of-thirty-two-letters-012",
  notifier: "new",
  "rate-bucket": "x",
};

// Generated with the packages of this checkout, from their sources: nothing is built or installed.
describe.each(kindNames)("a new %s", (kind) => {
  let folder: string;
  beforeAll(() => {
    folder = path.join(realpathSync(mkdtempSync(path.join(tmpdir(), "tokenward-created-"))), "package");
    writePackage(folder, renderPackage({ name: names[kind], kind, tokenward: "1.2.3" }));
    symlinkSync(path.join(own, "node_modules"), path.join(folder, "node_modules"), "junction");
  });
  afterAll(() => rmSync(path.dirname(folder), { recursive: true, force: true }));

  const tool = (name: string, packageName: string = name): string =>
    path.join(path.dirname(createRequire(import.meta.url).resolve(`${packageName}/package.json`)), "bin", name);

  test("has what a package needs", () => {
    for (const file of [".gitignore", ".github/workflows/ci.yml", "LICENSE", "README.md", "src/conformance.test.ts"]) {
      expect(existsSync(path.join(folder, file)), file).toBe(true);
    }
    const manifest = JSON.parse(readFileSync(path.join(folder, "package.json"), "utf8")) as Record<string, unknown>;
    expect(manifest).toMatchObject({
      name: `tokenward-${kinds[kind].part}-${names[kind]}`,
      type: "module",
      sideEffects: false,
      files: ["dist"],
      engines: { node: nodeRange },
      peerDependencies: { "@tokenward/core": "^1.2.3" },
    });
    expect(manifest["keywords"]).toEqual(expect.arrayContaining(["tokenward", "tokenward-plugin"]));
    for (const section of ["Install", "Example", "Options", "Errors"]) {
      expect(readFileSync(path.join(folder, "README.md"), "utf8")).toContain(`\n## ${section}\n`);
    }
  });

  test("has the plugin's name in all places", () => {
    const files = renderPackage({ name: names[kind], kind, tokenward: "1.2.3" });
    for (const [file, text] of files)
      expect(text, file).not.toMatch(/sample-(?:name|package|version|year)|samplename/i);
    for (const file of files.keys()) expect(file).not.toMatch(/(^|\/)_/);
    for (const workflow of ["ci", "release"]) {
      expect(parse(files.get(`.github/workflows/${workflow}.yml`) ?? "")).toMatchObject({ jobs: expect.any(Object) });
    }
  });

  test("passes its tests", async () => {
    const args = ["--conditions=@tokenward/source", "--test", "--test-reporter=tap", "src/**/*.test.ts"];
    const { code, output } = await run(args, folder, process.env);
    expect(output).toMatch(/^# pass \d\d/m);
    expect(output).toMatch(/^# fail 0$/m);
    // What does not concern this plugin says so; nothing else is left out.
    for (const line of output.match(/^.*# SKIP.*$/gm) ?? []) expect(line).toMatch(/\(skipped: .+\)/);
    expect(code, output).toBe(0);
  });

  test("is strictly typed, clean and formatted", async () => {
    const checks = [
      [tool("tsc", "typescript"), "--customConditions", "@tokenward/source"],
      [tool("tsc", "typescript"), "-p", "tsconfig.build.json", "--customConditions", "@tokenward/source", "--noEmit"],
      [tool("oxlint"), "--type-aware", "--deny-warnings"],
      [tool("oxfmt"), "--check"],
    ];
    for (const check of checks) {
      const { code, output } = await run(check, folder, process.env);
      expect(code, output).toBe(0);
    }
  });
});

test("is formatted whatever its name is", async () => {
  const base = mkdtempSync(path.join(tmpdir(), "tokenward-created-"));
  try {
    for (const kind of kindNames) {
      for (const name of ["x", "a-name-of-thirty-two-letters-012"]) {
        writePackage(path.join(base, packageName(name, kind)), renderPackage({ name, kind, tokenward: "1.2.3" }));
      }
    }
    const oxfmt = path.join(root, "node_modules", "oxfmt", "bin", "oxfmt");
    const { code, output } = await run([oxfmt, "--check"], base, process.env);
    expect(code, output).toBe(0);
  } finally {
    rmSync(base, { recursive: true, force: true });
  }
});

test("runs on the actions that this repository runs on", () => {
  const used = (file: string): readonly string[] => readFileSync(file, "utf8").match(/actions\/\S+@.*$/gm) ?? [];
  const workflows = path.join(".github", "workflows");
  const ours = readdirSync(path.join(root, workflows)).flatMap((file) => used(path.join(root, workflows, file)));
  const template = path.join(own, "template", "every", "_github", "workflows");
  for (const file of readdirSync(template)) {
    expect(used(path.join(template, file))).toHaveLength(2);
    expect(ours).toEqual(expect.arrayContaining([...used(path.join(template, file))]));
  }
});

test("is made with the versions that this repository is made with", () => {
  const { catalog } = parse(readFileSync(path.join(root, "pnpm-workspace.yaml"), "utf8")) as {
    readonly catalog: Readonly<Record<string, string>>;
  };
  for (const [name, range] of Object.entries(versions)) expect(`${name} ${range}`).toBe(`${name} ${catalog[name]}`);
  const { engines } = JSON.parse(readFileSync(path.join(own, "package.json"), "utf8")) as {
    readonly engines: { readonly node: string };
  };
  expect(nodeRange).toBe(engines.node);
});

async function run(
  args: readonly string[],
  cwd: string,
  env: NodeJS.ProcessEnv,
): Promise<{ readonly code: number | null; readonly output: string }> {
  const child = spawn(process.execPath, [...args], {
    cwd,
    env: { ...env, NO_COLOR: "1", FORCE_COLOR: undefined },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (text: Buffer) => (output += text.toString()));
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", resolve);
  });
  return { code, output };
}
