import { writeFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { checkInNode, installPackages, type Checked, type CheckOptions } from "./test/in-node.ts";
import { project } from "./test/project.ts";

// Each in a process of its own: how Node runs a program, and not how a test runner does, is what counts here.
function read(text: string, options: CheckOptions & { readonly name?: string } = {}, more = {}): Checked {
  const folder = project({ [options.name ?? "tokenward.config.ts"]: text, ...more });
  installPackages(folder);
  const checked = checkInNode(folder, options);
  // A temporary folder's name is another one each time.
  return JSON.parse(JSON.stringify(checked).replaceAll(JSON.stringify(folder).slice(1, -1), "HERE")) as Checked;
}

const imports = `import { defineConfig, env, fromFile } from "@tokenward/config";
import { tiktok } from "@tokenward/refresher-tiktok";
import { local } from "@tokenward/writeback-local";
`;

describe("a configuration in TypeScript", () => {
  it("becomes the plans that YAML would become, with paths from its own folder", () => {
    const text = `${imports}
      export default defineConfig({
        auth: { writeback: local({ store: "file", path: "./grants" }), lease_wait: "10s" },
        platforms: {
          tiktok: {
            refresher: tiktok({ token_url: "https://proxy.example/token" }),
            client_key: "key",
            client_secret: [env("NEW"), "\${OLD}"],
            accounts: { a: {}, b: { client_secret: fromFile("./secret"), access_token_expires_at: new Date(0) } },
          },
          youtube: { client_id: "id", client_secret: { file: "./secret" }, token_url: "\${HOST}/token" },
        },
      });`;
    const env = { NEW: "secret-new", OLD: "secret-old", HOST: "https://google.example" };
    // From elsewhere, so that the current folder cannot be what paths are meant from.
    const { lines, plans, plugins, stderr } = read(text, { env, select: "all" }, { secret: "secret-file\n" });
    expect(lines).toEqual([]);
    expect(stderr).toBe("");
    const store = { target: expect.stringContaining("HERE/grants"), writeBackName: "local" };
    const refresher = { platform: "tiktok", endpoint: "https://proxy.example/token" };
    expect(plans).toMatchObject([
      { id: "tiktok/a", client: { id: "key", secrets: ["secret-new", "secret-old"] }, ...store, ...refresher },
      {
        id: "tiktok/b",
        client: { id: "key", secrets: ["secret-file"] },
        ...store,
        ...refresher,
        firstFacts: { accessTokenExpiresAt: "1970-01-01T00:00:00.000Z" },
      },
      { id: "youtube", client: { id: "id", secrets: ["secret-file"] }, endpoint: "https://google.example/token" },
    ]);
    expect(plugins).toMatchObject([
      { package: "@tokenward/writeback-local", origin: "in the configuration" },
      { package: "@tokenward/state-local", origin: "beside the configuration" },
      { package: "@tokenward/refresher-tiktok", origin: "in the configuration" },
      { package: "@tokenward/refresher-youtube", origin: "beside the configuration" },
    ]);
  });

  it("has all its mistakes reported together, each with its path", () => {
    const { lines } = read(`${imports}
      import oauth2 from "@tokenward/refresher-oauth2";
      export default {
        auth: { writeback: local({ pth: "./grants" }), alerts: { backend: [tiktok()] }, lease_wait: 30 },
        state: local(),
        platforms: {
          tiktok: { refresher: tiktok({ token_url: "ftp://x" }), client_secret: "cs-literal-7", client_secert: env("X"), token_url: "y" },
          crm: { refresher: oauth2(), client_id: env("MISSING"), client_secret: env("MISSING"), accounts: { a: { body: "form" } } },
          shop: { refresher: local({}), access_token_expires_at: new Date("nonsense") },
          youtube: { client_id: () => 1, client_secret: fromFile("./none"), rotatoin: "always" },
        },
      };`);
    expect(lines.join("\n")).not.toContain("cs-literal-7");
    expect(lines).toMatchInlineSnapshot(`
      [
        "HERE/tokenward.config.ts: auth.alerts.backend[0]: tiktok is not a Tokenward notifier: it is a refresher. Correct the name in the configuration, or ask the plugin's author.",
        "HERE/tokenward.config.ts: state: local is not a Tokenward state: it is a write-back. Correct the name in the configuration, or ask the plugin's author.",
        "HERE/tokenward.config.ts: platforms.shop.refresher: local is not a Tokenward refresher: it is a write-back. Correct the name in the configuration, or ask the plugin's author.",
        "HERE/tokenward.config.ts: auth.writeback.pth: \`pth\` is not a known key of @tokenward/writeback-local. Write \`path\`, or remove it.",
        "HERE/tokenward.config.ts: auth.lease_wait: \`lease_wait\` must be a duration with its unit, such as 30s. Write, for example, \`lease_wait: 30s\`.",
        "HERE/tokenward.config.ts: platforms.tiktok.refresher.token_url: \`token_url\` must begin with https:// (http:// only on this machine). Correct it; the README of @tokenward/refresher-tiktok lists its options.",
        "HERE/tokenward.config.ts: platforms.tiktok.client_secret: A secret stands in the file itself. Write "\${TIKTOK_CLIENT_SECRET}" and set that variable, or { file: path }. If the file was ever shared, replace the secret.",
        "HERE/tokenward.config.ts: platforms.tiktok.client_secert: \`client_secert\` is not a key of a platform. Write \`client_secret\`.",
        "HERE/tokenward.config.ts: platforms.tiktok.token_url: \`token_url\` is not a key of a platform. Move it into the call, \`tiktok({ token_url: … })\`, or remove it.",
        "HERE/tokenward.config.ts: platforms.crm.refresher.token_url: \`token_url\` must say where tokens are exchanged, unless \`preset\` names a platform. Add it; the README of @tokenward/refresher-oauth2 lists its options.",
        "HERE/tokenward.config.ts: platforms.crm.client_id: \`client_id\` must be text, but is a secret. Write, for example, \`client_id: "\${TIKTOK_CLIENT_ID}"\`.",
        "HERE/tokenward.config.ts: platforms.crm.client_secret: The environment variable MISSING is not set. Set MISSING where Tokenward runs.",
        "HERE/tokenward.config.ts: platforms.crm.accounts.a.body: \`body\` is not a key of a platform. Move it into the call, \`oauth2({ body: … })\`, or remove it.",
        "HERE/tokenward.config.ts: platforms.shop.access_token_expires_at: This date is not a valid one. Write, for example, \`new Date("2026-12-24T00:00:00Z")\`.",
        "HERE/tokenward.config.ts: platforms.youtube.client_id: This is not a value but something that a program works with. Write the value itself.",
        "HERE/tokenward.config.ts: platforms.youtube.client_secret: The secret's file HERE/none does not exist. Put the secret into it, readable for the user that Tokenward runs as.",
        "HERE/tokenward.config.ts: platforms.youtube.rotatoin: \`rotatoin\` is not a known key of @tokenward/refresher-youtube. Write \`rotation\`, or remove it.",
      ]
    `);
  });

  it("may come as JavaScript, in a project of CommonJS, and from a promise at its top", () => {
    const text = `import { tiktok } from "@tokenward/refresher-tiktok";
      const client_key = await Promise.resolve("key");
      export default { platforms: { tiktok: { refresher: tiktok, client_key, client_secret: "\${S}" } } };`;
    const manifest = { "package.json": JSON.stringify({ type: "commonjs" }) };
    for (const name of ["tokenward.config.js", "tokenward.config.mjs", "tokenward.config.ts", "tokenward.config.mts"]) {
      const { lines, plans, stderr } = read(text, { name, env: { S: "secret-1" }, select: "tiktok" }, manifest);
      expect(lines).toEqual([]);
      expect(stderr).toBe("");
      expect(plans).toMatchObject([{ id: "tiktok", client: { id: "key" } }]);
    }
  });

  it("may hand one instance to another, and its mistakes are told all the same", () => {
    const text = (options: string): string => `${imports}
      const inner = local(${options});
      const mirrored = { ...inner, target: async (subject, io) => "mirrored:" + (await inner.target(subject, io)) };
      export default { auth: { writeback: mirrored }, platforms: { tiktok: { refresher: tiktok(), client_key: "k", client_secret: env("S") } } };`;
    const env = { S: "secret-1" };
    const good = read(text('{ store: "file", path: "./grants" }'), { env, select: "all" });
    expect(good.lines).toEqual([]);
    expect(good.plans).toMatchObject([{ target: expect.stringMatching(/^mirrored:.*HERE\/grants/) }]);
    expect(read(text('{ store: "flie" }'), { env }).lines.join("\n")).toContain("In the write-back `local`");
  });

  it.each([
    ["throw new Error('no such thing');", "HERE/tokenward.config.ts:1 failed while it ran: no such thing."],
    ["\nimport 'not-installed';", "Cannot find package 'not-installed'; install it beside the file."],
    ["\n\nexport default { a: ;", "HERE/tokenward.config.ts:3 failed while it ran:"],
    ["enum A { B }\nexport default {};", "TypeScript enum is not supported"],
    ["throw undefined;", "failed while it ran: undefined."],
    ["import { tiktok } from '@tokenward/refresher-tiktok'; tiktok.options.nothing.here;", "Cannot read properties"],
  ])("that throws is one sentence: %s", (text, sentence) => {
    const { error, stderr } = read(text);
    expect(error?.code).toBe("ERR_CONFIG_PROGRAM");
    expect(error?.message).toContain(sentence);
    expect(error?.message).not.toContain("\n");
    expect(stderr).toBe("");
  });

  it.each([
    ["", "HERE/tokenward.config.ts: The file has no default export. Write `export default defineConfig({ … })`."],
    ["export default 7;", "HERE/tokenward.config.ts: The file must be a mapping of keys. Begin with `platforms:`."],
  ])("that exports %s is a mistake", (text, line) => {
    expect(read(text).lines).toEqual([line]);
  });

  it("is not read by a Node without type stripping, which is said", () => {
    const folder = project({ "tokenward.config.ts": "export default {};" });
    const entry = path.join(folder, "entry.mjs");
    // Such a Node cannot read our own sources either; what counts is what it says about itself.
    writeFileSync(entry, "");
    const features = "data:text/javascript,Object.defineProperty(process.features,'typescript',{value:false})";
    const { error } = checkInNode(folder, { flags: ["--import", features] });
    expect(error).toMatchObject({ code: "ERR_CONFIG_UNREADABLE", message: expect.stringContaining("type stripping") });
  });

  it("holds no block that holds itself", () => {
    const { lines } = read("const a = {}; a.a = a; export default { platforms: {}, router: a };");
    expect(lines.join("\n")).toContain("A block holds itself.");
  });
});
