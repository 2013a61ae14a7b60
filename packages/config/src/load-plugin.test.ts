import { mkdirSync, symlinkSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { bundledPlugins, pluginPackage, pluginSource, project } from "./test/project.ts";
import { checkConfig, loadConfig } from "./load.ts";

const minimal = (refresher: string): string => `platforms: { acme: { refresher: "${refresher}", client_id: a } }\n`;

async function problemsOf(folder: string, bundled = bundledPlugins()): Promise<readonly string[]> {
  const { problems } = await checkConfig({ folder, env: {}, bundled });
  return problems.map(({ code, path, message }) => `${code} ${path}: ${message.replaceAll(folder, "<folder>")}`);
}

async function refresherOf(folder: string, name: string): Promise<unknown> {
  const { plugins, problems } = await checkConfig({ folder, env: {}, bundled: bundledPlugins() });
  expect(problems).toEqual([]);
  return plugins.find((plugin) => plugin.kind === "refresher" && plugin.name === name);
}

describe("a short name", () => {
  test("means our package beside the configuration before the bundled one", async () => {
    const folder = project({
      "tokenward.config.yaml": minimal("oauth2"),
      ...pluginPackage("@tokenward/refresher-oauth2", { kind: "refresher", pluginName: "oauth2" }),
    });
    expect(await refresherOf(folder, "oauth2")).toEqual({
      kind: "refresher",
      name: "oauth2",
      package: "@tokenward/refresher-oauth2",
      version: "3.2.1",
      apiVersion: 1,
      origin: "beside the configuration",
      path: path.join(folder, "node_modules/@tokenward/refresher-oauth2/plugin.js"),
    });
  });

  test("means the bundled package before a stranger's of a similar name", async () => {
    const folder = project({
      "tokenward.config.yaml": minimal("oauth2"),
      ...pluginPackage("tokenward-refresher-oauth2", { kind: "refresher", pluginName: "stranger" }),
    });
    expect(await refresherOf(folder, "oauth2")).toMatchObject({ origin: "bundled" });
  });

  test("means a third party's package where we have none", async () => {
    const folder = project({
      "tokenward.config.yaml": minimal("acme"),
      ...pluginPackage("tokenward-refresher-acme", { kind: "refresher", pluginName: "acme" }),
    });
    expect(await refresherOf(folder, "acme")).toMatchObject({ package: "tokenward-refresher-acme" });
  });

  test("is found in a folder above the configuration's", async () => {
    const folder = project({
      "deep/er/tokenward.config.yaml": minimal("acme"),
      ...pluginPackage("tokenward-refresher-acme", { kind: "refresher", pluginName: "acme" }),
    });
    expect(await refresherOf(path.join(folder, "deep/er"), "acme")).toMatchObject({ version: "3.2.1" });
  });

  test("is not looked for in the current folder", async () => {
    const elsewhere = project({
      ...pluginPackage("tokenward-refresher-acme", { kind: "refresher", pluginName: "acme" }),
    });
    const folder = project({ "tokenward.config.yaml": minimal("acme") });
    const configuration = path.join(folder, "tokenward.config.yaml");
    const { problems } = await checkConfig({
      path: configuration,
      folder: elsewhere,
      env: {},
      bundled: bundledPlugins(),
    });
    expect(problems.map(({ code }) => code)).toEqual(["ERR_CONFIG_PLUGIN_MISSING"]);
  });

  test("that nobody has is a mistake at its own line, with what was probably meant", async () => {
    const folder = project({
      "tokenward.config.yaml": "platforms:\n  acme:\n    refresher: oath2\n    client_id: a\n",
    });
    const { problems } = await checkConfig({ folder, env: {}, bundled: bundledPlugins() });
    expect(problems).toEqual([
      {
        path: "platforms.acme.refresher",
        line: 3,
        column: 5,
        code: "ERR_CONFIG_PLUGIN_MISSING",
        message: "The plugin @tokenward/refresher-oath2 is not installed. Did you mean `oauth2`?",
        fix: "Install it beside the configuration: npm install @tokenward/refresher-oath2",
      },
    ]);
  });

  test("defaults to the platform's own, and says what else to do", async () => {
    const folder = project({ "tokenward.config.yaml": "platforms: { acme-crm: { client_id: a } }\n" });
    const { problems } = await checkConfig({ folder, env: {}, bundled: bundledPlugins() });
    expect(problems[0]?.fix).toContain("refresher: oauth2");
  });
});

describe("a specifier", () => {
  test("names a file from the configuration's folder", async () => {
    const folder = project({
      "tokenward.config.yaml": minimal("./plugins/mine.mjs"),
      "plugins/mine.mjs": pluginSource({ kind: "refresher", pluginName: "mine" }),
    });
    expect(await refresherOf(folder, "mine")).toEqual({
      kind: "refresher",
      name: "mine",
      package: "./plugins/mine.mjs",
      apiVersion: 1,
      origin: "beside the configuration",
      path: path.join(folder, "plugins/mine.mjs"),
    });
  });

  test("names a package, also by one of its subpaths", async () => {
    const folder = project({
      "tokenward.config.yaml": minimal("@acme/tokens/crm"),
      ...pluginPackage(
        "@acme/tokens",
        { kind: "refresher", pluginName: "crm" },
        { exports: { "./*": { import: "./plugin.js" } } },
      ),
    });
    expect(await refresherOf(folder, "crm")).toMatchObject({ package: "@acme/tokens/crm", version: "3.2.1" });
  });

  test("takes its options under `options`", async () => {
    const folder = project({
      "tokenward.config.yaml": `platforms: { instagram: {} }
auth: { writeback: { backend: ./vault.mjs, options: { path: x } } }\n`,
      "vault.mjs": pluginSource({
        kind: "write-back",
        pluginName: "vault",
        create: `(options, context) => ({ options, folder: context.folder, traits: { compareAndSwap: "atomic", outlivesRun: true } })`,
      }),
    });
    const { plans } = await loadConfig({ folder, env: {}, bundled: bundledPlugins() });
    expect(plans[0]?.writeBack).toMatchObject({ options: { path: "x" }, folder });
  });

  test("to nothing says which file is missing", async () => {
    const folder = project({ "tokenward.config.yaml": minimal("./nothing.mjs") });
    expect(await problemsOf(folder)).toEqual([
      "ERR_CONFIG_PLUGIN_INVALID platforms.acme.refresher: ./nothing.mjs is not a Tokenward refresher: there is no file <folder>/nothing.mjs.",
    ]);
  });
});

test("a symbolic link to a configuration resolves from where the link is, as its user sees it", async () => {
  const shared = project({ "tokenward.config.yaml": minimal("acme") });
  const folder = project({
    ...pluginPackage("tokenward-refresher-acme", { kind: "refresher", pluginName: "acme" }),
  });
  const view = path.join(folder, "view");
  mkdirSync(view);
  symlinkSync(path.join(shared, "tokenward.config.yaml"), path.join(view, "tokenward.config.yaml"));
  expect(await refresherOf(view, "acme")).toMatchObject({ origin: "beside the configuration" });
});

describe("what is there but cannot be used", () => {
  const cases: readonly (readonly [string, Readonly<Record<string, string>>, string])[] = [
    [
      "another plugin API",
      pluginPackage("tokenward-refresher-x", { kind: "refresher", pluginName: "x", apiVersion: 2 }),
      "ERR_CONFIG_PLUGIN_API platforms.acme.refresher: tokenward-refresher-x was made for plugin API 2; this Tokenward speaks 1.",
    ],
    [
      "another kind",
      pluginPackage("tokenward-refresher-x", { kind: "write-back", pluginName: "x" }),
      "ERR_CONFIG_PLUGIN_INVALID platforms.acme.refresher: tokenward-refresher-x is not a Tokenward refresher: it is a write-back.",
    ],
    [
      "no plugin at all",
      {
        ...pluginPackage("tokenward-refresher-x", { kind: "", pluginName: "" }),
        "node_modules/tokenward-refresher-x/plugin.js": "export default 42;",
      },
      "ERR_CONFIG_PLUGIN_INVALID platforms.acme.refresher: tokenward-refresher-x is not a Tokenward refresher: its default export is not a plugin.",
    ],
    [
      "half a plugin",
      {
        ...pluginPackage("tokenward-refresher-x", { kind: "", pluginName: "" }),
        "node_modules/tokenward-refresher-x/plugin.js": `export default { kind: "refresher", pluginName: "x", apiVersion: 1 };`,
      },
      "ERR_CONFIG_PLUGIN_INVALID platforms.acme.refresher: tokenward-refresher-x is not a Tokenward refresher: it lacks its options schema or its create function.",
    ],
    [
      "a package that throws while it is loaded",
      {
        ...pluginPackage("tokenward-refresher-x", { kind: "", pluginName: "" }),
        "node_modules/tokenward-refresher-x/plugin.js": `throw new Error("no native module");`,
      },
      "ERR_CONFIG_PLUGIN_INVALID platforms.acme.refresher: tokenward-refresher-x is not a Tokenward refresher: it cannot be loaded (no native module).",
    ],
    [
      "a package without an entry",
      pluginPackage(
        "tokenward-refresher-x",
        { kind: "refresher", pluginName: "x" },
        { exports: { "./other": "./plugin.js" } },
      ),
      "ERR_CONFIG_PLUGIN_INVALID platforms.acme.refresher: tokenward-refresher-x is not a Tokenward refresher: its package has no such entry.",
    ],
    [
      "a plugin whose create throws",
      pluginPackage("tokenward-refresher-x", {
        kind: "refresher",
        pluginName: "x",
        create: `() => { throw new Error("token_url must be https") }`,
      }),
      "ERR_CONFIG_INVALID platforms.acme: token_url must be https",
    ],
  ];

  test.each(cases)("%s", async (_name, files, expected) => {
    const folder = project({ "tokenward.config.yaml": minimal("x"), ...files });
    expect(await problemsOf(folder)).toEqual([expected]);
  });
});

test("a key that a plugin's schema would drop without a word is a mistake", async () => {
  const lax = { shape: { url: {} }, "~standard": { version: 1, vendor: "lax" } };
  const source = `const lax = ${JSON.stringify(lax)};
lax["~standard"].validate = ({ url }) => ({ value: { url } });
export default { kind: "refresher", pluginName: "lax", apiVersion: 1, secretOptions: [], options: lax,
  create: () => ({ platform: "lax", traits: {}, assess: () => ({}) }) };`;
  const yaml = "platforms: { acme: { refresher: ./lax.mjs, url: x, ulr: y } }\n";
  const folder = project({ "tokenward.config.yaml": yaml, "lax.mjs": source });
  expect(await problemsOf(folder)).toEqual([
    "ERR_CONFIG_INVALID platforms.acme.ulr: `ulr` is not a known key of ./lax.mjs.",
  ]);
});

describe("a state that cannot be created", () => {
  const yaml = "platforms: { instagram: {} }\nstate: { backend: ./state.mjs }\n";
  const creating = (thrown: string): string =>
    pluginSource({ kind: "state", pluginName: "s", create: `() => { throw ${thrown}; }` });

  test("says so by its own code", async () => {
    const code = `Object.assign(new Error("on a network"), { code: "ERR_STATE_NETWORK_FOLDER", [Symbol.for("tokenward.error")]: true })`;
    const folder = project({ "tokenward.config.yaml": yaml, "state.mjs": creating(code) });
    const loading = loadConfig({ folder, env: {}, bundled: bundledPlugins() });
    await expect(loading).rejects.toMatchObject({ code: "ERR_STATE_NETWORK_FOLDER" });
  });

  test("is a mistake at its place where it has none", async () => {
    const folder = project({ "tokenward.config.yaml": yaml, "state.mjs": creating(`new Error("no such folder")`) });
    const loading = loadConfig({ folder, env: {}, bundled: bundledPlugins() });
    await expect(loading).rejects.toMatchObject({ problems: [{ path: "state", line: 2, message: "no such folder" }] });
  });
});
