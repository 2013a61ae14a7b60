import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { authShape, fileShape, grantShape, platformShape } from "./schema.ts";
import { installPackages } from "./test/in-node.ts";
import { startLanguageServer, type LanguageServer } from "./test/language-server.ts";

// What an editor offers while somebody types, asked of the compiler itself.
describe("an editor with tokenward.config.ts", () => {
  const folder = mkdtempSync(path.join(tmpdir(), "tokenward-editor-"));
  let server: LanguageServer;
  beforeAll(async () => {
    installPackages(folder);
    const options = { module: "nodenext", strict: true, noEmit: true, target: "es2023", types: [] };
    const compilerOptions = { ...options, customConditions: ["@tokenward/source"], allowImportingTsExtensions: true };
    writeFileSync(path.join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions }));
    writeFileSync(path.join(folder, "package.json"), JSON.stringify({ type: "module" }));
    const compiler = createRequire(import.meta.url).resolve("typescript/package.json");
    const tsc = path.join(path.dirname(compiler), "bin", "tsc");
    server = await startLanguageServer(folder, { id: "typescript", server: [tsc, "--lsp"] });
  });
  afterAll(() => {
    server.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const sorted = (...keys: readonly string[]): readonly string[] => keys.toSorted((a, b) => (a < b ? -1 : 1));
  const without = (shape: object, ...written: readonly string[]): readonly string[] =>
    Object.keys(shape).filter((key) => !written.includes(key) && key !== "$schema");
  const imports = `import { defineConfig, env } from "@tokenward/config";
import { tiktok } from "@tokenward/refresher-tiktok";
import { local } from "@tokenward/writeback-local";
`;

  it("is offered every key that is not there yet, and the options of factories", async () => {
    const [inLocal, inAuth, inTiktok, inPlatform, inNamed, inAccount, atTop] = await server.completions(`${imports}
export default defineConfig({
  auth: { writeback: local({ /*|*/ }), /*|*/ },
  platforms: {
    tiktok: { refresher: tiktok({ /*|*/ }), client_secret: env("X"), /*|*/ },
    youtube: { client_id: "x", /*|*/ },
    crm: { refresher: tiktok(), accounts: { a: { /*|*/ } } },
  },
  /*|*/
});
`);
    expect(inLocal).toEqual(["outlives_run", "path", "store"]);
    expect(inAuth).toEqual(sorted(...without(authShape, "writeback")));
    expect(inTiktok).toEqual(["authorize_url", "revoke_url", "token_url", "user_info_url"]);
    const keys = { ...grantShape, ...platformShape };
    expect(inPlatform).toEqual(sorted(...without(keys, "refresher", "client_secret")));
    expect(inNamed).toEqual(sorted(...without(keys, "client_id")));
    expect(inAccount).toEqual(sorted(...Object.keys(grantShape)));
    expect(atTop).toEqual(sorted(...without(fileShape, "auth", "platforms")));
  });

  it("is offered the words of a key that has a few", async () => {
    const [drift, rotation] = await server.completions(`${imports}
export default defineConfig({
  platforms: { tiktok: { refresher: tiktok(), on_scope_drift: "/*|*/", rotation: "/*|*/" } },
});
`);
    expect(drift).toEqual(["refuse", "serve"]);
    expect(rotation).toEqual(["always", "never", "sometimes"]);
  });
});
