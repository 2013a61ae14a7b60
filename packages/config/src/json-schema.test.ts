import path from "node:path";
import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";
import oauth2 from "@tokenward/refresher-oauth2";
import tiktok from "@tokenward/refresher-tiktok";
import youtube from "@tokenward/refresher-youtube";
import state from "@tokenward/state-local";
import local from "@tokenward/writeback-local";
import { beforeAll, describe, expect, it } from "vitest";
import { configJsonSchema } from "./config-json-schema.ts";
import { readDocument } from "./document.ts";
import { checkConfig, type ConfigOptions } from "./load.ts";
import { bundledPlugins, pluginPackage, project } from "./test/project.ts";

const carry = (plugin: unknown) => () => Promise.resolve({ default: plugin });
const bundled: ConfigOptions["bundled"] = {
  ...bundledPlugins(),
  "@tokenward/refresher-oauth2": carry(oauth2),
  "@tokenward/refresher-tiktok": carry(tiktok),
  "@tokenward/refresher-youtube": carry(youtube),
  "@tokenward/state-local": carry(state),
  "@tokenward/writeback-local": carry(local),
};

async function validator(options: ConfigOptions): Promise<ValidateFunction> {
  const schema = await configJsonSchema({ bundled, ...options });
  return new Ajv2020({ strict: true, strictTypes: false, strictRequired: false }).compile(schema);
}

const valid: readonly string[] = [
  "platforms: {}",
  "$schema: ./node_modules/tokenward/schema.json\nplatforms:\nauth:\nrouter: { anything: 1 }",
  'platforms: { tiktok: { client_key: k, client_secret: "${S}", required_scopes: [video.publish] } }',
  'platforms: { tiktok: { client_key: k, client_secret: ["${NEW}", { file: ./old }], rotation: "${ROTATION}" } }',
  'platforms: { youtube: { client_id: i, client_secret: { file: "./${WHERE}" }, reuse: { grace_seconds: 60 } } }',
  'platforms: { shop: { refresher: oauth2, token_url: "https://${HOST}/token", client_id: i, method: POST } }',
  "platforms: { shop: { refresher: oauth2, preset: xero, client_id: i, client_secret: { file: ./s }, accounts: { a: {}, b: { body: json } } } }",
  'platforms: { shop: { refresher: "@tokenward/refresher-tiktok", client_key: k, client_secret: "${S}" } }',
  "platforms: { a: { refresher: oauth2, token_url: https://a.example, client_id: i, access_token_expires_at: 2026-12-24T00:00:00Z } }",
  "platforms: { youtube: { client_id: i, writeback: { backend: local, local: { store: file } }, decay: { warn_days: 30 } } }",
  "platforms: {}\nstate: { backend: local, local: { ephemeral: true } }",
  "platforms: {}\nauth: { writeback: { backend: local, gitlab: { project: 7 } }, lease_wait: 1m30s, exchange_deadline: 20s }",
  'platforms: {}\nauth: { alerts: { backend: webhook, webhook: { url: "${URL}" } }, recovery: { age_recipients: [age1xyz] } }',
  'platforms: {}\nauth: { alerts: { backend: [webhook], webhook: { url: "https://hook.example" }, routes: { page: [webhook] } } }',
  'platforms: {}\nauth: { alerts: { remind_every: never, quiet_hours: "22:00-07:00", heartbeat: "${URL}" } }',
  'platforms: {}\nauth: { alerts: { remind_every: 3d, quiet_hours: { from: "22:00", to: "07:00", time_zone: UTC } } }',
  'platforms: {}\nauth: { alerts: { heartbeat: { url: "${URL}", failure_url: "${URL}", allow_private: true } } }',
  "platforms: {}\nauth: { alerts: { backend: none }, token: { refresh_at: 0.5 }, decay: { page_days: 70 } }",
];

