import { existsSync } from "node:fs";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createCliHome, type CliHome } from "./cli-process.ts";

let home: CliHome;
beforeEach(() => {
  home = createCliHome();
});
afterEach(() => home.remove());

const sound = 'platforms:\n  tiktok: { client_key: key, client_secret: "${TIKTOK_CLIENT_SECRET}" }\n';
const env = { TIKTOK_CLIENT_SECRET: "sentinel-client-secret" };
const broken = `platforms:
  TikTok: {}
  tiktok: { client_key: key, client_secret: sentinel-client-secret }
  youtube: { client_id: "\${NOT_SET}", client_sceret: "\${ALSO_NOT_SET}" }
autth: {}
`;

describe("config check", () => {
  it("says that all is well, and creates nothing", async () => {
    home.writeConfig(sound);
    const { exitCode, stdout, stderr } = await home.run(["config", "check"], { env });
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
    expect(stdout).toContain("tokenward.config.yaml: no mistakes.");
    expect(existsSync(home.stateFolder)).toBe(false);
  });

  it("lists every mistake on a line of its own, with its place", async () => {
    home.writeConfig(broken);
    const { exitCode, stdout, stderr } = await home.run(["config", "check"]);
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: "" });
    const mistakes = stderr.split("\n").filter((line) => /^ {2}tokenward\.config\.yaml:\d+:\d+ /.test(line));
    expect(mistakes.length).toBeGreaterThanOrEqual(5);
    expect(stderr).toContain(`has ${mistakes.length} mistakes`);
    expect(stderr).not.toContain("sentinel-client-secret");
  });

  it("is data where JSON is wanted", async () => {
    home.writeConfig(sound);
    const checked = await home.run(["config", "check", "--json"], { env });
    expect(JSON.parse(checked.stdout)).toMatchObject({ valid: true, warnings: [] });

    home.writeConfig(broken);
    const { exitCode, stdout, stderr } = await home.run(["config", "check", "--json"]);
    expect({ exitCode, stderr }).toEqual({ exitCode: 2, stderr: "" });
    const { error } = JSON.parse(stdout) as { error: { code: string; problems: Record<string, unknown>[] } };
    expect(error.code).toBe("ERR_CONFIG_INVALID");
    expect(error.problems.length).toBeGreaterThanOrEqual(5);
    for (const problem of error.problems) {
      expect(Object.keys(problem)).toEqual(["path", "line", "column", "message", "fix", "code"]);
    }
  });
});

describe("a configuration", () => {
  it("that is missing is named by every command", async () => {
    for (const args of [
      ["auth", "refresh"],
      ["auth", "status"],
      ["config", "check"],
      ["auth", "tiktok"],
    ]) {
      const { exitCode, stderr } = await home.run(args);
      expect(exitCode).toBe(2);
      expect(stderr).toMatch(/^ERR_CONFIG_NOT_FOUND: /);
    }
  });

  it("with mistakes stops every command before anything happens", async () => {
    home.writeConfig(broken);
    const { exitCode, stdout } = await home.run(["auth", "refresh", "all", "--json"]);
    expect(exitCode).toBe(2);
    expect(JSON.parse(stdout)).toMatchObject({ error: { code: "ERR_CONFIG_INVALID" } });
    expect(existsSync(home.stateFolder)).toBe(false);
  });

  it("is taken from --config, wherever that option stands", async () => {
    const file = home.writeConfig(sound, "elsewhere.yaml");
    for (const args of [
      ["--config", file, "config", "check"],
      ["config", "check", "--config", file],
    ]) {
      expect(await home.run(args, { env })).toMatchObject({ exitCode: 0 });
    }
    const { exitCode, stderr } = await home.run(["config", "check", "--config", "nowhere.yaml"]);
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(/^ERR_CONFIG_UNREADABLE: /);
  });

  it("knows its grants, and what a wrong name nearly is", async () => {
    home.writeConfig(sound);
    const { exitCode, stdout } = await home.run(["auth", "refresh", "tikto", "--json"], { env });
    expect(exitCode).toBe(2);
    expect(JSON.parse(stdout)).toMatchObject({
      error: { code: "ERR_CONFIG_GRANT_UNKNOWN", message: "`tikto` is not configured. Did you mean `tiktok`?" },
    });
  });
});

describe("plugins list", () => {
  it("lists what is on board, without a configuration", async () => {
    const { exitCode, stdout, stderr } = await home.run(["plugins", "list"]);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
    for (const name of [
      "refresher-oauth2",
      "refresher-tiktok",
      "refresher-youtube",
      "state-local",
      "writeback-local",
    ]) {
      expect(stdout).toMatch(new RegExp(`@tokenward/${name} +\\d+\\.\\d+\\.\\d+ +bundled +no`));
    }
  });

  it("says which of them a configuration uses", async () => {
    home.writeConfig(sound);
    const { stdout } = await home.run(["plugins", "list", "--json"], { env });
    const { plugins } = JSON.parse(stdout) as { plugins: { package: string; used: boolean }[] };
    const used = plugins.filter((plugin) => plugin.used).map((plugin) => plugin.package);
    expect(used).toEqual(["@tokenward/refresher-tiktok", "@tokenward/state-local", "@tokenward/writeback-local"]);
  });
});

describe("a plugin beside the configuration", () => {
  it("is loaded from there, and may await at its top", async () => {
    home.writeConfig(
      `const about = await Promise.resolve({ kind: "refresher", pluginName: "mine", apiVersion: 1, secretOptions: [] });
const options = { "~standard": { version: 1, vendor: "mine", validate: (value) => ({ value }) } };
const traits = { rotation: "never", reuse: "retry-safe" };
const assess = () => ({ verdict: "healthy", reason: "It always is." });
const create = () => ({ platform: "mine", traits, consent: "Ask Alice.", assess });
export default Object.assign(create, { ...about, options, create });
`,
      "mine.mjs",
    );
    home.writeConfig("platforms:\n  mine: { refresher: ./mine.mjs }\n");
    expect(await home.run(["auth", "mine"])).toMatchObject({
      exitCode: 1,
      stdout: expect.stringContaining("1. Ask Alice.\n"),
    });
    const { stdout } = await home.run(["plugins", "list"]);
    expect(stdout).toMatch(/\.\/mine\.mjs +- +beside the configuration +yes/);
  });
});

describe("auth <grant>", () => {
  it("says where to consent and how to hand the token over, and that a human is needed", async () => {
    home.writeConfig(sound);
    const { exitCode, stdout } = await home.run(["auth", "tiktok"], { env });
    expect(exitCode).toBe(1);
    expect(stdout).toContain("tokenward auth import tiktok < token.json");
    const asJson = await home.run(["auth", "tiktok", "--json"], { env });
    expect(asJson.exitCode).toBe(1);
    expect(JSON.parse(asJson.stdout)).toMatchObject({
      grant: "tiktok",
      import: "tokenward auth import tiktok < token.json",
    });
  });

  it("names the configuration in the import line where it was named", async () => {
    const file = home.writeConfig(sound, "elsewhere.yaml");
    const { stdout } = await home.run(["auth", "tiktok", "--config", file], { env });
    expect(stdout).toContain(`tokenward auth import tiktok --config "${file}" < token.json`);
  });
});
