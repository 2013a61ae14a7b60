import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { generateX25519Identity, identityToRecipient } from "age-encryption";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { finished } from "./cli-process.ts";
import { createSandboxHome, sentinels, succeeded, type SandboxHome } from "./sandbox-home.ts";

let home: SandboxHome;
let keyFile: string;
beforeEach(async () => {
  const identity = await generateX25519Identity();
  const recipient = await identityToRecipient(identity);
  home = await createSandboxHome({ auth: `  recovery: { age_recipients: [${recipient}] }` });
  keyFile = path.join(home.folder, "..", "key.txt");
  writeFileSync(keyFile, `# public key: ${recipient}\n${identity}\n`);
  await imported("tiktok/a", "tiktok/b");
});
afterEach(async () => await home.close());

async function imported(...names: readonly string[]): Promise<void> {
  for (const name of names) succeeded(await home.run(["auth", "import", name], { input: home.tokenJson(name) }));
}

interface Unsaved {
  readonly stdout: string;
  readonly stderr: string;
}

/** A run whose store goes away between the probe and the save, and is back afterwards. */
async function unsaved(selection: string, grants = 1, json: readonly string[] = []): Promise<Unsaved> {
  const { control } = home.sandbox;
  const barrier = await control.barrier({ match: { platform: "tiktok" }, at: "after" });
  const running = finished(home.start(["auth", "refresh", selection, ...json]));
  await control.held(barrier, grants);
  renameSync(home.storeFolder, `${home.storeFolder}.away`);
  writeFileSync(home.storeFolder, "no folder\n");
  await control.release(barrier);
  const { exitCode, stdout, stderr } = await running;
  rmSync(home.storeFolder);
  renameSync(`${home.storeFolder}.away`, home.storeFolder);
  expect(exitCode, stdout + stderr).toBe(1);
  return { stdout, stderr };
}

interface Status {
  readonly platform: string;
  readonly account: string | null;
  readonly action: string;
  readonly alert: boolean;
  readonly code: string | null;
  readonly detail: string;
}

function statuses(stdout: string): readonly Status[] {
  return (JSON.parse(stdout) as { readonly statuses: readonly Status[] }).statuses;
}

const recovery = (): string => path.join(home.folder, "tokenward-recovery");
const capsuleFiles = (): readonly string[] => readdirSync(recovery()).map((name) => path.join(recovery(), name));
const recover = ["auth", "recover", "--capsule"];
/** Another machine that reaches the same store: nothing of the first one's state is there. */
const elsewhere = (): Readonly<Record<string, string>> => ({
  TOKENWARD_STATE_DIR: path.join(home.folder, "..", "elsewhere"),
});