const mistaken: readonly string[] = [
  "auth: {}",
  "platfroms: {}",
  "platforms: { all: {} }",
  "platforms: { Tiktok: {} }",
  "platforms: { tiktok: { client_kye: k } }",
  "platforms: { tiktok: { client_key: k, client_secret: a-literal-secret } }",
  'platforms: { tiktok: { client_key: k, client_secret: "prefix-${S}" } }',
  "platforms: { tiktok: { client_key: k, client_secret: [a-literal-secret] } }",
  "platforms: { tiktok: { client_key: k, client_secret: { file: ./s, mode: 1 } } }",
  'platforms: { tiktok: { client_key: k, client_secret: "${S}", rotation: often } }',
  'platforms: { tiktok: { client_key: k, client_secret: "${S}", enabled: "no" } }',
  'platforms: { tiktok: { client_key: k, client_secret: "${S}", refresh_at: 1.5 } }',
  'platforms: { tiktok: { client_key: k, client_secret: "${S}", accounts: {} } }',
  'platforms: { tiktok: { client_key: k, client_secret: "${S}", accounts: { a: { refresher: oauth2 } } } }',
  'platforms: { tiktok: { client_key: k, client_secret: "${S}", accounts: { a: { token_ulr: x } } } }',
  'platforms: { tiktok: { client_key: k, client_secret: "${S}", access_token_expires_at: 2026-12-24 } }',
  'platforms: { tiktok: { client_key: k, client_secret: "${S}", env: lower } }',
  "platforms: { youtube: { client_id: 7 } }",
  "platforms: { youtube: { refresher: oauth2, token_url: https://a.example, client_id: i, method: PATCH } }",
  "platforms: { shop: { refresher: oauth2, preset: xeroo, client_id: i } }",
  "platforms: {}\nstate: { backend: local, local: { ephemeral: 1 } }",
  "platforms: {}\nstate: { backend: local, lcoal: {} }",
  "platforms: {}\nstate: {}",
  "platforms: {}\nauth: { writeback: { backend: local, local: { store: flie } } }",
  "platforms: {}\nauth: { lease_wait: 30 }",
  "platforms: {}\nauth: { lease_wait: 30m1h }",
  "platforms: {}\nauth: { alerts: { backend: [webhook], webhok: {} } }",
  "platforms: {}\nauth: { alerts: { remind_evry: 3d } }",
  "platforms: {}\nauth: { alerts: { quiet_hours: nights } }",
  "platforms: {}\nauth: { alerts: { heartbeat: { start_url: https://beat.example } } }",
  "platforms: {}\nauth: { alerts: { heartbeat: { url: https://beat.example, ulr: x } } }",
  "platforms: {}\nauth: { alerts: { backend: pagerduty, pagerduty: { routing_key: literal-key } } }",
  "platforms: {}\nauth: { recovery: { age_recipients: [xyz] } }",
  "platforms: {}\nauth: { decay: { warn_day: 1 } }",
];

describe("the JSON Schema", () => {
  // From the root, where no configuration is: once for all.
  let validate: ValidateFunction;
  beforeAll(async () => void (validate = await validator({ folder: path.parse(import.meta.dirname).root })));

  // Each configuration is judged twice, so that the schema and the reading cannot drift apart.
  async function mistakesOf(yaml: string): Promise<readonly string[]> {
    const folder = project({ "tokenward.config.yaml": yaml, old: "secret-1", "x/y": "secret-2", s: "secret-3" });
    const env = {
      S: "secret-4",
      NEW: "secret-5",
      WHERE: "x/y",
      HOST: "a.example",
      ROTATION: "never",
      URL: "https://h.example",
    };
    const { problems } = await checkConfig({ folder, env, bundled });
    return problems.map(({ path, message }) => `${path} ${message}`);
  }

  it.each(valid)("takes what a reading takes: %s", async (yaml) => {
    validate(readDocument(yaml).root);
    expect(validate.errors ?? []).toEqual([]);
    expect(await mistakesOf(yaml)).toEqual([]);
  });

  it.each(mistaken)("refuses what a reading refuses: %s", async (yaml) => {
    expect(await mistakesOf(yaml)).not.toEqual([]);
    expect(validate(readDocument(yaml).root)).toBe(false);
  });

  it("describes every key of the engine", async () => {
    const schema = (await configJsonSchema({ folder: project({}), bundled })) as never as {
      properties: Record<string, { description?: string; properties?: Record<string, { description?: string }> }>;
      $defs: Record<string, { description?: string }>;
    };
    const keys = { ...schema.properties, ...schema.properties["auth"]?.properties };
    for (const [name, definition] of Object.entries(schema.$defs)) if (name.startsWith("key.")) keys[name] = definition;
    for (const [name, { description }] of Object.entries({ ...keys, state: schema.$defs["state"] ?? {} })) {
      expect(description, name).toMatch(/\.$/);
    }
  });

  it("says what options mean where their schemas do not", async () => {
    const optionDescriptions = { "@tokenward/refresher-tiktok": { token_url: "Where tokens are exchanged." } };
    const schema = await configJsonSchema({ folder: project({}), bundled, optionDescriptions });
    expect(JSON.stringify(schema["$defs"])).toContain('"token_url":{"description":"Where tokens are exchanged."');
  });
});

