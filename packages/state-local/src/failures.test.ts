import { execFileSync } from "node:child_process";
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statfsSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { systemIdentity, type GrantState, type Held, type HttpAnswer } from "@tokenward/core/plugin";
import { intentOf, grantOf } from "./test/records.ts";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { localState } from "./index.ts";
import { endHolders, environmentIn, startHolder } from "./test/process.ts";
import { temporaryFolder, type TemporaryFolder } from "./test/temporary-folder.ts";
import { Writer } from "./writer.ts";

let folder: TemporaryFolder;
let env: Record<string, string>;
let database: string;
let opened: GrantState[];

beforeEach(() => {
  folder = temporaryFolder();
  env = environmentIn(folder.path);
  mkdirSync(env["TMPDIR"] ?? "");
  database = join(folder.path, "state", "state.db");
  opened = [];
});

afterEach(async () => {
  await Promise.all(opened.map(async (state) => await state.close()));
  await endHolders();
  folder.remove();
});

function open(changes: Record<string, string> = {}): GrantState {
  const state = localState({ env: { ...env, ...changes } });
  opened.push(state);
  return state;
}

const answer: HttpAnswer = {
  status: 200,
  headers: {},
  body: new Uint8Array(64),
  truncated: false,
  receivedAt: new Date(0),
};
const now = { waitAtMost: 0 };

/** A state with one grant and one open answer, closed. */
async function leaveOne(targets = 1): Promise<void> {
  const state = open();
  for (let index = 0; index < targets; index++) {
    await state.hold(
      index === 0 ? "t" : `t${index}`,
      async (held) => {
        await held.close({ last: grantOf(1) });
        await held.intent(intentOf(1));
        await held.answer(answer);
      },
      now,
    );
  }
  await state.close();
}

async function read(state: GrantState): Promise<unknown> {
  return await state.peek("t");
}

async function write(state: GrantState): Promise<unknown> {
  return await state.hold(
    "t",
    async (held: Held) => {
      await held.snapshot();
      await held.intent(intentOf(2));
    },
    now,
  );
}

function change(sql: string): void {
  const connection = new DatabaseSync(database);
  connection.exec(sql);
  connection.close();
}

describe("a damaged state", () => {
  const page = 4096;
  it.each<[string, () => void]>([
    ["emptied", () => truncateSync(database, 0)],
    ["cut in half", () => truncateSync(database, 5 * page)],
    ["overwritten at its start", () => overwrite(0, 100)],
    ["overwritten behind its first page", () => overwrite(page)],
    ["text", () => writeFileSync(database, "This is not a database.".repeat(100))],
    ["another program's database", () => replaceBySomeoneElses()],
    ["changed in a sealed record", () => change("UPDATE targets SET last = zeroblob(length(last))")],
    ["cut in a sealed record", () => change("UPDATE targets SET answer = x'01'")],
    ["changed in an open one", () => change("UPDATE targets SET intent = '{\"id\":'")],
    ["without one of its tables", () => change("DROP TABLE targets")],
  ])("is refused and left as it is: %s", async (_, damage) => {
    await leaveOne();
    damage();
    const before = readFileSync(database);
    for (const attempt of [read, write]) {
      const state = open();
      await expect(attempt(state)).rejects.toMatchObject({
        code: "ERR_STATE_CORRUPT",
        message: expect.stringContaining(database) as string,
      });
      await state.close();
    }
    expect(readFileSync(database).equals(before)).toBe(true);
  });

  it("does not pass one target's sealed grant off as another's", async () => {
    await leaveOne(2);
    change("UPDATE targets SET last = (SELECT last FROM targets WHERE target = 't1') WHERE target = 't'");
    await expect(open().peek("t")).rejects.toMatchObject({ code: "ERR_STATE_CORRUPT" });
  });

  function overwrite(from: number, to?: number): void {
    const bytes = readFileSync(database);
    bytes.fill(0x5a, from, to);
    writeFileSync(database, bytes);
  }

  function replaceBySomeoneElses(): void {
    rmSync(database);
    change("PRAGMA application_id = 7; CREATE TABLE notes (text)");
  }
});

