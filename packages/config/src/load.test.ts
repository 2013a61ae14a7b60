import path from "node:path";
import { describe, expect, test } from "vitest";
import { bundledPlugins, project, type Created } from "./fixture-project.ts";
import { checkConfig, loadConfig } from "./load.ts";

const everything = `
auth:
  writeback: { backend: gitlab, gitlab: { project: "42", token: "\${GITLAB_TOKEN}" } }
  alerts:
    backend: [webhook, pagerduty]
    webhook: { url: "\${WEBHOOK}" }
    pagerduty: { routing_key: { file: ./pd.key } }
    routes: { warn: [webhook], page: [pagerduty] }
  decay: { warn_days: 50 }
  token: { refresh_at: 0.7 }
  recovery: { age_recipients: [age1qqqq] }
  lease_wait: 90s
  exchange_deadline: 1m30s
state: { backend: local, local: { ephemeral: false } }
platforms:
  instagram: { enabled: true, access_token_expires_at: 2026-12-24T00:00:00Z }
  tiktok:
    client_key: "\${TIKTOK_KEY}"
    client_secret: ["\${TIKTOK_NEW}", "\${TIKTOK_OLD}"]
    required_scopes: [video.publish]
    on_scope_drift: refuse
    rotation: always
    reuse: { grace_seconds: 30 }
    idle_limit_days: 60
    writeback: { backend: local, local: { path: ./tokens } }
    decay: { page_days: 70 }
    refresh_at: 0.5
    env: TT
  youtube:
  acme-crm:
    refresher: oauth2
    token_url: "https://\${CRM_HOST}/token"
    headers: { secret: "\${CRM_HEADER}" }
    client_id: crm
    accounts:
      north: {}
      south: { client_id: other, alert_before_days: 14, enabled: false, token_url: "https://south.example/token" }
`.replace("  youtube:\n", "  youtube: { client_id: yt }\n");

const env = {
  GITLAB_TOKEN: "gitlab-secret-1",
  WEBHOOK: "https://hooks.example/1",
  TIKTOK_KEY: "awkey",
  TIKTOK_NEW: "tiktok-secret-new",
  TIKTOK_OLD: "tiktok-secret-old",
  CRM_HOST: "crm.example",
  CRM_HEADER: "crm-header-secret",
};

