import path from "node:path";
import { inspect } from "node:util";
import { describe, expect, test } from "vitest";
import { checkConfig, loadConfig } from "./load.ts";
import { ConfigProblems, formatProblem } from "./problem.ts";
import { bundledPlugins, project } from "./test/project.ts";

describe("ten mistakes", () => {
  const broken = `auth:
  writeback: { backend: gitlab, gitlab: { projct: "42", token: "\${GITLAB_TOKEN}" } }
  decai: { warn_days: 60 }
  token: { refresh_at: 80 }
  lease_wait: 30
state: { backend: lokal }
platforms:
  refresh: { refresher: oauth2, client_id: x }
  tiktok:
    client_key: aw
    client_secret: literal-secret-value
    access_token_expires_at: 2026-02-30T00:00:00Z
  youtube: { client_id: yt, client_secret: { file: missing.key } }
`;

  test("are ten problems, each with its place and fix, and what could not be loaded first", async () => {
    const folder = project({ "tokenward.config.yaml": broken });
    const failure = await failureOf(loadConfig({ folder, env: {}, bundled: bundledPlugins() }));
    expect(failure.code).toBe("ERR_CONFIG_INVALID");
    expect(failure.message).toBe(`${path.join(folder, "tokenward.config.yaml")} has 10 mistakes.`);
    const file = "tokenward.config.yaml";
    const lines = failure.problems.map((problem) => formatProblem(file, problem).replaceAll(folder, "<folder>"));
    expect(lines).toEqual([
      "tokenward.config.yaml:6:10 state.backend: The plugin @tokenward/state-lokal is not installed. Did you mean `local`? Install it beside the configuration: npm install @tokenward/state-lokal",
      "tokenward.config.yaml:2:43 auth.writeback.gitlab.projct: `projct` is not a known key of @tokenward/writeback-gitlab. Write `project`, or remove it.",
      "tokenward.config.yaml:2:57 auth.writeback.gitlab.token: The environment variable GITLAB_TOKEN is not set. Set GITLAB_TOKEN where Tokenward runs.",
      "tokenward.config.yaml:3:3 auth.decai: `decai` is not a known key. Write `decay`, or remove it.",
      "tokenward.config.yaml:4:12 auth.token.refresh_at: `refresh_at` must be less than 1. Write, for example, `refresh_at: 0.8`.",
      "tokenward.config.yaml:5:3 auth.lease_wait: `lease_wait` must be a duration with its unit, such as 30s. Write, for example, `lease_wait: 30s`.",
      "tokenward.config.yaml:8:3 platforms.refresh: `refresh` is a word of the command line and cannot name a platform. Choose another name, such as `refresh-app`, and name its refresher.",
      'tokenward.config.yaml:11:5 platforms.tiktok.client_secret: A secret stands in the file itself. Write "${TIKTOK_CLIENT_SECRET}" and set that variable, or { file: path }. If the file was ever shared, replace the secret.',
      "tokenward.config.yaml:12:5 platforms.tiktok.access_token_expires_at: `access_token_expires_at` must be a date and time with an offset (RFC 3339). Write, for example, `access_token_expires_at: 2026-12-24T00:00:00Z`.",
      "tokenward.config.yaml:13:29 platforms.youtube.client_secret: The secret's file <folder>/missing.key does not exist. Put the secret into it, readable for the user that Tokenward runs as.",
    ]);
    const inspected = inspect(failure, { depth: Infinity, showHidden: true }) + JSON.stringify(failure) + failure.stack;
    expect(inspected).not.toContain("literal-secret-value");
    expect(inspected).toContain("platforms.youtube.client_secret");
  });

  test("are the same for `config check`, which does not throw", async () => {
    const folder = project({ "tokenward.config.yaml": broken });
    const { problems } = await checkConfig({ folder, env: {}, bundled: bundledPlugins() });
    expect(problems).toHaveLength(10);
    expect(problems.every(({ line = 0, column = 0, fix }) => line > 0 && column > 0 && fix.length > 5)).toBe(true);
  });
});

