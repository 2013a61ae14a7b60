import { describe, expect, test } from "vitest";
import { checkConfig, loadConfig } from "./load.ts";
import { bundledPlugins, project } from "./test/project.ts";

describe("a switched-off platform", () => {
  const yaml = `platforms:
  instagram: {}
  tiktok: { enabled: false, client_key: "\${TIKTOK_KEY}", client_secret: "\${TIKTOK_SECRET}" }
  linkedin: { enabled: false, alert_before_days: 14 }
  youtube:
    client_id: yt
    accounts: { on: {}, off: { enabled: false, client_secret: "\${OFF_SECRET}" } }
`;

  test("may lack its variables and its plugin until somebody selects it", async () => {
    const folder = project({ "tokenward.config.yaml": yaml });
    const { problems, warnings } = await checkConfig({ folder, env: {}, bundled: bundledPlugins() });
    expect(problems).toEqual([]);
    expect(warnings.map(({ path, message }) => `${path}: ${message}`)).toEqual([
      "platforms.linkedin: The plugin @tokenward/refresher-linkedin is not installed.",
      "platforms.tiktok.client_key: The environment variable TIKTOK_KEY is not set.",
      "platforms.tiktok.client_secret: The environment variable TIKTOK_SECRET is not set.",
      "platforms.youtube.accounts.off.client_secret: The environment variable OFF_SECRET is not set.",
    ]);

    const configuration = await loadConfig({ folder, env: {}, bundled: bundledPlugins() });
    expect(configuration.select("all").map(({ id }) => id)).toEqual(["instagram", "youtube/on"]);
    expect(configuration.plans.map(({ id }) => id)).toEqual(["instagram", "youtube/on"]);
    expect(() => configuration.select("tiktok")).toThrow(/has 2 mistakes/);
    expect(() => configuration.select("linkedin")).toThrow(/has one mistake/);
  });

  test("is selected by its name once everything is there", async () => {
    const folder = project({ "tokenward.config.yaml": yaml });
    const env = { TIKTOK_KEY: "aw", TIKTOK_SECRET: "tiktok-secret-3" };
    const configuration = await loadConfig({ folder, env, bundled: bundledPlugins() });
    expect(configuration.select("tiktok").map(({ id, enabled }) => [id, enabled])).toEqual([["tiktok", false]]);
  });

  test("has its own mistakes reported all the same", async () => {
    const folder = project({ "tokenward.config.yaml": "platforms: { youtube: { enabled: false, refresh_at: 2 } }" });
    const { problems } = await checkConfig({ folder, env: {}, bundled: bundledPlugins() });
    expect(problems.map(({ path }) => path)).toEqual(["platforms.youtube", "platforms.youtube.refresh_at"]);
  });
});