describe("a whole configuration", () => {
  test("becomes plans, state, notifiers and settings", async () => {
    const created: Created[] = [];
    const folder = project({ "tokenward.config.yaml": everything, "pd.key": "pager-secret-1\n" });
    const configuration = await loadConfig({ folder, env, bundled: bundledPlugins(created), bundledVersion: "1.0.0" });

    expect(configuration.path).toBe(path.join(folder, "tokenward.config.yaml"));
    expect(configuration.folder).toBe(folder);
    expect(configuration.plans.map(({ id, enabled }) => [id, enabled])).toEqual([
      ["instagram", true],
      ["tiktok", true],
      ["youtube", true],
      ["acme-crm/north", true],
      ["acme-crm/south", false],
    ]);
    expect(configuration).toMatchObject({
      leaseWait: 90_000,
      exchangeDeadline: 90_000,
      ageRecipients: ["age1qqqq"],
      routes: { warn: ["webhook"], page: ["pagerduty"] },
    });
    expect(configuration.notifiers.map(({ name }) => name)).toEqual(["webhook", "pagerduty"]);

    const [instagram, tiktok, , north, south] = configuration.plans;
    expect(instagram).toMatchObject({
      writeBackName: "gitlab",
      refreshAt: 0.7,
      decay: { warn: 50, page: 75, critical: 85 },
      firstFacts: { accessTokenExpiresAt: new Date("2026-12-24T00:00:00Z") },
      client: { id: "", secrets: [] },
    });
    expect(tiktok).toMatchObject({
      writeBackName: "local",
      refreshAt: 0.5,
      decay: { warn: 50, page: 70, critical: 85 },
      requiredScopes: ["video.publish"],
      onScopeDrift: "refuse",
      environmentPrefix: "TT",
    });
    expect(tiktok?.client.id).toBe("awkey");
    expect(tiktok?.client.secrets.map((secret) => secret.reveal())).toEqual(["tiktok-secret-new", "tiktok-secret-old"]);
    expect(tiktok?.refresher.traits).toEqual({ rotation: "always", reuse: { graceSeconds: 30 }, idleLimitDays: 60 });
    expect(north?.client.id).toBe("crm");
    expect(south).toMatchObject({ client: { id: "other" }, alertBeforeDays: 14 });

    const crm = created.filter(({ plugin }) => plugin === "oauth2");
    expect(crm.map(({ options }) => options["token_url"])).toEqual([
      "https://crm.example/token",
      "https://south.example/token",
    ]);
    expect(JSON.stringify(crm)).toContain('"secret":"[secret]"');
    expect(created.find(({ plugin }) => plugin === "local")).toEqual({
      plugin: "local",
      options: { path: "./tokens" },
      folder,
    });
    expect(configuration.plugins.map((plugin) => plugin.package)).toContain("@tokenward/refresher-oauth2");
    expect(configuration.plugins[0]).toMatchObject({ origin: "bundled", version: "1.0.0", apiVersion: 1 });

    await configuration.close();
    expect(created.at(-1)?.plugin).toBe("closed");
  });

  test("is the same from JSON", async () => {
    const json = JSON.stringify({ platforms: { youtube: { client_id: "yt" } } }, null, "\t");
    const folder = project({ "tokenward.config.json": json });
    const configuration = await loadConfig({ folder, env: {}, bundled: bundledPlugins() });
    expect(configuration.plans[0]).toMatchObject({ id: "youtube", writeBackName: "local", decay: undefined });
  });

  test("uses the local write-back and state where nothing is said", async () => {
    const created: Created[] = [];
    const folder = project({ "tokenward.config.yml": "platforms: { instagram: }\n" });
    await loadConfig({ folder, env: {}, bundled: bundledPlugins(created) });
    expect(created.map(({ plugin }) => plugin).toSorted()).toEqual(["instagram", "local", "state"]);
  });

  test("creates no state when it is only checked", async () => {
    const created: Created[] = [];
    const folder = project({ "tokenward.config.yml": "platforms: { instagram: }\n" });
    const check = await checkConfig({ folder, env: {}, bundled: bundledPlugins(created) });
    expect(check.problems).toEqual([]);
    expect(created.map(({ plugin }) => plugin)).not.toContain("state");
  });

  test("imports no plugin that it does not use", async () => {
    const imported: string[] = [];
    const bundled = Object.fromEntries(
      Object.entries(bundledPlugins()).map(([name, load]) => [name, () => (imported.push(name), load())]),
    );
    const folder = project({ "tokenward.config.yml": "platforms: { instagram: , youtube: { client_id: x } }\n" });
    await loadConfig({ folder, env: {}, bundled });
    expect(imported.toSorted()).toEqual([
      "@tokenward/refresher-instagram",
      "@tokenward/refresher-youtube",
      "@tokenward/state-local",
      "@tokenward/writeback-local",
    ]);
  });
});

