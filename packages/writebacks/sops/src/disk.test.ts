import { execFile } from "node:child_process";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { unavailable } from "tokenward-counterparts/sops";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  grantOf,
  id,
  intentOf,
  makeGround,
  refusalOf,
  shape,
  smallFiles,
  textOf,
  versionOf,
  type Ground,
} from "./test/ground.ts";
import { fillDisk, mountObjection, mountTiny, remount, unmountAll } from "./test/tiny-disk.ts";

const missing = unavailable();
const execute = promisify(execFile);

describe.skipIf(missing !== undefined)(`disks${missing === undefined ? "" : ` (skipped: ${missing})`}`, () => {
  let ground: Ground;
  beforeEach(async () => {
    ground = await makeGround();
  });
  afterEach(async () => {
    await unmountAll();
    await ground.dispose();
  });

  const prepare = async (folder: string) => {
    await ground.encrypt("tokens.enc.yaml", smallFiles[".yaml"]);
    const file = join(folder, "tokens.enc.yaml");
    await writeFile(file, await readFile(join(ground.folder, "tokens.enc.yaml")));
    const writeBack = ground.writeBack({ file });
    const target = await writeBack.target(id, ground.io);
    const [first, second] = [grantOf(target, 1), grantOf(target, 2)];
    await writeBack.save(id, first, { generation: 0 }, ground.io);
    const before = await textOf(file);
    return {
      file,
      refusesAll: async (words: string): Promise<void> => {
        for (const work of [
          async () => await writeBack.probe(id, shape, ground.io),
          async () => await writeBack.claim?.(id, intentOf(first, "one"), versionOf(first), ground.io),
          async () => await writeBack.save(id, second, versionOf(first), ground.io),
        ])
          expect((await refusalOf(work())).message).toContain(words);
        expect(await textOf(file)).toBe(before);
        expect((await writeBack.read(id, ground.io))?.generation).toBe(1);
      },
      takesAll: async (): Promise<void> => {
        await writeBack.probe(id, shape, ground.io);
        await writeBack.save(id, second, versionOf(first), ground.io);
        expect((await writeBack.read(id, ground.io))?.generation).toBe(2);
      },
    };
  };

  it("a full disk and a read-only one are found by the probe, and lose nothing", async (context) => {
    const objection = await mountObjection();
    context.skip(objection !== undefined, objection);
    const folder = join(ground.folder, "disk");
    await mkdir(folder);
    await mountTiny(folder, 64);
    const { refusesAll, takesAll } = await prepare(folder);
    const filler = await fillDisk(folder);
    await refusesAll("is full");
    await rm(filler);
    await remount(folder, "ro");
    await refusesAll("is on a read-only file system");
    await remount(folder, "rw");
    await takesAll();
  });

  it.for(["the file", "its folder"])("an immutable mark on %s is found by the probe", async (where, context) => {
    const folder = join(ground.folder, "marked");
    await mkdir(folder);
    const { file, refusesAll, takesAll } = await prepare(folder);
    const marked = where === "the file" ? file : folder;
    const refused = await execute("chattr", ["+i", marked]).then(
      () => undefined,
      () => "chattr needs root, and a file system that knows it",
    );
    context.skip(refused !== undefined, refused);
    try {
      await refusesAll("does not let this user replace");
    } finally {
      await execute("chattr", ["-i", marked]);
    }
    await takesAll();
  });
});
