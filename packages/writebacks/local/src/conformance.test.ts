import { execFile } from "node:child_process";
import { closeSync, constants, openSync, unlinkSync } from "node:fs";
import { chmod, chown, mkdtemp, readdir, readFile, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { temporaryIdentity, testIO, testWriteBack, type WriteBackFixture } from "@tokenward/testing";
import { describe, it } from "vitest";
import local from "./index.ts";

const windows = {
  refuseWrites: "a folder's mode stops nobody on Windows",
  hang: "Windows has no named pipes among its files",
};

testWriteBack({ describe, it }, createFixture, {
  without: {
    interrupt: "a save is one rename; faults.test.ts kills the process around it",
    tooLong: "nothing but the disk is the limit",
    ...(process.platform === "win32" ? windows : {}),
  },
});

// A superuser may write everywhere, whatever a folder's mode says; so it becomes nobody for the rest of the case.
const nobody = 65_534;
const superuser = process.getuid?.() === 0;

async function createFixture(): Promise<WriteBackFixture> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), "tokenward-local-")));
  const grants = join(folder, "grants");
  const create = (): ReturnType<typeof local.create> =>
    local.create({ store: "file", path: grants }, { folder, env: { HOME: folder } });
  const identity = temporaryIdentity();
  let held: { readonly reach: () => void; readonly released: Promise<void> } | undefined;
  const pipes: string[] = [];
  return {
    writeBack: create(),
    io: testIO({
      env: { HOME: folder },
      identity: {
        ...identity,
        // What is written is sealed last of all.
        encrypt: async (plain) => {
          const { reach, released } = held ?? {};
          held = undefined;
          reach?.();
          await released;
          return await identity.encrypt(plain);
        },
      },
    }),
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
    refuseReads: async () => {
      const files = (await readdir(grants)).filter((name) => name.endsWith(".age"));
      await Promise.all(files.map(async (name) => await writeFile(join(grants, name), "a damaged disk")));
    },
    // Whoever reads a pipe that nobody writes to waits, as on a network share that is gone.
    hang: async () => {
      for (const name of await readdir(grants)) {
        const path = join(grants, name);
        await rm(path);
        await promisify(execFile)("mkfifo", [path]);
        pipes.push(path);
      }
    },
    pauseWrite: async () => {
      const [reached, released] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
      held = { reach: reached.resolve, released: released.promise };
      return { reached: reached.promise, release: released.resolve };
    },
    dispose: async () => {
      for (const path of pipes) endReaders(path);
      if (superuser) process.seteuid?.(0);
      await chmod(grants, 0o700).catch(() => undefined);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Synchronously: those who wait at a pipe take up the threads that everything else would need. */
function endReaders(path: string): void {
  const writer = openSync(path, constants.O_RDWR | constants.O_NONBLOCK);
  unlinkSync(path);
  closeSync(writer);
}