describe("the ten mistakes", () => {
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
    on_scope_drift: ignore
  youtube: { client_id: yt, client_secret: { file: missing.key } }
  tiktok: {}
`;

  test("are ten problems, each with its line, path and fix", async () => {
    const folder = project({ "tokenward.config.yaml": broken });
    const { problems } = await checkConfig({ folder, env: {}, bundled: bundledPlugins() });
    expect(problems.map(({ line, path }) => `${line} ${path}`)).toEqual([
      "6 state.backend",
      "2 auth.writeback.gitlab.projct",
      "2 auth.writeback.gitlab.token",
      "3 auth.decai",
      "4 auth.token.refresh_at",
      "5 auth.lease_wait",
      "8 platforms.refresh",
      "11 platforms.tiktok.client_secret",
      "12 platforms.tiktok.access_token_expires_at",
      "13 platforms.tiktok.on_scope_drift",
      "14 platforms.youtube.client_secret",
      "15 platforms.tiktok",
    ]);
    for (const problem of problems) {
      expect(problem.message).toMatch(/[.?]$/);
      expect(problem.fix.length).toBeGreaterThan(10);
    }
    expect(JSON.stringify(problems)).not.toContain("literal-secret-value");
    expect(problems).toMatchInlineSnapshot(`
      [
        {
          "code": "ERR_CONFIG_PLUGIN_MISSING",
          "column": 10,
          "fix": "Install it beside the configuration: npm install @tokenward/state-lokal",
          "line": 6,
          "message": "The plugin @tokenward/state-lokal is not installed. Did you mean \`local\`?",
          "path": "state.backend",
        },
        {
          "code": "ERR_CONFIG_INVALID",
          "column": 43,
          "fix": "Write \`project\`, or remove it.",
          "line": 2,
          "message": "\`projct\` is not a known key of @tokenward/writeback-gitlab.",
          "path": "auth.writeback.gitlab.projct",
        },
        {
          "code": "ERR_CONFIG_INVALID",
          "column": 57,
          "fix": "Set GITLAB_TOKEN where Tokenward runs.",
          "line": 2,
          "message": "The environment variable GITLAB_TOKEN is not set.",
          "path": "auth.writeback.gitlab.token",
        },
        {
          "code": "ERR_CONFIG_INVALID",
          "column": 3,
          "fix": "Write \`decay\`, or remove it.",
          "line": 3,
          "message": "\`decai\` is not a known key.",
          "path": "auth.decai",
        },
        {
          "code": "ERR_CONFIG_INVALID",
          "column": 12,
          "fix": "Write, for example, \`refresh_at: 0.8\`.",
          "line": 4,
          "message": "\`refresh_at\` must be less than 1.",
          "path": "auth.token.refresh_at",
        },
        {
          "code": "ERR_CONFIG_INVALID",
          "column": 3,
          "fix": "Put it in quotes.",
          "line": 5,
          "message": "\`lease_wait\` must be a duration with its unit, such as 30s.",
          "path": "auth.lease_wait",
        },
        {
          "code": "ERR_CONFIG_INVALID",
          "column": 3,
          "fix": "Choose another name, such as \`refresh-app\`, and name its refresher.",
          "line": 8,
          "message": "\`refresh\` is a word of the command line and cannot name a platform.",
          "path": "platforms.refresh",
        },
        {
          "code": "ERR_CONFIG_INVALID",
          "column": 5,
          "fix": "Write "\${TIKTOK_CLIENT_SECRET}" and set that variable, or { file: path }. If the file was ever shared, replace the secret.",
          "line": 11,
          "message": "A secret stands in the file itself.",
          "path": "platforms.tiktok.client_secret",
        },
        {
          "code": "ERR_CONFIG_INVALID",
          "column": 5,
          "fix": "Write, for example, \`access_token_expires_at: 2026-12-24T00:00:00Z\`.",
          "line": 12,
          "message": "\`access_token_expires_at\` must be a date and time with an offset (RFC 3339).",
          "path": "platforms.tiktok.access_token_expires_at",
        },
        {
          "code": "ERR_CONFIG_INVALID",
          "column": 5,
          "fix": "Write, for example, \`on_scope_drift: serve\`.",
          "line": 13,
          "message": "\`on_scope_drift\` must be serve or refuse.",
          "path": "platforms.tiktok.on_scope_drift",
        },
        {
          "code": "ERR_CONFIG_INVALID",
          "column": 29,
          "fix": "Put the secret into it, readable for the user that Tokenward runs as.",
          "line": 14,
          "message": "The secret's file /tmp/tokenward-config-R14rtM/missing.key does not exist.",
          "path": "platforms.youtube.client_secret",
        },
        {
          "code": "ERR_CONFIG_INVALID",
          "column": 3,
          "fix": "Keep one of them.",
          "line": 15,
          "message": "\`tiktok\` is there twice.",
          "path": "platforms.tiktok",
        },
      ]
    `);
  });
});
