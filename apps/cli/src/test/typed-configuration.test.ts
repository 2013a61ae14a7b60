import { spawn } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, realpathSync, symlinkSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { finished } from "./cli-process.ts";
import { createSandboxHome, sentinels, succeeded, type SandboxHome } from "./sandbox-home.ts";

// The built CLI, and beside the configuration the built packages: two copies of core in one process.
const installed = fileURLToPath(new URL("../../node_modules/@tokenward/", import.meta.url));
const packages = ["config", "core", "refresher-tiktok", "refresher-youtube", "writeback-local"];

let home: SandboxHome;
beforeEach(async () => {
  home = await createSandboxHome();
  const scope = path.join(home.folder, "node_modules", "@tokenward");
  mkdirSync(scope, { recursive: true });
  for (const name of packages) {
    const target = realpathSync(path.join(installed, name));
    if (!existsSync(path.join(target, "dist")))
      throw new Error(`${target} is not built (npm test does, or: turbo run build)`);
    symlinkSync(target, path.join(scope, name), "junction");
  }
});
afterEach(async () => await home.close());

function typed(extra = ""): string {
  const tiktok = home.consents["tiktok/a"]?.tokenUrl;
  return home.writeConfig(
    `import { defineConfig, env } from "@tokenward/config";
import { tiktok } from "@tokenward/refresher-tiktok";
import { youtube } from "@tokenward/refresher-youtube";
import { local } from "@tokenward/writeback-local";

export default defineConfig({
  auth: { writeback: local({ store: "file", path: "./store" }) },
  platforms: {
    tiktok: {
      refresher: tiktok({ token_url: ${JSON.stringify(tiktok)} }),
      client_key: "key",
      client_secret: env("TIKTOK_CLIENT_SECRET"),
      accounts: { a: {}, b: {} },
    },
    youtube: {
      refresher: youtube({ token_url: ${JSON.stringify(home.consents["youtube"]?.tokenUrl)} }),
      client_id: ${JSON.stringify(home.consents["youtube"]?.clientId)},
      client_secret: "\${YOUTUBE_CLIENT_SECRET}",
    },${extra}
  },
});
`,
    "typed.config.ts",
  );
}

describe("a configuration in TypeScript", () => {
  it("is checked, imported into, refreshed by and listed, with plugins of another copy of core", async () => {
    const config = ["--config", typed()];
    expect(succeeded(await home.run(["config", "check", ...config])).stdout).toContain("no mistakes");
    for (const grant of ["tiktok/a", "tiktok/b", "youtube"]) {
      succeeded(await home.run(["auth", "import", grant, ...config], { input: home.tokenJson(grant) }));
    }
    const refreshed = succeeded(await home.run(["auth", "refresh", "all", "--json", ...config]));
    const { statuses } = JSON.parse(refreshed.stdout) as { statuses: { platform: string; action: string }[] };
    expect(statuses.map(({ action }) => action)).toEqual(["rotated", "rotated", "healthy"]);
    expect(await home.sandbox.control.counts()).toMatchObject({ rotations: 2, replays: 0, revocations: 0 });
    expect(existsSync(home.storeFolder)).toBe(true);

    const { plugins } = JSON.parse(succeeded(await home.run(["plugins", "list", "--json", ...config])).stdout) as {
      plugins: { package: string; origin: string; used: boolean }[];
    };
    expect(plugins).toContainEqual(
      expect.objectContaining({ package: "@tokenward/refresher-tiktok", origin: "in the configuration", used: true }),
    );
    expect(plugins).toContainEqual(
      expect.objectContaining({ package: "@tokenward/state-local", origin: "bundled", used: true }),
    );
  });

  it("shows no secret, whichever copy it went through", async () => {
    const config = ["--config", typed()];
    succeeded(await home.run(["auth", "import", "tiktok/a", ...config], { input: home.tokenJson("tiktok/a") }));
    const failed = await home.run(["auth", "refresh", "tiktok/a", "--json", ...config], {
      env: { TIKTOK_CLIENT_SECRET: "sentinel-wrong-secret" },
    });
    for (const secret of [...sentinels(home), "sentinel-wrong-secret"]) {
      expect(failed.stdout + failed.stderr).not.toContain(secret);
    }
  });

  it("with mistakes has all of them listed, by file and path, and null where YAML has a line", async () => {
    const config = ["--config", typed(`\n    crm: { client_sceret: env("X"), client_secret: "literal" },`)];
    const { exitCode, stdout } = await home.run(["config", "check", "--json", ...config]);
    expect(exitCode).toBe(2);
    const { error } = JSON.parse(stdout) as { error: { problems: Record<string, unknown>[] } };
    expect(error.problems).toContainEqual(
      expect.objectContaining({ path: "platforms.crm.client_secret", line: null, column: null }),
    );
    const { stderr } = await home.run(["config", "check", ...config]);
    expect(stderr).toContain("typed.config.ts: platforms.crm.client_secret: A secret stands in the file itself.");
  });

  it("that throws is one sentence and a fix", async () => {
    const file = home.writeConfig("const secret = 1;\nthrow new Error('boom');\n", "typed.config.ts");
    const { exitCode, stderr, stdout } = await home.run(["auth", "status", "--config", file]);
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: "" });
    expect(stderr).toContain("typed.config.ts:2 failed while it ran: boom.");
    expect(stderr.trim().split("\n")).toHaveLength(2);
  });
});

