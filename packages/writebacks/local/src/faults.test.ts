import { execFile, spawn, spawnSync } from "node:child_process";
import {
  chmod,
  chown,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  realpath,
  rm,
  statfs,
  utimes,
  writeFile,
} from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterEach, beforeEach, describe, expect, it, type TestContext } from "vitest";

const run = promisify(execFile);
const script = fileURLToPath(new URL("../fixtures/process.mjs", import.meta.url));
const root = process.getuid?.() === 0;
const nobody = 65_534;

interface Result {
  readonly ok?: unknown;
  readonly saved?: number;
  readonly code?: string;
  readonly message?: string;
  readonly fix?: string;
  readonly notes?: readonly string[];
}

interface How {
  readonly uid?: number;
  readonly folder?: string;
  /** A command that the process is started through, such as one that sets a limit. */
  readonly through?: readonly string[];
}

let home: string;
const mounted: string[] = [];

beforeEach(async () => {
  home = await realpath(await mkdtemp(join(tmpdir(), "tokenward-faults-")));
  // Another user has to get through to what is its own below.
  await chmod(home, 0o755);
});

afterEach(async () => {
  for (const place of mounted.splice(0)) spawnSync("umount", ["-l", place]);
  await rm(home, { recursive: true, force: true });
});

const folder = (): string => join(home, "grants");

function commandLine(operation: string, { folder: path = folder(), through = [] }: How): readonly string[] {
  const options = JSON.stringify({ store: "file", path });
  return [...through, process.execPath, "--conditions=@tokenward/source", script, operation, options];
}

function environment(uid: number | undefined): Record<string, string> {
  const of = uid === undefined ? "own" : "other";
  return {
    PATH: process.env["PATH"] ?? "",
    HOME: home,
    TMPDIR: home,
    NODE_NO_WARNINGS: "1",
    // One key for both users, but a file for each that only its user may read.
    TOKENWARD_IDENTITY_FILE: join(home, of, "identity.txt"),
  };
}

async function call(operation: string, how: How = {}): Promise<Result> {
  const [command = "", ...rest] = commandLine(operation, how);
  const credentials = how.uid === undefined ? {} : { uid: how.uid, gid: how.uid };
  const { stdout } = await run(command, rest, { env: environment(how.uid), cwd: "/", ...credentials });
  return JSON.parse(stdout.trim()) as Result;
}

async function giveIdentityTo(uid: number): Promise<void> {
  await mkdir(join(home, "other"), { mode: 0o700 });
  const path = join(home, "other", "identity.txt");
  await writeFile(path, await readFile(join(home, "own", "identity.txt")), { mode: 0o600 });
  await chown(path, uid, uid);
  await chown(join(home, "other"), uid, uid);
}

async function asNobody(context: TestContext): Promise<void> {
  if (!root) context.skip("needs root, to start a process as another user");
  const { status } = spawnSync(process.execPath, ["-e", `require("fs").readFileSync(${JSON.stringify(script)})`], {
    uid: nobody,
    gid: nobody,
    env: {},
  });
  if (status !== 0) context.skip("needs a checkout and a Node that every user may read");
  expect(await call("save")).toMatchObject({ ok: null });
  await giveIdentityTo(nobody);
}

/** A file system of its own, gone after the test. */
async function mountSmall(context: TestContext, size: string): Promise<string> {
  if (!root || process.platform !== "linux") context.skip("needs root on Linux, to mount a small tmpfs");
  const place = join(home, "small");
  await mkdir(place);
  if (spawnSync("mount", ["-t", "tmpfs", "-o", `size=${size},mode=755`, "tmpfs", place]).status !== 0) {
    context.skip("needs the right to mount a tmpfs");
  }
  mounted.push(place);
  return place;
}

describe("a process that is killed while it saves", () => {
  it("leaves the old grant or the new one, never neither", async () => {
    const runs = Number(process.env["KILL_RUNS"] ?? 15);
    let stored = 0;
    for (let run = 0; run < runs; run++) {
      const [command = "", ...rest] = commandLine("saves", {});
      const child = spawn(command, rest, { env: environment(undefined), stdio: ["ignore", "pipe", "inherit"] });
      const closed = new Promise((resolve) => child.once("close", resolve));
      let saved = stored;
      let seen = 0;
      const enough = 1 + (run % 5);
      for await (const line of createInterface({ input: child.stdout })) {
        ({ saved = saved } = JSON.parse(line) as Result);
        seen++;
        // At no particular moment of the next save.
        if (seen === enough) setTimeout(() => child.kill("SIGKILL"), Math.random() * 6);
      }
      await closed;
      const { ok } = await call("read");
      expect(ok).toBeGreaterThanOrEqual(saved);
      expect(ok).toBeLessThanOrEqual(saved + 1);
      stored = Number(ok);
    }
    // A draft that is young might still be somebody's.
    const anHourAgo = new Date(Date.now() - 3_600_000);
    const drafts = (await readdir(folder())).filter((name) => name.endsWith(".new"));
    for (const name of drafts) await utimes(join(folder(), name), anHourAgo, anHourAgo);
    expect(await call("save")).toMatchObject({ ok: null });
    expect((await readdir(folder())).toSorted()).toEqual(["store.json", "tiktok.age"]);
  }, 120_000);
});