describe("a recovery capsule", () => {
  it("is left in a file of this user's and in the log, with the command that delivers it", async () => {
    const { stdout, stderr } = await unsaved("tiktok/a");
    const [file = ""] = capsuleFiles();
    expect(path.basename(file)).toMatch(/^tiktok_a\.generation-2\.[0-9a-f]{8}\.age$/);
    if (process.platform !== "win32") expect(statSync(file).mode & 0o777).toBe(0o600);
    const command = `tokenward auth recover --capsule ${JSON.stringify(file)} --identity KEY_FILE`;
    expect(stderr.split("\n")).toContain(`  ${command}`);
    expect(stderr).toContain(readFileSync(file, "utf8").trim());
    // In a table of 80 columns a long path is broken; what is left of it is still the whole command.
    expect(stdout.replaceAll(/\s+/g, "")).toContain(command.replaceAll(" ", ""));
    expect(stdout).not.toContain("BEGIN AGE");
    for (const sentinel of sentinels(home)) expect(stdout + stderr).not.toContain(sentinel);
    // Plain age opens it, whatever becomes of Tokenward.
    const opened = spawnSync("age", ["--decrypt", "--identity", keyFile, file], { encoding: "utf8" });
    if (opened.error === undefined) {
      const current = await home.sandbox.control.currentRefreshToken(home.consents["tiktok/a"]?.grantId ?? "");
      expect(opened.stdout).toContain(current);
    }
  });

  it("is on stderr also where stdout is one JSON document", async () => {
    const { stdout, stderr } = await unsaved("tiktok/a", 1, ["--json"]);
    expect(statuses(stdout)).toMatchObject([{ action: "failed", code: "ERR_WRITEBACK_SAVE_FAILED" }]);
    expect(stderr).toContain("-----END AGE ENCRYPTED FILE-----");
  });

  it("is delivered once from its file, and is too old once a later token is stored", async () => {
    await unsaved("tiktok/a");
    const [file = ""] = capsuleFiles();
    const env = elsewhere();
    const args = [...recover, file, "--identity", keyFile, "--json"];
    const first = succeeded(await home.run(args, { env }));
    expect(statuses(first.stdout)).toMatchObject([{ account: "a", action: "healthy", alert: false, code: null }]);
    const second = succeeded(await home.run(args, { env }));
    expect(statuses(second.stdout)).toMatchObject([{ action: "skipped", alert: false, code: null }]);
    expect(statuses(second.stdout)[0]?.detail).toContain("Already delivered");

    // The machine that made it closes its own journal, and goes on from there.
    succeeded(await home.run(["auth", "refresh", "tiktok/a"]));
    const late = await home.run(args, { env });
    expect(late.exitCode).toBe(1);
    expect(statuses(late.stdout)).toMatchObject([{ action: "failed", alert: true, code: "ERR_AUTH_CAPSULE_OLDER" }]);
    expect(await home.sandbox.control.counts()).toMatchObject({ requests: 2, rotations: 2, replays: 0 });
  });

  it("is delivered from a job's log with times and colours, by hand or through a pipe, for each grant in it", async () => {
    const { stderr } = await unsaved("tiktok", 2);
    const log = stderr
      .split("\n")
      .map((line) => `2026-11-23T03:04:05.6789012Z \u001B[36;1m${line}\u001B[0m`)
      .join("\r\n");
    const file = path.join(home.folder, "job.log");
    writeFileSync(file, `##[group]Run tokenward\r\n${log}\r\n##[endgroup]\r\n`);
    const one = succeeded(await home.run([...recover, "-", "--identity", keyFile, "--json"], { input: log }));
    const delivered = statuses(one.stdout).map(({ account, action }) => `${String(account)}: ${action}`);
    expect(delivered.toSorted()).toEqual(["a: healthy", "b: healthy"]);
    const { stdout } = succeeded(await home.run([...recover, file, "--identity", keyFile]));
    expect(stdout).toContain("2 grants: 2 skipped. Nothing needs a human.");
    succeeded(await home.run(["auth", "refresh", "tiktok"]));
    expect(await home.sandbox.control.counts()).toMatchObject({ rotations: 4, replays: 0, revocations: 0 });
  });

  it("is delivered for the grant that was named, and only where the configuration knows the grant", async () => {
    const { stderr } = await unsaved("tiktok", 2);
    const { stdout } = succeeded(
      await home.run(["auth", "recover", "tiktok/b", "--capsule", "-", "--identity", keyFile, "--json"], {
        input: stderr,
      }),
    );
    expect(statuses(stdout)).toMatchObject([{ account: "b", action: "healthy" }]);

    const crm = await home.run(["auth", "recover", "crm", "--capsule", "-", "--identity", keyFile], { input: stderr });
    expect({ exitCode: crm.exitCode, stdout: crm.stdout }).toEqual({ exitCode: 2, stdout: "" });
    expect(crm.stderr).toContain("What standard input holds is for tiktok/a, tiktok/b, not for crm.");

    const text = readFileSync(path.join(home.folder, "tokenward.config.yaml"), "utf8");
    home.writeConfig(text.replace("accounts: { a: {}, b: {} }", "accounts: { b: {} }"), "other.yaml");
    const args = [...recover, "-", "--identity", keyFile, "--config", "other.yaml", "--json"];
    const partly = await home.run(args, { input: stderr });
    expect(partly.exitCode).toBe(1);
    expect(statuses(partly.stdout)).toMatchObject([
      { account: "a", action: "failed", alert: true, code: "ERR_CONFIG_GRANT_UNKNOWN" },
      { account: "b", action: "skipped" },
    ]);
  });

  it("is refused where the configuration keeps its grant in another place", async () => {
    await unsaved("tiktok/a");
    const text = readFileSync(path.join(home.folder, "tokenward.config.yaml"), "utf8");
    home.writeConfig(text.replace("path: ./store", "path: ./other"), "other.yaml");
    const args = [...recover, capsuleFiles()[0] ?? "", "--identity", keyFile, "--config", "other.yaml", "--json"];
    const { exitCode, stdout } = await home.run(args);
    expect(exitCode).toBe(2);
    expect(statuses(stdout)).toMatchObject([{ action: "failed", code: "ERR_AUTH_CAPSULE_TARGET" }]);
  });

  it("that cannot be opened is an error that says why, and changes nothing", async () => {
    const { stderr } = await unsaved("tiktok/a");
    const [file = ""] = capsuleFiles();
    const damaged = path.join(home.folder, "damaged.age");
    writeFileSync(damaged, readFileSync(file, "utf8").split("\n").toSpliced(5, 2).join("\n"));
    const notKey = path.join(home.folder, "not-a-key.txt");
    writeFileSync(notKey, "AGE-SECRET-KEY-1NOTAKEY-SENTINEL\n");
    const cut = stderr.slice(0, stderr.indexOf("-----END AGE"));
    const attempts: readonly (readonly [args: readonly string[], code: string, input?: string])[] = [
      [[file], "ERR_AUTH_CAPSULE_IDENTITY"],
      [[damaged, "--identity", keyFile], "ERR_AUTH_CAPSULE_UNREADABLE"],
      [["-", "--identity", keyFile], "ERR_AUTH_CAPSULE_UNREADABLE", cut.slice(0, -200)],
      [["-", "--identity", keyFile], "ERR_AUTH_CAPSULE_UNREADABLE", ""],
      [["nowhere.age", "--identity", keyFile], "ERR_AUTH_CAPSULE_UNREADABLE"],
      [[".", "--identity", keyFile], "ERR_AUTH_CAPSULE_UNREADABLE"],
      [[file, "--identity", "AGE-SECRET-KEY-1SENTINELSENTINEL"], "ERR_CONFIG_USAGE"],
      [[file, "--identity", "nowhere.txt"], "ERR_STATE_IDENTITY_INVALID"],
      [[file, "--identity", notKey], "ERR_STATE_IDENTITY_INVALID"],
    ];
    for (const [args, code, input] of attempts) {
      const { exitCode, stdout } = await home.run([...recover, ...args, "--json"], { input });
      expect(exitCode, args.join(" ")).toBe(2);
      const { error } = JSON.parse(stdout) as { readonly error: Readonly<Record<string, string>> };
      expect(Object.keys(error), stdout).toEqual(["code", "message", "fix"]);
      expect(error["code"], args.join(" ")).toBe(code);
      expect(stdout).not.toContain("SENTINEL");
    }
    succeeded(await home.run([...recover, file, "--identity", keyFile]));
  });

  it("is never replaced by another one, and is made again only for another token", async () => {
    await unsaved("tiktok/a");
    const [file = ""] = capsuleFiles();
    const before = readFileSync(file, "utf8");
    await unsaved("tiktok/b");
    expect(capsuleFiles()).toHaveLength(2);
    expect(readFileSync(file, "utf8")).toBe(before);
  });
});
