import assert from "node:assert/strict";
import { mkdir, mkdtemp, readFile, realpath, rename, rm, stat, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, it } from "node:test";
import {
  nothingStored,
  secret,
  versionOf,
  type GrantId,
  type StoredGrant,
  type WriteBack,
} from "@tokenward/core/plugin";
import { testIO, type TestIO } from "@tokenward/testing";
import plugin from "./index.ts";

const grant: GrantId = "crm/Sales";
const first: StoredGrant = {
  id: grant,
  platform: "crm",
  account: "Sales",
  generation: 1,
  refreshToken: secret("rt-1"),
};
const second: StoredGrant = { ...first, generation: 2, refreshToken: secret("rt-2") };

let folder: string;
let io: TestIO;
let writeBack: WriteBack;

beforeEach(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), "sample-name-")));
  io = testIO();
  writeBack = plugin.create({ folder: "grants" }, { folder, env: {} });
});
afterEach(async () => await rm(folder, { recursive: true, force: true }));

function file(): string {
  return join(folder, "grants", "grant.crm.+sales.json");
}

describe("a grant's file", () => {
  it("is JSON that says whose it is, and nothing else in the open", async () => {
    await writeBack.save(grant, first, nothingStored, io);
    const record = JSON.parse(await readFile(file(), "utf8")) as object;
    assert.deepEqual(Object.keys(record), ["v", "grant", "sealed"]);
    if (process.platform !== "win32") assert.equal((await stat(file())).mode & 0o777, 0o600);
  });

  it("is no other grant's, also where somebody renamed it", async () => {
    await writeBack.save(grant, first, nothingStored, io);
    await rename(file(), join(folder, "grants", "grant.crm.json"));
    await assert.rejects(writeBack.read("crm", io), { code: "ERR_WRITEBACK_UNREADABLE" });
  });

  it("is not taken for absent where it is damaged", async () => {
    await writeBack.save(grant, first, nothingStored, io);
    await writeFile(file(), (await readFile(file(), "utf8")).slice(0, 80));
    await assert.rejects(writeBack.read(grant, io), { code: "ERR_WRITEBACK_UNREADABLE" });
    await assert.rejects(writeBack.save(grant, second, nothingStored, io), { code: "ERR_WRITEBACK_UNREADABLE" });
  });

  it("is not opened by another installation", async () => {
    await writeBack.save(grant, first, nothingStored, io);
    await assert.rejects(writeBack.read(grant, testIO()), { code: "ERR_WRITEBACK_SEALED_FOR_ANOTHER" });
  });
});

describe("the folder", () => {
  it("may move: what it holds can still be replaced", async () => {
    await writeBack.save(grant, first, nothingStored, io);
    await rename(join(folder, "grants"), join(folder, "moved"));
    const moved = plugin.create({ folder: "moved" }, { folder, env: {} });
    const stored = await moved.read(grant, io);
    await moved.save(grant, second, versionOf(await moved.target(grant, io), stored, {}), io);
    assert.equal((await moved.read(grant, io))?.refreshToken?.reveal(), "rt-2");
  });

  it(
    "has one name, however it is reached",
    { skip: process.platform === "win32" && "links need rights there" },
    async () => {
      await mkdir(join(folder, "real"));
      await symlink(join(folder, "real"), join(folder, "link"));
      const [direct, linked] = ["real/grants", "link/grants"].map((path) =>
        plugin.create({ folder: path }, { folder, env: {} }).target(grant, io),
      );
      assert.equal(await linked, await direct);
    },
  );

  it("that cannot be written is found out before a token is spent", async () => {
    await writeFile(join(folder, "grants"), "a file in the way");
    const shape = { longestToken: 4096, rotates: true };
    await assert.rejects(writeBack.probe(grant, shape, io), { code: "ERR_WRITEBACK_UNWRITABLE" });
  });

  it("does not outlive a job in CI, unless the configuration says so", () => {
    const traits = (outlives_run: boolean | undefined, CI: string | undefined): boolean =>
      plugin.create({ folder: "x", outlives_run }, { folder, env: { CI } }).traits.outlivesRun;
    assert.deepEqual(
      [traits(undefined, undefined), traits(undefined, "true"), traits(true, "true")],
      [true, false, true],
    );
  });
});
