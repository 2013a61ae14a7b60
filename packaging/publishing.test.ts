import { copyFile, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { startRegistryServer } from "./harness/registry-server.ts";
import { runCommand, type CommandResult } from "./harness/run-command.ts";
import { registry } from "./harness/test-registry.ts";
import { npmEnvironment, root } from "./harness/tools.ts";

interface Listed {
  readonly name: string;
  readonly file: string;
  readonly integrity: string;
}

const tarballs = path.dirname(registry.packages[0]!.file);
let folder: string;
let first: Listed;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "tokenward-publishing-"));
  const listed = JSON.parse(await readFile(path.join(tarballs, "packages.json"), "utf8")) as Listed[];
  first = listed.find(({ name }) => name === "@tokenward/refresher-tiktok")!;
  await copyFile(path.join(tarballs, first.file), path.join(folder, first.file));
  await list(first);
});
afterEach(async () => await rm(folder, { recursive: true, force: true }));

const list = async (...packages: readonly Listed[]): Promise<void> =>
  await writeFile(path.join(folder, "packages.json"), JSON.stringify(packages));

async function runScript(name: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<CommandResult> {
  const own = { ...npmEnvironment(registry.npmConfig), ...env };
  return await runCommand(process.execPath, [path.join(root, "scripts", name), ...args], { cwd: folder, env: own });
}

describe("release-publish", () => {
  it("run again after it broke off, leaves alone what is there", async () => {
    const { code, stdout } = await runScript("release-publish.mjs", [folder, "--provenance=false"]);
    expect({ code, stdout }).toEqual({
      code: 0,
      stdout: expect.stringMatching(/^present +@tokenward\/refresher-tiktok /),
    });
  });

  it("fails where something else is published under the version", async () => {
    await list({ ...first, integrity: "sha512-of-something-else" });
    const { code, stderr } = await runScript("release-publish.mjs", [folder, "--provenance=false"]);
    expect(code).toBe(1);
    expect(stderr).toContain("other contents");
  });

  it("fails where provenance is asked for and no workflow can vouch for it", async () => {
    const other = await startRegistryServer(new Set([first.name]), new URL(registry.url));
    try {
      const npmConfig = path.join(folder, "npmrc");
      const address = /127\.0\.0\.1:\d+/g;
      const settings = (await readFile(registry.npmConfig, "utf8")).replace(address, new URL(other.url).host);
      await writeFile(npmConfig, settings);
      const nobody = { NPM_CONFIG_USERCONFIG: npmConfig, CI: "", GITHUB_ACTIONS: "", GITLAB_CI: "" };
      const { code, stderr } = await runScript("release-publish.mjs", [folder, "--provenance"], nobody);
      expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringMatching(/provenance/i) });
      expect((await fetch(`${other.url}${first.name}`)).status).toBe(404);
    } finally {
      await other.close();
    }
  });
});

describe("release-next", () => {
  it("says what there is to do, also to the workflow", async () => {
    const output = path.join(folder, "output");
    const { code, stdout } = await runScript("release-next.mjs", [], { GITHUB_OUTPUT: output });
    expect({ code, stdout }).toEqual({ code: 0, stdout: expect.stringMatching(/^(version|publish|none)\n$/) });
    expect(await readFile(output, "utf8")).toBe(`mode=${stdout}`);
  });
});

describe("release-pack", () => {
  it("refuses to leave changesets behind", async () => {
    const pack = path.join(root, "packaging", "pack.ts");
    const { code, stderr, stdout } = await runCommand(process.execPath, [pack, folder], {
      cwd: root,
      env: process.env,
    });
    // Right after a release there are none, and it packs.
    if (code === 0) expect(stdout).toContain("tokenward");
    else expect(stderr).toMatch(/^Versions first: .*\.md/);
  });
});
