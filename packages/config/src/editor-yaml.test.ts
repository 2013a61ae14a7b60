import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import path from "node:path";
import oauth2 from "@tokenward/refresher-oauth2";
import tiktok from "@tokenward/refresher-tiktok";
import local from "@tokenward/writeback-local";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { configJsonSchema } from "./config-json-schema.ts";
import { startLanguageServer, type LanguageServer } from "./test/language-server.ts";

// The language server that editors run for YAML reads our schema by the line that we print, and by nothing else.
describe("an editor with tokenward.config.yaml", () => {
  const line = "# yaml-language-server: $schema=./node_modules/tokenward/schema.json\n";
  const folder = mkdtempSync(path.join(tmpdir(), "tokenward-editor-"));
  let server: LanguageServer;
  beforeAll(async () => {
    const carry = (plugin: unknown) => () => Promise.resolve({ default: plugin });
    const bundled = {
      "@tokenward/refresher-oauth2": carry(oauth2),
      "@tokenward/refresher-tiktok": carry(tiktok),
      "@tokenward/writeback-local": carry(local),
    };
    const schema = await configJsonSchema({ folder: path.parse(folder).root, bundled });
    const installed = path.join(folder, "node_modules", "tokenward");
    mkdirSync(installed, { recursive: true });
    writeFileSync(path.join(installed, "schema.json"), JSON.stringify(schema));
    const require = createRequire(import.meta.url);
    const manifest = require.resolve("yaml-language-server/package.json");
    const program = path.join(path.dirname(manifest), "bin", "yaml-language-server");
    // Without the store of public schemas: nothing is fetched.
    const settings = { validate: true, completion: true, hover: true, schemaStore: { enable: false } };
    server = await startLanguageServer(folder, { id: "yaml", server: [program], settings });
  });
  afterAll(() => {
    server.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it("underlines nothing in a configuration that is right", async () => {
    const text = `${line}auth:
  writeback: { backend: local, local: { store: file } }
platforms:
  tiktok: { client_key: key, client_secret: "\${TIKTOK_CLIENT_SECRET}", accounts: { a: {}, b: } }
  crm: { refresher: oauth2, preset: xero, client_id: id, client_secret: { file: ./secret } }
  shop: { refresher: ./shop.mjs, anything: 1 }
`;
    expect(await server.diagnostics(text)).toEqual([]);
  });

  it("underlines each mistake where it stands", async () => {
    const text = `${line}platforms:
  tiktok:
    client_key: key
    client_secret: a-literal-secret
    rotatoin: always
  crm:
    refresher: oauth2
    preset: xeroo
    bdoy: json
state: { backned: local }
`;
    const found = await server.diagnostics(text);
    expect(found.map((sentence) => sentence.split(":")[0])).toEqual(["5", "6", "9", "10", "11"]);
    expect(found.join("\n")).toContain("Property rotatoin is not allowed.");
    expect(found.join("\n")).toContain("Property bdoy is not allowed.");
  });

  it("offers keys, options and words", async () => {
    const platforms = await server.completions(`${line}platforms:
  tiktok:
    <|>
  crm:
    refresher: <|>
`);
    expect(platforms[0]).toEqual(expect.arrayContaining(["client_key", "client_secret", "revoke_url", "accounts"]));
    expect(platforms[1]).toEqual(["oauth2", "tiktok"]);
    const [options] = await server.completions(`${line}auth:\n  writeback:\n    backend: local\n    local:\n      <|>`);
    expect(options).toEqual(["outlives_run", "path", "store"]);
    const [oauth] = await server.completions(`${line}platforms:\n  crm:\n    refresher: oauth2\n    <|>`);
    expect(oauth).toEqual(expect.arrayContaining(["preset", "token_url", "required_scopes"]));
    expect(oauth).not.toContain("revoke_url");
  });
});