describe("a state of a newer version", () => {
  it("is read where it has what is needed, and never written", async () => {
    await leaveOne();
    change("PRAGMA user_version = 2; ALTER TABLE targets ADD COLUMN later TEXT");
    expect((await open().peek("t")).last?.generation).toBe(1);
    expect(await open().spent("t", "x")).toBeUndefined();
    let ran = false;
    const attempt = open().hold("t", async () => void (ran = true), now);
    await expect(attempt).rejects.toMatchObject({ code: "ERR_STATE_NEWER_SCHEMA", facts: { found: 2, known: 1 } });
    await expect(open().facts.set("x", 1)).rejects.toMatchObject({ code: "ERR_STATE_NEWER_SCHEMA" });
    expect(ran).toBe(false);
    expect((await open().peek("t")).last?.generation).toBe(1);
  });

  it("says so where it lacks something", async () => {
    await leaveOne();
    change("PRAGMA user_version = 2; ALTER TABLE targets RENAME COLUMN last TO latest");
    await expect(open().peek("t")).rejects.toMatchObject({ code: "ERR_STATE_NEWER_SCHEMA" });
  });
});

describe("an identity that does not fit", () => {
  it("is never replaced while something is sealed", async () => {
    await leaveOne();
    rmSync(env["TOKENWARD_IDENTITY_FILE"] ?? "");
    const child = await startHolder(env);
    await expect(child.tell({ do: "peek", target: "t" })).rejects.toMatchObject({ code: "ERR_STATE_IDENTITY_MISSING" });
    const attempt = child.tell({ do: "hold", target: "t", waitAtMost: 0 });
    await expect(attempt).rejects.toMatchObject({ code: "ERR_STATE_IDENTITY_MISSING" });
    expect(await child.tell({ do: "peek", target: "never seen" })).toMatchObject({ facts: {} });
    expect([...folder.contents().keys()].some((name) => name.startsWith("identity/"))).toBe(false);
  });

  it("is told from damage", async () => {
    await leaveOne();
    const other = { TOKENWARD_IDENTITY_FILE: join(folder.path, "other.txt") };
    await systemIdentity(other).ensure({ sealedDataExists: false });
    await expect(open(other).peek("t")).rejects.toMatchObject({ code: "ERR_STATE_IDENTITY_MISSING" });
    await expect(write(open(other))).rejects.toMatchObject({ code: "ERR_STATE_IDENTITY_MISSING" });
  });

  it("may be another one while nothing is sealed", async () => {
    await open().hold("t", async (held) => await held.close({ facts: { failures: 1 } }), now);
    const other = { TOKENWARD_IDENTITY_FILE: join(folder.path, "other.txt") };
    await write(open(other));
    expect((await open(other).peek("t")).open?.intent.id).toBe(intentOf(2).id);
  });
});

describe("a place that cannot be written", () => {
  const asRoot = process.getuid?.() === 0;
  const nobody = { uid: 65534, gid: 65534 };
  // Whoever is not root cannot become somebody else, and root may write anywhere.
  const other = asRoot ? it : it.skip;

  other("is refused before anything is spent: a folder of another user", async () => {
    await leaveOne();
    makeReadable();
    chmodSync(join(folder.path, "state"), 0o755);
    const child = await startHolder(env, nobody);
    await expect(child.tell({ do: "hold", target: "t", waitAtMost: 0 })).rejects.toMatchObject({
      code: "ERR_STATE_UNWRITABLE",
      message: expect.stringContaining("may not write there") as string,
      fix: expect.stringMatching(/^Give this user write access to .*\/state and the files in it, or /) as string,
    });
  });

  other("cannot be read either where it is private", async () => {
    await leaveOne();
    makeReadable();
    chmodSync(join(folder.path, "state"), 0o700);
    const child = await startHolder(env, nobody);
    await expect(child.tell({ do: "peek", target: "t" })).rejects.toMatchObject({ code: "ERR_STATE_UNREADABLE" });
  });

  function makeReadable(): void {
    chmodSync(folder.path, 0o755);
    chmodSync(join(folder.path, "tmp"), 0o777);
    chmodSync(join(folder.path, "identity"), 0o755);
    chmodSync(env["TOKENWARD_IDENTITY_FILE"] ?? "", 0o644);
  }

  it("is refused where a file has the folder's place", async () => {
    writeFileSync(join(folder.path, "state"), "");
    await expect(write(open())).rejects.toMatchObject({ code: "ERR_STATE_UNWRITABLE" });
    await expect(read(open())).rejects.toMatchObject({ code: "ERR_STATE_UNREADABLE" });
  });

  const disk = mountable();
  const full = disk === undefined ? it : it.skip;

  full(`says that the disk is full, and goes on when it is not${disk ?? ""}`, async () => {
    const small = join(folder.path, "small");
    mkdirSync(small);
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=1m", "tmpfs", small]);
    try {
      const changes = { TOKENWARD_STATE_DIR: small };
      const state = open(changes);
      await write(state);
      const filler = join(small, "filler");
      const fill = (): void => {
        const { bavail, bsize } = statfsSync(small);
        writeFileSync(filler, Buffer.alloc(bavail * bsize));
      };
      const tooMuch = { ...answer, body: new Uint8Array(200_000) };
      await state.hold(
        "t",
        async (held) => {
          await held.intent(intentOf(5));
          fill();
          await expect(held.answer(tooMuch)).rejects.toMatchObject({
            code: "ERR_STATE_UNWRITABLE",
            fix: `Free disk space on the disk that holds ${small}, then run again.`,
          });
          const close = held.close({ facts: { grant: "x".repeat(200_000) } });
          await expect(close).rejects.toMatchObject({ code: "ERR_STATE_UNWRITABLE" });
          expect((await held.snapshot()).open?.intent.id).toBe(intentOf(5).id);
          rmSync(filler);
          await held.answer(tooMuch);
          expect((await state.peek("t")).open?.answer?.body.length).toBe(200_000);
          await held.close({});
        },
        now,
      );
      await state.close();

      fill();
      await expect(write(open(changes))).rejects.toMatchObject({
        code: "ERR_STATE_UNWRITABLE",
        message: expect.stringContaining("the disk is full") as string,
      });
      expect((await open(changes).peek("t")).open).toBeUndefined();
      rmSync(filler);
      await write(open(changes));
    } finally {
      await Promise.all(opened.map(async (state) => await state.close()));
      execFileSync("umount", [small]);
    }
  });
});