describe("another user", () => {
  it("is told whose folder it may not write to, and what it may not read", async (context) => {
    await asNobody(context);
    const reading = await call("read", { uid: nobody });
    expect(reading).toMatchObject({ code: "ERR_WRITEBACK_UNREADABLE" });
    expect(reading.message).toContain("may not read");

    await chmod(folder(), 0o755);
    await chmod(join(folder(), "store.json"), 0o644);
    await chmod(join(folder(), "tiktok.age"), 0o644);
    expect(await call("read", { uid: nobody })).toMatchObject({ ok: 1 });
    const probe = await call("probe", { uid: nobody });
    expect(probe).toMatchObject({ code: "ERR_WRITEBACK_UNWRITABLE" });
    expect(probe.message).toContain(`may not write to ${folder()}`);
    expect(probe.fix).toContain("write access");
    const save = await call("save", { uid: nobody });
    expect(save).toMatchObject({ code: "ERR_WRITEBACK_SAVE_FAILED" });
    expect(await call("read")).toMatchObject({ ok: 1 });
  });

  it("is told that it may not replace another's file in a shared folder", async (context) => {
    await asNobody(context);
    await chmod(folder(), 0o1777);
    await chmod(join(folder(), "store.json"), 0o644);
    await chmod(join(folder(), "tiktok.age"), 0o644);
    expect(await call("probe", { uid: nobody })).toMatchObject({ code: "ERR_WRITEBACK_UNWRITABLE" });
    expect(await call("save", { uid: nobody })).toMatchObject({ code: "ERR_WRITEBACK_SAVE_FAILED" });
    expect((await readdir(folder())).toSorted()).toEqual(["store.json", "tiktok.age"]);
  });

  it("works in a folder of its own", async (context) => {
    await asNobody(context);
    const own = join(home, "of-nobody");
    await mkdir(own, { mode: 0o700 });
    await chown(own, nobody, nobody);
    const how = { uid: nobody, folder: join(own, "deep", "grants") };
    expect(await call("probe", how)).toMatchObject({ ok: null });
    expect(await call("save", how)).toMatchObject({ ok: null });
    expect(await call("read", how)).toMatchObject({ ok: 1 });
  });
});

describe("a disk that refuses", () => {
  it("is called full before a token is spent, and keeps the old grant when it fills up later", async (context) => {
    const small = await mountSmall(context, "256k");
    const how = { folder: join(small, "grants") };
    expect(await call("save", how)).toMatchObject({ ok: null });
    const { bavail, bsize } = await statfs(small);
    await writeFile(join(small, "filler"), Buffer.alloc(bavail * bsize));
    const probe = await call("probe", how);
    expect(probe).toMatchObject({ code: "ERR_WRITEBACK_UNWRITABLE" });
    expect(probe.message).toContain("is full");
    expect(probe.fix).toContain("df -h");
    expect(await call("save", how)).toMatchObject({ code: "ERR_WRITEBACK_SAVE_FAILED" });
    expect(await call("read", how)).toMatchObject({ ok: 1 });
    // What did not fit was not left behind to take the last room.
    expect((await readdir(how.folder)).toSorted()).toEqual(["store.json", "tiktok.age"]);
    await rm(join(small, "filler"));
    expect(await call("probe", how)).toMatchObject({ ok: null });
  });

  it("is called read-only", async (context) => {
    const small = await mountSmall(context, "1m");
    const how = { folder: join(small, "grants") };
    expect(await call("save", how)).toMatchObject({ ok: null });
    expect(spawnSync("mount", ["-o", "remount,ro", small]).status).toBe(0);
    const probe = await call("probe", how);
    expect(probe).toMatchObject({ code: "ERR_WRITEBACK_UNWRITABLE" });
    expect(probe.message).toContain("read-only");
    expect(await call("read", how)).toMatchObject({ ok: 1 });
  });

  it("is asked for as much room as the grant may need: a file-size limit shows", async (context) => {
    if (spawnSync("prlimit", ["--version"]).status !== 0) context.skip("needs prlimit (Debian: util-linux)");
    expect(await call("save")).toMatchObject({ ok: null });
    const through = ["prlimit", "--fsize=3000"];
    const probe = await call("probe", { through });
    expect(probe).toMatchObject({ code: "ERR_WRITEBACK_UNWRITABLE" });
    expect(probe.fix).toContain("ulimit -f");
    expect(await call("save", { through: ["prlimit", "--fsize=1000"] })).toMatchObject({
      code: "ERR_WRITEBACK_SAVE_FAILED",
    });
    expect(await call("read")).toMatchObject({ ok: 1 });
    expect((await readdir(folder())).toSorted()).toEqual(["store.json", "tiktok.age"]);
  });

  it("is not trusted where the grant's file is marked immutable", async (context) => {
    expect(await call("save")).toMatchObject({ ok: null });
    const path = join(folder(), "tiktok.age");
    if (!root || spawnSync("chattr", ["+i", path]).status !== 0) {
      context.skip("needs root and a file system with immutable marks (chattr +i)");
    }
    try {
      expect(await call("probe")).toMatchObject({ code: "ERR_WRITEBACK_UNWRITABLE" });
      expect(await call("save")).toMatchObject({ code: "ERR_WRITEBACK_SAVE_FAILED" });
      expect(await call("read")).toMatchObject({ ok: 1 });
    } finally {
      spawnSync("chattr", ["-i", path]);
    }
  });
});
