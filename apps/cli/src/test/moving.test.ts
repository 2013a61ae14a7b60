import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createSandboxHome, sentinels, succeeded, type SandboxHome } from "./sandbox-home.ts";

// The CRM is kept in a folder of its own, and is to come to where the others are.
const everyRun = "    rotation: always\n    cadence: every-run";
const apart = `${everyRun}\n    writeback: { backend: local, local: { store: file, path: ./apart } }`;

let home: SandboxHome;
beforeEach(async () => {
  home = await createSandboxHome({ crm: apart });
  succeeded(await home.run(["auth", "import", "crm"], { input: home.tokenJson("crm") }));
});
afterEach(async () => await home.close());

interface MoveDocument {
  readonly dry_run: boolean;
  readonly alert: boolean;
  readonly statuses: readonly Readonly<Record<string, unknown>>[];
  readonly configuration: readonly Readonly<Record<string, unknown>>[];
}

const documentKeys = ["dry_run", "alert", "statuses", "configuration"];
const statusKeys = ["platform", "account", "action", "would", "from", "to", "alert", "code", "detail"];

function moved(stdout: string): MoveDocument {
  const document = JSON.parse(stdout) as MoveDocument;
  expect(Object.keys(document)).toEqual(documentKeys);
  for (const status of document.statuses) expect(Object.keys(status)).toEqual(statusKeys);
  return document;
}

/** Every file below a folder, with what is in it. */
function contents(folder: string): Readonly<Record<string, string>> {
  if (!existsSync(folder)) return {};
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return Object.fromEntries(
    files.map(({ parentPath, name }) => [name, readFileSync(path.join(parentPath, name)).toString("base64")]),
  );
}

const everything = (): readonly Readonly<Record<string, string>>[] =>
  [path.join(home.folder, "apart"), home.storeFolder, home.stateFolder].map((folder) => contents(folder));

