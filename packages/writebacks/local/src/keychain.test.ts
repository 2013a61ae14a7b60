import { execFile, spawn, spawnSync, type ChildProcess } from "node:child_process";
import { mkdir, mkdtemp, readdir, readFile, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterEach, beforeEach, describe, expect, it, type TestContext } from "vitest";

const run = promisify(execFile);
const script = fileURLToPath(new URL("../fixtures/process.mjs", import.meta.url));

let home: string;
let bus: ChildProcess | undefined;
let env: Record<string, string>;

beforeEach(async () => {
  home = await realpath(await mkdtemp(join(tmpdir(), "tokenward-keychain-")));
  await mkdir(join(home, "run"), { mode: 0o700 });
  env = {
    PATH: process.env["PATH"] ?? "",
    HOME: home,
    XDG_DATA_HOME: join(home, "data"),
    XDG_RUNTIME_DIR: join(home, "run"),
    NODE_NO_WARNINGS: "1",
    TOKENWARD_IDENTITY_FILE: join(home, "identity.txt"),
  };
});

afterEach(async () => {
  if (bus !== undefined) {
    const closed = new Promise((resolve) => bus?.once("close", resolve));
    bus.stdin?.end();
    await closed;
    bus = undefined;
  }
  await rm(home, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
});

function here(command: string): boolean {
  return spawnSync(command, ["--version"]).error === undefined;
}

/** A session bus of its own. It ends with the test, and the keyring on it with it. */
async function startBus(context: TestContext): Promise<void> {
  const missing = ["dbus-run-session", "dbus-send", "gnome-keyring-daemon", "secret-tool"].filter(
    (tool) => !here(tool),
  );
  if (missing.length > 0) {
    context.skip(`needs ${missing.join(", ")} (Debian: dbus gnome-keyring libsecret-tools)`);
  }
  const child = spawn("dbus-run-session", ["--", "sh", "-c", 'echo "$DBUS_SESSION_BUS_ADDRESS"; exec cat'], {
    env,
    stdio: ["pipe", "pipe", "ignore"],
  });
  bus = child;
  for await (const line of createInterface({ input: child.stdout })) {
    env["DBUS_SESSION_BUS_ADDRESS"] = line;
    break;
  }
}

/** A real Secret Service with an unlocked keyring. */
async function startKeyring(context: TestContext): Promise<void> {
  await startBus(context);
  const daemon = spawn("gnome-keyring-daemon", ["--foreground", "--unlock", "--components=secrets"], {
    env,
    stdio: ["pipe", "ignore", "ignore"],
  });
  daemon.stdin.end("test\n");
  const owned = ["--session", "--print-reply", "--dest=org.freedesktop.DBus", "/org/freedesktop/DBus"];
  const question = [...owned, "org.freedesktop.DBus.NameHasOwner", "string:org.freedesktop.secrets"];
  for (;;) {
    const { stdout } = await run("dbus-send", question, { env });
    if (stdout.includes("true")) return;
    if (daemon.exitCode !== null) throw new Error("gnome-keyring-daemon did not start");
  }
}

async function call(operation: string, options: object = {}): Promise<Record<string, unknown>> {
  const line = ["--conditions=@tokenward/source", script, operation, JSON.stringify(options)];
  const { stdout } = await run(process.execPath, line, { env, cwd: "/" });
  return JSON.parse(stdout.trim()) as Record<string, unknown>;
}

const lockService = [
  "--session",
  "--print-reply",
  "--dest=org.freedesktop.secrets",
  "/org/freedesktop/secrets",
  "org.freedesktop.Secret.Service.Lock",
];

const folder = (): string => join(home, "data", "tokenward", "grants");

describe("the local write-back on a real Secret Service", () => {
  it("chooses the keychain by itself, says so once, and keeps grants where other programs find them", async (context) => {
    await startKeyring(context);
    expect(await call("read")).toEqual({ ok: 0, notes: [] });
    expect(await readdir(join(home, "data"))).not.toContain("tokenward");
    expect(await call("probe")).toEqual({ ok: null, notes: [] });
    const saved = await call("save");
    expect(saved).toMatchObject({ ok: null, notes: [expect.stringContaining("OS keychain")] });
    expect(await call("save")).toEqual({ ok: null, notes: [] });
    expect(await call("read")).toEqual({ ok: 2, notes: [] });

    const { service } = JSON.parse(await readFile(join(folder(), "store.json"), "utf8")) as { service: string };
    const { stdout } = await run("secret-tool", ["lookup", "service", service, "username", "tiktok"], { env });
    expect(JSON.parse(stdout)).toMatchObject({ v: 1, grant: "tiktok", generation: 2 });
    expect(await readdir(folder())).toEqual(["store.json"]);
    const probe = await run("secret-tool", ["search", "service", service, "username", "(probe)"], { env });
    expect(probe.stdout).toBe("");

    expect(await call("retire")).toMatchObject({ ok: null });
    expect(await call("read")).toMatchObject({ ok: 3 });
    expect(await call("read", { store: "file" })).toMatchObject({ code: "ERR_WRITEBACK_STORE_CHANGED" });
  });

  it("takes a locked keychain for locked, not for empty, and does not switch to files", async (context) => {
    await startKeyring(context);
    expect(await call("save")).toMatchObject({ ok: null });
    await run("dbus-send", [...lockService, "array:objpath:/org/freedesktop/secrets/collection/login"], { env });
    for (const operation of ["read", "probe", "save"]) {
      expect(await call(operation)).toMatchObject({ code: "ERR_WRITEBACK_KEYCHAIN" });
    }
    expect(await readdir(folder())).toEqual(["store.json"]);
  });

  it("takes another, empty keychain for what it is", async (context) => {
    await startKeyring(context);
    expect(await call("save")).toMatchObject({ ok: null });
    const { service } = JSON.parse(await readFile(join(folder(), "store.json"), "utf8")) as { service: string };
    await run("secret-tool", ["clear", "service", service], { env });
    const read = await call("read");
    expect(read).toMatchObject({ code: "ERR_WRITEBACK_KEYCHAIN" });
    expect(read["message"]).toContain("another keychain");
  });

  it("finds a grant again whose record was lost, before anything is spent", async (context) => {
    await startKeyring(context);
    const options = { store: "keychain" };
    expect(await call("save", options)).toMatchObject({ ok: null });
    await rm(join(folder(), "store.json"));
    expect(await call("probe", options)).toMatchObject({ code: "ERR_WRITEBACK_CONFLICT" });
    expect(await call("read", options)).toMatchObject({ ok: 1 });
  });

  it("does not trust a bus on which no keyring was ever made", async (context) => {
    await startBus(context);
    expect(await call("probe", { store: "keychain" })).toMatchObject({ code: "ERR_WRITEBACK_KEYCHAIN" });
    const saved = await call("save");
    expect(saved).toMatchObject({ ok: null, notes: [expect.stringContaining("age-encrypted files")] });
    expect(await call("read")).toMatchObject({ ok: 1 });
  });
});

describe("the local write-back without a session bus, as in a container, a cron job or a CI runner", () => {
  const linuxOnly = (context: TestContext): void => {
    if (process.platform !== "linux") context.skip("needs Linux: elsewhere the keychain belongs to the system");
  };

  it("just works with files, and says once what it chose and where", async (context) => {
    linuxOnly(context);
    expect(await call("probe")).toEqual({ ok: null, notes: [] });
    const saved = await call("save");
    expect(saved).toMatchObject({ ok: null, notes: [expect.stringContaining(folder())] });
    expect(saved["notes"]).toMatchObject([expect.stringContaining("no usable OS keychain")]);
    expect(await call("save")).toEqual({ ok: null, notes: [] });
    expect(await call("read")).toEqual({ ok: 2, notes: [] });
    expect(JSON.parse(await readFile(join(folder(), "store.json"), "utf8"))).toEqual({ v: 1, store: "file" });
  });

  it("refuses an explicit keychain instead of using files, and records nothing", async (context) => {
    linuxOnly(context);
    const options = { store: "keychain" };
    expect(await call("probe", options)).toMatchObject({ code: "ERR_WRITEBACK_KEYCHAIN" });
    expect(await call("save", options)).toMatchObject({ code: "ERR_WRITEBACK_KEYCHAIN" });
    expect(await readdir(folder())).toEqual([]);
  });
});
