import path from "node:path";
import { describe, expect, test } from "vitest";
import { loadConfig, checkConfig } from "./load.ts";
import { bundledPlugins, project, type Created } from "./test/project.ts";

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
      recoveryRecipients: ["age1qqqq"],
      alerts: {
        routes: { warn: ["webhook"], page: ["pagerduty"] },
        grants: ["instagram", "tiktok", "youtube", "acme-crm/north"],
        writeBacks: ["gitlab", "local of tiktok"],
      },
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

describe("warnings", () => {
  test("are noted, and stop nothing", async () => {
    const notes: string[] = [];
    const yaml = `auth:
  writeback: { backend: local, gitlab: { project: "42" } }
  alerts: { backend: webhook, webhook: { url: "https://hooks.example/services/T0/B0" } }
router: { credentials_file: ./locations.json }
platforms: { instagram: {} }
`;
    const folder = project({ "tokenward.config.yaml": yaml, "tokenward.config.json": "{}" });
    const note = (line: string): void => void notes.push(line.replaceAll(`${folder}${path.sep}`, ""));
    const configuration = await loadConfig({ folder, env: {}, bundled: bundledPlugins(), note });
    expect(configuration.notifiers).toHaveLength(1);
    expect(notes).toEqual([
      "tokenward.config.yaml:1:1 tokenward.config.json lies beside this file and is not read. Remove one of the two.",
      "tokenward.config.yaml:2:32 auth.writeback.gitlab: `gitlab` is not in use: `backend` does not name it. Remove it, or name it as the backend; for `tokenward auth move` it may stay.",
      'tokenward.config.yaml:3:42 auth.alerts.webhook.url: The address stands in the file; whoever knows it can use it. Better write "${WEBHOOK_URL}" and set that variable.',
      "tokenward.config.yaml:4:1 router: `router` is not checked or used: it belongs to @tokenward/router, which is not installed. Leave it if that package will read it; else remove it.",
    ]);
  });
});