describe("auth move", () => {
  it("brings a grant to another place, from which it goes on once the configuration says so", async () => {
    const { stdout } = succeeded(await home.run(["auth", "move", "crm", "--to", "local", "--json"]));
    const target = (name: string): string => `local:${path.join(home.folder, name)}#crm`;
    expect(moved(stdout)).toMatchObject({
      dry_run: false,
      alert: false,
      statuses: [{ platform: "crm", action: "moved", would: null, from: target("apart"), to: target("store") }],
      configuration: [
        {
          key: "platforms.crm.writeback.backend",
          value: "local",
          options: { from: "auth.writeback.local", to: "platforms.crm.writeback.local" },
        },
      ],
    });

    const old = await home.run(["auth", "refresh", "crm", "--json"]);
    expect(old.exitCode).toBe(1);
    expect(JSON.parse(old.stdout)).toMatchObject({ statuses: [{ action: "failed", code: "ERR_AUTH_RETIRED" }] });
    expect(old.stdout).toContain(target("store"));

    const again = succeeded(await home.run(["auth", "move", "crm", "--to", "local", "--json"]));
    expect(moved(again.stdout)).toMatchObject({ statuses: [{ action: "skipped", code: null }], configuration: [{}] });

    home.configure({ crm: everyRun });
    succeeded(await home.run(["auth", "refresh", "crm"]));
    expect(await home.sandbox.control.counts()).toMatchObject({ replays: 0, revocations: 0, requests: 1 });
  });

  it("tells a human what was done and which keys to change, in 80 columns and without colours", async () => {
    const { stdout, stderr } = succeeded(await home.run(["auth", "move", "crm", "--to", "local"]));
    for (const line of stdout.split("\n")) expect(line.length, line).toBeLessThanOrEqual(80);
    expect(stdout).toMatch(/^GRANT +ACTION +DETAIL\ncrm +moved +It is kept in local now/);
    expect(
      stdout.endsWith(`
Now change the configuration; until then, runs with it are refused:
  platforms.crm.writeback.backend: local
  platforms.crm.writeback.local: what stands under auth.writeback.local
`),
    ).toBe(true);
    expect(stderr).toBe("crm: moved\n");
    expect(stdout).not.toContain("\u001B");
  });

  it("changes nothing in a dry run, and says what would happen", async () => {
    const before = everything();
    const { stdout } = succeeded(await home.run(["auth", "move", "all", "--to", "local", "--dry-run", "--json"]));
    const { dry_run, statuses, configuration } = moved(stdout);
    expect(dry_run).toBe(true);
    expect(statuses.map(({ action, would }) => [action, would])).toEqual([
      ["skipped", "nothing"],
      ["skipped", "nothing"],
      ["skipped", "nothing"],
      ["skipped", "move"],
    ]);
    expect(configuration).toHaveLength(1);
    const human = succeeded(await home.run(["auth", "move", "crm", "--to", "local", "--dry-run"]));
    expect(human.stdout).toMatch(/^GRANT +ACTION +WOULD +DETAIL\ncrm +skipped +move /);
    expect(human.stdout).toContain("Afterwards, this would have to stand in the configuration:");
    expect(everything()).toEqual(before);
  });

  it("leaves a grant in doubt where it is", async () => {
    await home.sandbox.control.fault({ match: { platform: "oauth2" }, drop: "after" });
    const doubtful = await home.run(["auth", "refresh", "crm", "--json"]);
    const before = contents(path.join(home.folder, "apart"));
    const { exitCode, stdout } = await home.run(["auth", "move", "crm", "--to", "local", "--json"]);
    expect(doubtful.stdout).toContain("ERR_AUTH_IN_DOUBT");
    expect(exitCode).toBe(1);
    const { alert, statuses, configuration } = moved(stdout);
    expect({ alert, statuses, configuration }).toMatchObject({
      alert: true,
      statuses: [{ action: "failed", code: "ERR_AUTH_IN_DOUBT" }],
      configuration: [],
    });
    expect(contents(path.join(home.folder, "apart"))).toEqual(before);
    expect(contents(home.storeFolder)).toEqual({});
  });

  it("asks for no change of the configuration where nothing but what is empty could move", async () => {
    await home.close();
    home = await createSandboxHome({ crm: `${apart}\n    accounts: { full: {}, empty: {} }` });
    succeeded(await home.run(["auth", "import", "crm/full"], { input: home.tokenJson("crm") }));
    await home.sandbox.control.fault({ match: { platform: "oauth2" }, drop: "after" });
    await home.run(["auth", "refresh", "crm/full"]);
    const { exitCode, stdout } = await home.run(["auth", "move", "crm", "--to", "local", "--json"]);
    expect(exitCode).toBe(1);
    expect(moved(stdout)).toMatchObject({
      statuses: [
        { account: "full", action: "failed", code: "ERR_AUTH_IN_DOUBT" },
        { account: "empty", action: "skipped" },
      ],
      configuration: [],
    });
  });

  it("ends with 2, and as JSON where that is wanted, where nothing could be judged", async () => {
    const { exitCode, stdout } = await home.run(["auth", "move", "crm", "--to", "local", "--json"], {
      env: { CI: "true" },
    });
    expect(exitCode).toBe(2);
    expect(moved(stdout)).toMatchObject({ alert: true, statuses: [{ code: "ERR_WRITEBACK_NOT_DURABLE" }] });
  });

  it.each([
    [
      "auth move crm --to locl",
      "ERR_CONFIG_USAGE",
      "--to locl: The plugin @tokenward/writeback-locl is not installed.",
    ],
    ["auth move cmr --to local", "ERR_CONFIG_GRANT_UNKNOWN", "`cmr` is not configured. Did you mean `crm`?"],
  ])("%s: moves nothing and says why", async (line, code, message) => {
    const before = everything();
    const human = await home.run(line.split(" "));
    expect({ exitCode: human.exitCode, stdout: human.stdout }).toEqual({ exitCode: 2, stdout: "" });
    expect(human.stderr).toContain(`${code}: ${message}`);
    const { exitCode, stdout } = await home.run([...line.split(" "), "--json"]);
    expect(exitCode).toBe(2);
    const { error } = JSON.parse(stdout) as { readonly error: Readonly<Record<string, string>> };
    expect(Object.keys(error)).toEqual(["code", "message", "fix"]);
    expect(error["message"]).toContain(message);
    expect(everything()).toEqual(before);
  });

  it("prints no secret", async () => {
    await home.importAll();
    for (const args of [["--dry-run"], ["--json"], []]) {
      const { stdout, stderr } = await home.run(["auth", "move", "all", "--to", "local", ...args]);
      for (const sentinel of sentinels(home)) expect(stdout + stderr).not.toContain(sentinel);
    }
  });
});
