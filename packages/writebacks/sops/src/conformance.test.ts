import { chmod, chown, readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { describe, it } from "vitest";
import { testWriteBack, type WriteBackFixture } from "@tokenward/testing";
import { unavailable } from "tokenward-counterparts/sops";
import { makeGround, smallFile } from "./test/ground.ts";
import { interruptedSops } from "./test/wrapped-sops.ts";

const missing = unavailable();

// A superuser may write everywhere, whatever a folder's mode says; so it becomes nobody for the rest of the case.
const nobody = 65_534;
const superuser = process.getuid?.() === 0;

// In an env file two names may become one (`brand-a`, `Brand-a`), which the configuration refuses.
const distinct = ["tiktok/brand-a", "tiktok", "tiktok/brand", "tiktok/123", "youtube"];

for (const name of ["tokens.enc.yaml", "tokens.enc.json", "tokens.enc.env"]) {
  describe.skipIf(missing !== undefined)(`${name}${missing === undefined ? "" : ` (skipped: ${missing})`}`, () => {
    testWriteBack({ describe, it }, async () => await createFixture(name), {
      without: {
        hang: "a file is read in this process; faults.test.ts lets sops, publish and the lock hang",
        pauseWrite: "the file is locked from before the comparison on",
        tooLong: "nothing but the disk is the limit",
      },
    });
  });
}

async function createFixture(name: string): Promise<WriteBackFixture> {
  const ground = await makeGround();
  const { folder } = ground;
  const file = await ground.encrypt(name, smallFile(name));
  const { program, interrupt } = await interruptedSops(join(folder, "program"));
  const create = (): WriteBackFixture["writeBack"] => ground.writeBack({ file, sops: program });
  return {
    writeBack: create(),
    io: ground.io,
    ...(name.endsWith(".env") ? { grants: distinct } : {}),
    another: async () => await Promise.resolve(create()),
    contents: async () => {
      const names = (await readdir(folder)).filter((one) => one.includes(name));
      return new Map(await Promise.all(names.map(async (one) => [one, await readFile(join(folder, one))] as const)));
    },
    interrupt,
    refuseReads: async () => await rm(ground.key.file),
    refuseWrites: async () => {
      await chmod(folder, 0o500);
      if (!superuser) return;
      for (const one of [".", ...(await readdir(folder))]) await chown(join(folder, one), nobody, nobody);
      process.seteuid?.(nobody);
    },
    dispose: async () => {
      if (superuser) process.seteuid?.(0);
      await chmod(folder, 0o700);
      await ground.dispose();
    },
  };
}
