import { chmod, chown, mkdtemp, readdir, readFile, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { temporaryIdentity, testIO, testWriteBack, type WriteBackFixture } from "@tokenward/testing";
import { describe, it } from "vitest";
import local from "./index.ts";

testWriteBack({ describe, it }, createFixture, {
  without: process.platform === "win32" ? { refuseWrites: "a folder's mode stops nobody on Windows" } : {},
});

// A superuser may write everywhere, whatever a folder's mode says; so it becomes nobody for the rest of the case.
const nobody = 65_534;
const superuser = process.getuid?.() === 0;

async function createFixture(): Promise<WriteBackFixture> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), "tokenward-local-")));
  const grants = join(folder, "grants");
  const create = (): ReturnType<typeof local.create> =>
    local.create({ store: "file", path: grants }, { folder, env: { HOME: folder } });
  return {
    writeBack: create(),
    io: testIO({ env: { HOME: folder }, identity: temporaryIdentity() }),
    another: async () => create(),
    contents: async () => {
      const files = await readdir(grants, { recursive: true, withFileTypes: true });
      const read = files
        .filter((file) => file.isFile())
        .map(async (file) => [file.name, await readFile(join(file.parentPath, file.name))] as const);
      return new Map(await Promise.all(read));
    },
    refuseWrites: async () => {
      await chmod(grants, 0o500);
      if (!superuser) return;
      await chmod(folder, 0o755);
      for (const name of [".", ...(await readdir(grants))]) await chown(join(grants, name), nobody, nobody);
      process.seteuid?.(nobody);
    },
    dispose: async () => {
      if (superuser) process.seteuid?.(0);
      await chmod(grants, 0o700).catch(() => undefined);
      await rm(folder, { recursive: true, force: true });
    },
  };
}