describe("third-party plugins of the present configuration", () => {
  const yaml = `auth: { writeback: { backend: vault, vault: { path: ./x, token: "\${T}" } } }
platforms: { acme: { region: eu }, other: { refresher: "./mute.mjs", whatever: 1 } }
`;
  // Standard JSON Schema as any library can offer it, written without one.
  const describing = (schema: string): string =>
    `{ "~standard": { version: 1, vendor: "fixture", validate: (value) => ({ value }), jsonSchema: { input: () => (${schema}) } } }`;
  const plugin = (kind: string, name: string, options: string, secrets = "[]"): string => `export default {
    kind: "${kind}", pluginName: "${name}", apiVersion: 1, secretOptions: ${secrets}, options: ${options},
    create: () => ({ traits: {}, assess() {}, platform: "${name}", target() {}, read() {}, probe() {}, save() {} }) };`;
  const files = {
    "tokenward.config.yaml": yaml,
    "mute.mjs": plugin("refresher", "mute", describing("null")),
    ...pluginPackage("tokenward-writeback-vault", { kind: "write-back", pluginName: "vault" }),
    ...pluginPackage("tokenward-refresher-acme", { kind: "refresher", pluginName: "acme" }),
    "node_modules/tokenward-writeback-vault/plugin.js": plugin(
      "write-back",
      "vault",
      describing(
        '{ type: "object", properties: { path: { $ref: "#/$defs/path" }, token: {} }, required: ["path"], additionalProperties: false, $defs: { path: { type: "string", minLength: 2 } } }',
      ),
      '["token"]',
    ),
    "node_modules/tokenward-refresher-acme/plugin.js": plugin(
      "refresher",
      "acme",
      describing(
        '{ type: "object", properties: { region: { enum: ["eu", "us"], type: "string" } }, additionalProperties: false }',
      ),
    ),
  };

  it.each([
    [true, yaml],
    [false, yaml.replace("eu", "mars")],
    [false, yaml.replace("region", "regoin")],
    [false, yaml.replace("./x", "x")],
    [false, yaml.replace("path: ./x, ", "")],
    [false, yaml.replace('"${T}"', "a-literal-token")],
    [true, yaml.replace("whatever: 1", "whatever: { goes: here }")],
    [false, yaml.replace("whatever: 1", "enabled: 1")],
  ])("are described: %s for %s", async (expected, text) => {
    const validate = await validator({ folder: project(files) });
    expect(validate(readDocument(text).root)).toBe(expected);
  });

  it("are described also while the configuration has mistakes", async () => {
    const folder = project({
      ...files,
      "tokenward.config.yaml": yaml.replace("region: eu", "regoin: eu, client_secret: x"),
    });
    const validate = await validator({ folder });
    expect(validate(readDocument(yaml).root)).toBe(true);
  });

  it("of a configuration that cannot be read are not guessed", async () => {
    await expect(configJsonSchema({ path: "none.yaml", folder: project({}), bundled })).rejects.toMatchObject({
      code: "ERR_CONFIG_UNREADABLE",
    });
  });
});
