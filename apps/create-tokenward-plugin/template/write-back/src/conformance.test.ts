import { mkdtemp, readdir, readFile, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it } from "node:test";
import type { PluginIO } from "@tokenward/core/plugin";
import { testIO, testWriteBack, type WriteBackFixture } from "@tokenward/testing";
import plugin from "./index.ts";

// What every write-back must have: nothing lost, nothing overwritten by a stale save, nothing to be read in the open.
testWriteBack({ describe, it }, createFixture, {
  without: {
    hang: "a local disk answers; a store behind a network needs this",
    interrupt: "a save is one rename; a save of several writes needs this",
    tooLong: "nothing but the disk is the limit",
  },
});

async function createFixture(): Promise<WriteBackFixture> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), "sample-name-")));
  const grants = join(folder, "grants");
  const create = (): WriteBackFixture["writeBack"] => plugin.create({ folder: "grants" }, { folder, env: {} });
  const io = testIO();
  let held: { readonly reach: () => void; readonly released: Promise<void> } | undefined;
  // Sealing comes after the comparison and before the write, so this is where a write can be held.
  const encrypt: PluginIO["identity"]["encrypt"] = async (plain) => {
    const { reach, released } = held ?? {};
    held = undefined;
    reach?.();
    await released;
    return await io.identity.encrypt(plain);
  };
  return {
    writeBack: create(),
    io: { ...io, identity: { ...io.identity, encrypt } },
    another: async () => create(),
    contents: async () => {
      const names = (await readdir(grants)).filter((name) => name.endsWith(".json"));
      return new Map(await Promise.all(names.map(async (name) => [name, await readFile(join(grants, name))] as const)));
    },
    pauseWrite: async () => {
      const [reached, released] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
      held = { reach: reached.resolve, released: released.promise };
      return { reached: reached.promise, release: released.resolve };
    },
    refuseReads: async () => {
      const names = (await readdir(grants)).filter((name) => name.endsWith(".json"));
      await Promise.all(names.map(async (name) => await writeFile(join(grants, name), "a damaged disk")));
    },
    // No new draft, as on a full disk; what is there can still be read. Works for every user on every system.
    refuseWrites: async () => {
      await rm(join(grants, "drafts"), { recursive: true });
      await writeFile(join(grants, "drafts"), "");
    },
    dispose: async () => await rm(folder, { recursive: true, force: true }),
  };
}
