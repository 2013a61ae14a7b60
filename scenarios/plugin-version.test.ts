import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { run } from "./harness/cli.ts";
import { snapshotOf } from "./harness/snapshot.ts";
import { createWorkspace, type Workspace } from "./harness/workspace.ts";

describe("a plugin that was made for another plugin API", () => {
  let workspace: Workspace;
  beforeEach(async () => {
    workspace = await createWorkspace();
  });
  afterEach(async () => await workspace.dispose());

  const kinds = {
    refresher: "platforms:\n  acme: { refresher: acme }\n",
    "write-back":
      'auth:\n  writeback: { backend: acme }\nplatforms:\n  tiktok: { client_key: k, client_secret: "${SECRET}" }\n',
    notifier:
      'auth:\n  alerts: { backend: acme }\nplatforms:\n  tiktok: { client_key: k, client_secret: "${SECRET}" }\n',
  } as const;

  test.each(Object.entries(kinds))("%s: one sentence, exit 2, nothing done", async (kind, yaml) => {
    const name = `tokenward-${kind.replace("-", "")}-acme`;
    await install(workspace, name, kind, 2);
    await workspace.configure(yaml);
    const before = await snapshotOf(workspace.folder);
    const { code, stdout, stderr } = await run(workspace, ["auth", "refresh"], {
      env: { SECRET: "not-a-real-secret" },
    });
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    const sentences = stderr.match(new RegExp(`${name} was made for plugin API 2; this Tokenward speaks 1\\.`, "g"));
    expect(sentences, stderr).toHaveLength(1);
    // No stack, and nothing else that a human would have to read past.
    expect(stderr).not.toMatch(/\n\s+at /);
    expect(await snapshotOf(workspace.folder)).toEqual(before);
  });

  test("as JSON: one error with a fix", async () => {
    await install(workspace, "tokenward-refresher-acme", "refresher", 2);
    await workspace.configure(kinds.refresher);
    const { code, stdout } = await run(workspace, ["auth", "refresh", "--json"]);
    expect(code).toBe(2);
    const { error } = JSON.parse(stdout) as { readonly error: { readonly problems: readonly unknown[] } };
    expect(error.problems).toMatchObject([
      {
        code: "ERR_CONFIG_PLUGIN_API",
        path: "platforms.acme.refresher",
        message: "tokenward-refresher-acme was made for plugin API 2; this Tokenward speaks 1.",
        fix: "Update whichever is older.",
      },
    ]);
  });
});

/** A package beside the configuration, as npm would have put it there. */
async function install(workspace: Workspace, name: string, kind: string, apiVersion: number): Promise<void> {
  const folder = path.join(workspace.folder, "node_modules", name);
  await mkdir(folder, { recursive: true });
  const manifest = { name, version: "1.0.0", type: "module", exports: "./plugin.js" };
  await writeFile(path.join(folder, "package.json"), JSON.stringify(manifest));
  await writeFile(
    path.join(folder, "plugin.js"),
    `export default Object.assign(() => { throw new Error("called"); }, { kind: ${JSON.stringify(kind)}, pluginName: "acme", ` +
      `apiVersion: ${String(apiVersion)}, secretOptions: [], options: { "~standard": { version: 1, vendor: "acme", ` +
      `validate: (value) => ({ value }) } }, create: () => { throw new Error("created"); } });\n`,
  );
}
