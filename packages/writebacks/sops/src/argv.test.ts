import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { testIO } from "@tokenward/testing";
import { makeAgeKey, unavailable } from "tokenward-counterparts/sops";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { grantOf, id, intentOf, makeGround, shape, smallFiles, versionOf, type Ground } from "./test/ground.ts";
import { wrappedSops } from "./test/wrapped-sops.ts";

const missing = unavailable();
// What any user of the machine can see of a process, and what only its own user can.
const record = `{ for word in "$0" "$@"; do printf '%s\\n' "$word"; done; } >>"$here/argv"
env >>"$here/environment"
`;

describe.skipIf(missing !== undefined)(
  `what programs are given${missing === undefined ? "" : ` (skipped: ${missing})`}`,
  () => {
    let ground: Ground;
    beforeEach(async () => {
      ground = await makeGround();
    });
    afterEach(async () => await ground.dispose());

    const everything = async (name: string, env: Readonly<Record<string, string>> = {}) => {
      const ending = name.slice(name.lastIndexOf(".")) as keyof typeof smallFiles;
      const file = await ground.encrypt(name, smallFiles[ending]);
      const program = await wrappedSops(join(ground.folder, "program"), `${record}exec "$real" "$@"\n`);
      const publish = await wrappedSops(join(ground.folder, "publisher"), record);
      const writeBack = ground.writeBack({ file, sops: program, publish: [publish, "an argument"] });
      const io = testIO({ env: { ...ground.env, ...env } });
      const target = await writeBack.target(id, io);
      const [first, second] = [grantOf(target, 1), grantOf(target, 2)];
      await writeBack.probe(id, shape, io);
      await writeBack.save(id, first, { generation: 0 }, io);
      await writeBack.claim?.(id, intentOf(first, "one"), versionOf(first), io);
      await writeBack.save(id, second, versionOf(first), io);
      await writeBack.read(id, io);
      await writeBack.retire?.(id, versionOf(second), io);
      const seen = async (folder: string, what: string) => await readFile(join(ground.folder, folder, what), "utf8");
      return {
        notes: io.notes,
        sops: { argv: await seen("program", "argv"), environment: await seen("program", "environment") },
        publish: { argv: await seen("publisher", "argv"), environment: await seen("publisher", "environment") },
      };
    };

    it.each(["tokens.enc.yaml", "tokens.enc.json", "tokens.enc.env"])(
      "no value is ever an argument (%s)",
      async (name) => {
        const { sops, publish } = await everything(name);
        expect(sops.argv).toContain("--value-stdin");
        expect(sops.argv).toContain("unset");
        expect(publish.argv).toContain("an argument");
        for (const given of [sops.argv, sops.environment, publish.argv, publish.environment]) {
          for (const secret of ["rft.sops", "act.sops", "hunter2", "generation", ground.key.identity]) {
            expect(given).not.toContain(secret);
          }
        }
      },
    );

    it("sops is kept from asking for newer versions", async () => {
      const { sops } = await everything("tokens.enc.yaml");
      const runs = sops.argv.split("\n").filter((line) => line.endsWith("/sops")).length;
      expect(runs).toBeGreaterThan(5);
      expect(sops.environment.match(/^SOPS_DISABLE_VERSION_CHECK=true$/gm)).toHaveLength(runs);
      expect(sops.argv).toContain("--disable-version-check");
    });

    it("each program is given what it needs, and not the keys of the other", async () => {
      const key = await makeAgeKey(join(ground.folder, "other.txt"));
      const { sops, publish } = await everything("tokens.enc.yaml", {
        SOPS_AGE_KEY: key.identity,
        TIKTOK_CLIENT_SECRET: "client-secret",
        GIT_SSH_COMMAND: "ssh -i deploy-key",
        AWS_SECRET_ACCESS_KEY: "aws-secret",
      });
      expect(sops.environment).toContain(key.identity);
      expect(sops.environment).not.toContain("client-secret");
      expect(sops.environment).not.toContain("deploy-key");
      // The file has no KMS entry.
      expect(sops.environment).not.toContain("aws-secret");
      expect(publish.environment).toContain("deploy-key");
      expect(publish.environment).not.toContain(key.identity);
      expect(publish.environment).not.toContain("SOPS_AGE_KEY");
      expect(publish.environment).toMatch(/^TOKENWARD_PUBLISH=probe$/m);
      expect(publish.environment).toMatch(/^TOKENWARD_PUBLISH=save$/m);
      expect(publish.environment).toMatch(/^TOKENWARD_FILE=tokens\.enc\.yaml$/m);
      expect(publish.environment).toMatch(/^TOKENWARD_GRANT=tiktok\/brand-a$/m);
    });
  },
);