describe("single mistakes", () => {
  const cases: readonly (readonly [name: string, yaml: string, expected: readonly string[]])[] = [
    ["an empty file", "", ["1 (file): `platforms` is missing: there is nothing to keep alive."]],
    ["a list", "- a", ["1 (file): The file must be a mapping of keys."]],
    ["an unknown top-level key", "platforms: {}\nplatfroms: {}", ["2 platfroms: `platfroms` is not a known key."]],
    ["platforms of another kind", "platforms: [tiktok]", ["1 platforms: `platforms` must be a mapping of keys."]],
    [
      "a platform of another kind",
      "platforms: { tiktok: yes }",
      ["1 platforms.tiktok: `tiktok` must be a mapping of keys."],
    ],
    ["auth of another kind", "platforms: {}\nauth: 1", ["2 auth: `auth` must be a mapping of keys."]],
    [
      "a number where text is due",
      "platforms: { youtube: { client_id: 12345 } }",
      ["1 platforms.youtube.client_id: `client_id` must be text, but is a number."],
    ],
    [
      "a key without a value",
      "platforms:\n  youtube:\n    client_id:",
      ["3 platforms.youtube.client_id: `client_id` is there, but has no value."],
    ],
    [
      "a missing client id",
      "platforms:\n  youtube: {}",
      ["2 platforms.youtube: `client_id`, the id of the OAuth app, is missing."],
    ],
    [
      "a missing client secret",
      "platforms:\n  tiktok: { client_id: aw }",
      ["2 platforms.tiktok: `client_secret`, the secret of the OAuth app, is missing."],
    ],
    [
      "both words for the client id",
      "platforms:\n  youtube: { client_id: a, client_key: b }",
      ["2 platforms.youtube.client_key: `client_id` and `client_key` are two words for one thing."],
    ],
    [
      "scopes as one text",
      "platforms: { youtube: { client_id: a, required_scopes: a b } }",
      ["1 platforms.youtube.required_scopes: `required_scopes` must be a list, but is text."],
    ],
    [
      "a scope that is not text",
      "platforms:\n  youtube:\n    client_id: a\n    required_scopes:\n      - a\n      - 1",
      ["6 platforms.youtube.required_scopes[1]: This item must be text, but is a number."],
    ],
    [
      "an unknown reuse",
      "platforms: { youtube: { client_id: a, reuse: sometimes } }",
      ["1 platforms.youtube.reuse: `reuse` must be strict, retry-safe or { grace_seconds: n }."],
    ],
    [
      "a misspelt engine key beside a refresher's options",
      "platforms: { youtube: { client_id: a, requird_scopes: [] } }",
      ["1 platforms.youtube.requird_scopes: `requird_scopes` is not a known key of @tokenward/refresher-youtube."],
    ],
    [
      "a refresher's option of the wrong type",
      "platforms: { youtube: { client_id: a, limit: many } }",
      ["1 platforms.youtube.limit: `limit` must be a number, but is text."],
    ],
    [
      "a nested unknown option",
      "platforms:\n  youtube:\n    client_id: a\n    headers:\n      plian: x",
      ["5 platforms.youtube.headers.plian: `plian` is not a known key of @tokenward/refresher-youtube."],
    ],
    [
      "a token in the file",
      "platforms: { youtube: { client_id: a, refresh_token: rft.do-not-show } }",
      ["1 platforms.youtube.refresh_token: A token stands in the configuration."],
    ],
    [
      "decay days that do not rise",
      "platforms: {}\nauth: { decay: { warn_days: 80 } }",
      ["2 auth.decay: The days must rise: warn 80, page 75, hard fail 85."],
    ],
    [
      "a key of another backend's spelling",
      "platforms: {}\nauth: { writeback: { backend: gitlab, gitlba: {} } }",
      ["2 auth.writeback.gitlba: `gitlba` is not a known key."],
    ],
    [
      "a write-back without a backend",
      "platforms: {}\nauth: { writeback: { gitlab: {} } }",
      ["2 auth.writeback.backend: `backend` is missing."],
    ],
    [
      "a route to a notifier that is not there",
      'platforms: {}\nauth: { alerts: { backend: webhook, webhook: { url: "${HOOK}" }, routes: { page: [webhok] } } }',
      ["2 auth.alerts.routes.page[0]: `webhok` is not among the notifiers of `auth.alerts.backend`."],
    ],
    [
      "an unknown severity",
      "platforms: {}\nauth: { alerts: { routes: { panic: [] } } }",
      ["2 auth.alerts.routes.panic: `panic` is not a known key."],
    ],
    [
      "one notifier twice",
      'platforms: {}\nauth: { alerts: { backend: [webhook, webhook], webhook: { url: "${HOOK}" } } }',
      ["2 auth.alerts.backend[1]: `webhook` is there twice."],
    ],
    [
      "a recipient that is a private key",
      "platforms: {}\nauth: { recovery: { age_recipients: [AGE-SECRET-KEY-1XYZ] } }",
      ["2 auth.recovery.age_recipients[0]: This item must be an age recipient, which begins with age1."],
    ],
    [
      "a platform name with capitals",
      "platforms: { TikTok: { refresher: oauth2, client_id: a } }",
      ["1 platforms.TikTok: `TikTok` cannot be part of a grant's name."],
    ],
    [
      "an account name with a slash",
      "platforms: { youtube: { client_id: a, accounts: { a/b: {} } } }",
      ['1 platforms.youtube.accounts["a/b"]: `a/b` cannot be part of a grant\'s name.'],
    ],
    [
      "no account under accounts",
      "platforms: { youtube: { client_id: a, accounts: {} } }",
      ["1 platforms.youtube.accounts: `accounts` must hold at least one account."],
    ],
    [
      "a refresher for one account",
      "platforms: { youtube: { client_id: a, accounts: { b: { refresher: oauth2 } } } }",
      ["1 platforms.youtube.accounts.b.refresher: `refresher` belongs to the platform, not to one of its accounts."],
    ],
    [
      "one grant's facts above several accounts",
      "platforms: { youtube: { client_id: a, access_token_expires_at: 2026-01-01T00:00:00Z, accounts: { b: {} } } }",
      [
        "1 platforms.youtube.access_token_expires_at: `access_token_expires_at` is a fact of one grant, and this platform has several accounts.",
      ],
    ],
    [
      "an inherited mistake, once",
      "platforms:\n  youtube:\n    client_id: a\n    limit: many\n    accounts: { b: {}, c: {} }",
      ["4 platforms.youtube.limit: `limit` must be a number, but is text."],
    ],
    [
      "one prefix for two grants",
      "platforms:\n  youtube: { client_id: a, accounts: { b-c: {}, b.c: {} } }",
      [
        '2 platforms.youtube.accounts["b.c"]: youtube/b.c and youtube/b-c would both read their token from YOUTUBE_B_C_REFRESH_TOKEN.',
      ],
    ],
    [
      "a prefix that is no variable",
      "platforms: { youtube: { client_id: a, env: my-tube } }",
      ["1 platforms.youtube.env: `env` must be capitals, digits and underscores, beginning with a letter."],
    ],
    [
      "a half reference",
      'platforms: { youtube: { client_id: "${CLIENT" } }',
      ["1 platforms.youtube.client_id: `${` begins a reference to an environment variable that is not one."],
    ],
  ];

  test.each(cases)("%s", async (_name, yaml, expected) => {
    const folder = project({ "tokenward.config.yaml": yaml });
    const env = { HOOK: "https://hooks.example/1" };
    const { problems } = await checkConfig({ folder, env, bundled: bundledPlugins() });
    expect(problems.map(({ line, path, message }) => `${line} ${path || "(file)"}: ${message}`)).toEqual(expected);
    expect(JSON.stringify(problems)).not.toMatch(/do-not-show|SECRET-KEY-1XYZ/);
  });
});

async function failureOf(loading: Promise<unknown>): Promise<ConfigProblems> {
  const failure = await loading.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (failure instanceof ConfigProblems) return failure;
  throw failure ?? new Error("the configuration was accepted");
}
