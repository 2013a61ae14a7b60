import { expect, test } from "vitest";
import type { BundledPlugins } from "./load-plugin.ts";
import { checkConfig, loadConfig } from "./load.ts";
import { formatProblem } from "./problem.ts";
import { project } from "./test/project.ts";

const bundled: BundledPlugins = {
  "@tokenward/refresher-oauth2": async () => await import("@tokenward/refresher-oauth2"),
  "@tokenward/state-local": async () => await import("@tokenward/state-local"),
  "@tokenward/writeback-local": async () => await import("@tokenward/writeback-local"),
};
const env = { SECRET: "s-1" };

function written(platforms: string): string {
  return project({ "tokenward.config.yaml": `auth: { writeback: { backend: local } }\nplatforms:\n${platforms}` });
}

async function problemsOf(platforms: string): Promise<readonly string[]> {
  const { problems } = await checkConfig({ folder: written(platforms), env, bundled });
  return problems.map((problem) => formatProblem("tokenward.config.yaml", problem));
}

test("a preset and a client are a whole platform", async () => {
  const folder = written(
    `  xero: { refresher: oauth2, preset: xero, client_id: x, client_secret: "\${SECRET}" }\n` +
      `  shops:\n    refresher: oauth2\n    preset: shopify\n    client_id: s\n    client_secret: "\${SECRET}"\n` +
      `    placeholders: { shop: "{account}" }\n    accounts: { acme: {}, globex: { placeholders: { shop: globex-eu } } }\n`,
  );
  const { plans: grants } = await loadConfig({ folder, env, bundled });
  expect(grants.map(({ id, refresher }) => [id, refresher.endpoint])).toEqual([
    ["xero", "https://identity.xero.com/connect/token"],
    ["shops/acme", "https://{account}.myshopify.com/admin/oauth/access_token"],
    ["shops/globex", "https://globex-eu.myshopify.com/admin/oauth/access_token"],
  ]);
  expect(grants[0]?.refresher.traits).toMatchObject({ reuse: { graceSeconds: 1800 }, idleLimitDays: 60 });
});

test("a slip in its name is answered with the name that was probably meant", async () => {
  const [problem, ...more] = await problemsOf(
    `  books: { refresher: oauth2, preset: quickboks, client_id: x, client_secret: "\${SECRET}" }\n`,
  );
  expect(more).toEqual([]);
  expect(problem).toMatch(/^tokenward\.config\.yaml:3:\d+ platforms\.books\.preset: `preset` must be facebook-pages, /);
  expect(problem).toMatch(/ or zoom\. Write `quickbooks`\.$/);
});

test("an address with an open placeholder, or none at all, is a mistake of the file", async () => {
  expect(
    await problemsOf(
      `  mail: { refresher: oauth2, preset: microsoft, client_id: x, client_secret: "\${SECRET}" }\n` +
        `  crm: { refresher: oauth2, client_id: x }\n`,
    ),
  ).toEqual([
    expect.stringMatching(
      /platforms\.mail\.placeholders: `placeholders` must say what \{tenant\} of the address is \(/,
    ),
    expect.stringMatching(
      /platforms\.crm\.token_url: `token_url` must say where tokens are exchanged, unless `preset`/,
    ),
  ]);
});

test("a secret that a preset needs is missed before anything connects", async () => {
  expect(await problemsOf(`  books: { refresher: oauth2, preset: hubspot, client_id: x }\n`)).toEqual([
    expect.stringContaining("client_secret"),
  ]);
});