describe("--env-file", () => {
  it("counts for references, seeds and everything else; what is set already wins", async () => {
    const seed = home.consents["tiktok/a"];
    writeFileSync(
      path.join(home.folder, ".env"),
      `TIKTOK_CLIENT_SECRET="${String(seed?.clientSecret)}"\nYOUTUBE_CLIENT_SECRET=wrong\nTIKTOK_A_REFRESH_TOKEN=${String(seed?.refreshToken)}\n`,
    );
    const bare = { TIKTOK_CLIENT_SECRET: undefined };
    const config = ["--config", typed()];
    const without = await home.run(["config", "check", ...config], { env: bare });
    expect(without.stderr).toContain("TIKTOK_CLIENT_SECRET is not set");
    const run = [...config, "--env-file", ".env"];
    succeeded(await home.run(["config", "check", ...run], { env: bare }));
    const { stdout } = succeeded(await home.run(["auth", "refresh", "tiktok/a", "--json", ...run], { env: bare }));
    expect(JSON.parse(stdout)).toMatchObject({ statuses: [{ action: "rotated" }] });
    expect(stdout).not.toContain(seed?.refreshToken);
  });

  it.each([["none.env"], ["folder"]])("of %s is one sentence, and nothing runs", async (name) => {
    mkdirSync(path.join(home.folder, "folder"));
    const { node, bin, env } = home.process;
    // Without `--` Node looks for the file first, because it has an option of that name.
    const child = spawn(node, ["--", bin, "config", "check", "--json", "--env-file", name], { cwd: home.folder, env });
    const { exitCode, stdout } = await finished(child);
    expect(exitCode).toBe(2);
    expect(JSON.parse(stdout)).toMatchObject({ error: { code: "ERR_CONFIG_ENV_FILE" } });
  });
});

describe("config schema", () => {
  it("is what the package brings along, where there is no configuration", async () => {
    const file = fileURLToPath(new URL("../../schema.json", import.meta.url));
    const { node, bin, env } = home.process;
    const child = spawn(node, [bin, "config", "schema"], { cwd: path.parse(home.folder).root, env });
    const { exitCode, stdout } = await finished(child);
    expect(exitCode).toBe(0);
    expect(JSON.parse(stdout)).toEqual(JSON.parse(readFileSync(file, "utf8")));
  });
});