describe("a writer that was stopped in the middle of a write", () => {
  it("is waited for, but not for ever", async () => {
    const state = join(folder.path, "state");
    const writer = new Writer(state, database, 120);
    const stuck = new DatabaseSync(database);
    stuck.exec("BEGIN IMMEDIATE");
    const busy = { code: "ERR_STATE_BUSY", facts: { path: database } };
    expect(() => writer.writeNow((records) => records.setKeyCheck("x"))).toThrow(
      expect.objectContaining(busy) as Error,
    );
    await expect(writer.write((records) => records.setKeyCheck("x"))).rejects.toMatchObject(busy);
    const waiting = writer.write((records) => records.setKeyCheck("y"));
    stuck.close();
    await waiting;
    expect(writer.records.keyCheck()).toBe("y");
    writer.close();
  });

  it("does not keep one failing write's neighbours from being kept", async () => {
    const writer = new Writer(join(folder.path, "state"), database);
    const kept = writer.write((records) => records.setKeyCheck("kept"));
    const failing = writer.write((): void => {
      throw new TypeError("no good");
    });
    await expect(failing).rejects.toThrow("no good");
    await kept;
    expect(writer.records.keyCheck()).toBe("kept");
    writer.close();
  });
});

describe("a folder that was cleared while it was in use", () => {
  it("is made anew, and nobody works on the ghost of the old one", async () => {
    const state = open();
    await write(state);
    rmSync(join(folder.path, "state"), { recursive: true });
    await state.hold(
      "t",
      async (held) => {
        expect(await held.snapshot()).toEqual({ facts: {} });
        await held.intent(intentOf(9));
      },
      now,
    );
    const copy = join(folder.path, "copy.db");
    copyFileSync(database, copy);
    copyFileSync(`${database}-wal`, `${copy}-wal`);
    const connection = new DatabaseSync(copy);
    expect(connection.prepare("SELECT intent ->> '$.id' AS id FROM targets").get()?.["id"]).toBe(intentOf(9).id);
    connection.close();
  });
});

function mountable(): string | undefined {
  if (process.platform !== "linux") return " (skipped: mounting a small disk is done on Linux only)";
  if (process.getuid?.() !== 0) return " (skipped: only root may mount a small disk)";
  const probe = temporaryFolder();
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=64k", "tmpfs", probe.path], { stdio: "ignore" });
    execFileSync("umount", [probe.path]);
    return undefined;
  } catch {
    return " (skipped: this container may not mount a small disk; run with CAP_SYS_ADMIN)";
  } finally {
    probe.remove();
  }
}
