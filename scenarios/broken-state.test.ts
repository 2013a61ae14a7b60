import { readFile, rename, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { DatabaseSync } from "node:sqlite";
import { systemIdentity } from "@tokenward/core/plugin";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { run } from "./harness/cli.ts";
import { refresh, reportOf } from "./harness/report.ts";
import { setScene, type Scene } from "./harness/scene.ts";
import { seed, seededRandom } from "./harness/seed.ts";
import { snapshotOf } from "./harness/snapshot.ts";

const flips = { full: 200, soak: 5000 }[process.env["TOKENWARD_SCALE"] ?? ""] ?? 6;

let scene: Scene;
let database: string;
let exchanges: number;

// A grant that was refreshed once, so that there is something to lose.
beforeEach(async () => {
  scene = await setScene([{ platform: "tiktok" }]);
  database = path.join(scene.workspace.stateFolder, "state.db");
  expect(await refresh(scene.workspace)).toMatchObject({ code: 0 });
  exchanges = 1;
});
afterEach(async () => await scene.close());

/** Refused, with that code and these words; nobody was asked, and not a byte changed. */
async function expectRefused(code: string, ...says: readonly string[]): Promise<void> {
  const before = await snapshotOf(scene.workspace.folder);
  const report = await refresh(scene.workspace);
  expect(report.code).toBe(2);
  expect(report.of()).toMatchObject({ action: "failed", alert: true, code });
  for (const words of says) expect(report.of().detail).toContain(words);
  expect(await scene.counts()).toMatchObject({ tokenRequests: exchanges });
  expect(await snapshotOf(scene.workspace.folder)).toEqual(before);
}

/** Put right, the next run goes on where the last one ended; without its memory, it says that it has none. */
async function expectMended(memory: "kept" | "gone" = "kept"): Promise<void> {
  const report = await refresh(scene.workspace);
  expect(report).toMatchObject({ code: memory === "kept" ? 0 : 1 });
  expect(report.of().alert).toBe(false);
  expect(report.stderr.includes("Which tokens are spent is not known any more")).toBe(memory === "gone");
  expect(report.of().action).toBe("rotated");
  exchanges += 1;
  expect((await scene.entries()).at(-1)).toMatchObject({ presented: "current", outcome: "rotated" });
  expect(await scene.counts()).toMatchObject({ rotations: exchanges, replays: 0, revocations: 0 });
}

describe("a damaged state is left as it is, and nothing is refreshed:", () => {
  test("cut off, emptied, overwritten, swapped; after each is restored, the next run goes on", async () => {
    const other = path.join(scene.workspace.folder, "other.db");
    const foreign = new DatabaseSync(other);
    foreign.exec("CREATE TABLE somebody (elses TEXT)");
    foreign.close();
    const damages: readonly (readonly [string, (sound: Buffer) => Buffer | Promise<Buffer>])[] = [
      ["cut off", (sound) => sound.subarray(0, sound.length / 2)],
      ["emptied", () => Buffer.alloc(0)],
      ["overwritten", (sound) => Buffer.alloc(sound.length, "not a database ")],
      ["swapped", async () => await readFile(other)],
    ];
    for (const [, damage] of damages) {
      const sound = await readFile(database);
      await writeFile(database, await damage(sound));
      await expectRefused(
        "ERR_STATE_CORRUPT",
        `The state file ${database} is damaged`,
        "nothing was refreshed",
        "Restore the folder that holds it from a backup",
        "move that folder away (keep it)",
      );
      const status = await reportOf(scene.workspace, ["auth", "status"]);
      expect(status).toMatchObject({ code: 2 });
      await writeFile(database, sound);
      await expectMended();
    }
  });

  test("without a backup, doing as the message says is enough", async () => {
    await writeFile(database, "nonsense");
    await expectRefused("ERR_STATE_CORRUPT");
    await rename(scene.workspace.stateFolder, `${scene.workspace.stateFolder}-damaged`);
    await expectMended("gone");
  });

  test("only the main file was moved away, and the log of a killed run still lies there", async () => {
    const killed = await run(scene.workspace, ["auth", "refresh"], { at: { event: "save:end", signal: "SIGKILL" } });
    expect(killed.signal).toBe("SIGKILL");
    exchanges += 1;
    await rename(database, `${database}.moved`);
    await expectRefused("ERR_STATE_CORRUPT", "only its log was left behind", "move that folder away (keep it)");
    await rename(scene.workspace.stateFolder, `${scene.workspace.stateFolder}-damaged`);
    await expectMended("gone");
  });

  // Some bytes matter to nobody. Where one does, it is noticed before a token is spent.
  test(`one flipped bit, ${String(flips)} times: noticed, or without consequence`, async () => {
    const random = seededRandom();
    for (let flip = 0; flip < flips; flip += 1) {
      const sound = await readFile(database);
      const damaged = Buffer.from(sound);
      const at = Math.floor(random() * damaged.length);
      damaged.writeUInt8(damaged.readUInt8(at) ^ (1 << Math.floor(random() * 8)), at);
      await writeFile(database, damaged);
      const report = await refresh(scene.workspace);
      const where = `TOKENWARD_SEED=${String(seed)}, flip ${String(flip)} at byte ${String(at)}`;
      const { action, code } = report.of();
      expect([0, 2], where).toContain(report.code);
      if (report.code === 2) expect(code, where).toMatch(/^ERR_STATE_(CORRUPT|NEWER_SCHEMA|IDENTITY_MISSING)$/);
      if (action === "rotated") exchanges += 1;
      expect(await scene.counts(), where).toMatchObject({ tokenRequests: exchanges, replays: 0 });
      await writeFile(database, sound);
      await expectMended();
    }
  });
});

describe("a state of a newer Tokenward:", () => {
  const setSchema = (version: number): void => {
    const connection = new DatabaseSync(database);
    connection.exec(`PRAGMA user_version = ${String(version)}`);
    connection.close();
  };

  test("nothing is refreshed, what is known is still told, and the newer one goes on", async () => {
    setSchema(2);
    await expectRefused(
      "ERR_STATE_NEWER_SCHEMA",
      `The state in ${database} was written by a newer Tokenward (schema 2; this one knows up to 1)`,
      "nothing was refreshed",
      "Update this Tokenward to the version that wrote it",
    );
    const status = await reportOf(scene.workspace, ["auth", "status"]);
    expect(status.of()).toMatchObject({ action: "healthy", code: null });
    setSchema(1);
    await expectMended();
  });
});

describe("an identity that does not open what was sealed:", () => {
  test("gone, then another one, then the right one again", async () => {
    const { identityFile } = scene.workspace;
    const sound = await readFile(identityFile);
    await rm(identityFile);
    const says = ["identity that opens it is not at", identityFile, "Put the identity back", "If it is lost for good"];
    await expectRefused("ERR_STATE_IDENTITY_MISSING", ...says);

    // Another machine's, as a provisioning script may bring it along.
    await systemIdentity({ TOKENWARD_IDENTITY_FILE: identityFile }).ensure({ sealedDataExists: false });
    const report = await refresh(scene.workspace);
    expect(report.code).toBe(1);
    expect(report.of().code).toBe("ERR_WRITEBACK_SEALED_FOR_ANOTHER");
    expect(report.of().detail).toContain(`Point TOKENWARD_IDENTITY_FILE at the identity that sealed it`);
    expect(report.of().detail).toContain(identityFile);
    expect(await scene.counts()).toMatchObject({ tokenRequests: exchanges });

    await writeFile(identityFile, sound, { mode: 0o600 });
    await expectMended();
  });
});

describe("a damaged store:", () => {
  test.each([
    ["its grant is cut off", "tiktok.age", (sound: Buffer) => sound.subarray(0, 100), "is damaged"],
    ["its grant is emptied", "tiktok.age", () => Buffer.alloc(0), "is damaged"],
    ["its grant is overwritten", "tiktok.age", () => Buffer.from('{"refresh_token":"by hand"}'), "is damaged"],
    ["its record is overwritten", "store.json", () => Buffer.from("{"), "says where tokens are kept, is damaged"],
  ])("%s: exit 1, left as it is, and restored it goes on", async (_, name, damage, says) => {
    const file = path.join(scene.workspace.storeFolder, name);
    const sound = await readFile(file);
    await writeFile(file, damage(sound));
    const damaged = await snapshotOf(scene.workspace.storeFolder);
    const report = await refresh(scene.workspace);
    expect(report.code).toBe(1);
    expect(report.of()).toMatchObject({ action: "failed", code: "ERR_WRITEBACK_UNREADABLE" });
    for (const words of [file, says, "backup", ", then run again."]) expect(report.of().detail).toContain(words);
    expect(await snapshotOf(scene.workspace.storeFolder)).toEqual(damaged);
    expect(await scene.counts()).toMatchObject({ tokenRequests: exchanges });
    await writeFile(file, sound);
    await expectMended();
  });
});
