import { mkdtemp, readdir, readFile, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it } from "node:test";
import { testIO, testWriteBack, type WriteBackFixture } from "@tokenward/testing";
import plugin from "./index.ts";

// What every write-back must have: nothing lost, nothing overwritten by a stale save, nothing to be read in the open.
testWriteBack({ describe, it }, createFixture);

async function createFixture(): Promise<WriteBackFixture> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), "sample-name-")));
  const grants = join(folder, "grants");
  const create = (): WriteBackFixture["writeBack"] => plugin.create({ folder: "grants" }, { folder, env: {} });
  return {
    writeBack: create(),
    io: testIO(),
    another: async () => create(),
    contents: async () => {
      const names = (await readdir(grants)).filter((name) => name.endsWith(".json"));
      return new Map(await Promise.all(names.map(async (name) => [name, await readFile(join(grants, name))] as const)));
    },
    // No new draft, as on a full disk; what is there can still be read. Works for every user on every system.
    refuseWrites: async () => {
      await rm(join(grants, "drafts"), { recursive: true });
      await writeFile(join(grants, "drafts"), "");
    },
    dispose: async () => await rm(folder, { recursive: true, force: true }),
  };
}
