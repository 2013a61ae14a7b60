import { writeFile } from "node:fs/promises";
import fc from "fast-check";
import { testIO } from "@tokenward/testing";
import { trySops, unavailable } from "tokenward-counterparts/sops";
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

const missing = unavailable();
const endings = [".yaml", ".json", ".env"] as const;
const full = ["full", "soak"].includes(process.env["TOKENWARD_SCALE"] ?? "");
const sealed = /ENC\[AES256_GCM,data:[^\]]*,type:str\]/g;

describe.skipIf(missing !== undefined)(`tampering${missing === undefined ? "" : ` (skipped: ${missing})`}`, () => {
  let ground: Ground;
  beforeEach(async () => {
    ground = await makeGround();
  });
  afterEach(async () => await ground.dispose());

  const made = async (ending: (typeof endings)[number]): Promise<string> => {
    const file = await ground.encrypt(`tokens.enc${ending}`, smallFiles[ending]);
    const writeBack = ground.writeBack({ file });
    const target = await writeBack.target(id, ground.io);
    await writeBack.save(id, grantOf(target, 1), { generation: 0 }, ground.io);
    return file;
  };
  const sopsRefuses = async (file: string): Promise<boolean> =>
    (await trySops(["decrypt", file], { folder: ground.folder, keys: ground.key.file })).code !== 0;

  // What sops calls each change is its own business; both must refuse it.
  const changes: readonly (readonly [name: string, change: (text: string) => string])[] = [
    [
      "a changed value",
      (text) => text.replace(/data:(.)(?=[^\]]*type:str)/, (_, one: string) => `data:${one === "A" ? "B" : "A"}`),
    ],
    [
      "two values in each other's place",
      (text) => {
        const [one = "", two = ""] = text.match(sealed) ?? [];
        return text.replace(one, "\0").replace(two, one).replace("\0", two);
      },
    ],
    ["a removed value", (text) => text.replace(/^.*(?:refresh_token|REFRESH_TOKEN).*\n/m, "")],
    [
      "a value in the clear in place of a sealed one",
      (text) => text.replace(/^(PORT=|port: |\t"port": "?)ENC\[[^\]]*\]/m, "$15433"),
    ],
    ["another time of the last change", (text) => text.replace(/(lastmodified\W+\d{4})-\d\d/, "$1-01")],
    [
      "another message code",
      (text) => text.replace(/(?<=mac\W+ENC\[AES256_GCM,data:)./, (one) => (one === "A" ? "B" : "A")),
    ],
    [
      "a message code of another value",
      (text) => text.replace(/(mac\W+)ENC\[[^\]]*\]/, `$1${text.match(sealed)?.[0] ?? ""}`),
    ],
  ];

  describe.each(endings)("of a %s file", (ending) => {
    it.each(changes)("%s is refused, and nothing of it is used", async (_, change) => {
      const file = await made(ending);
      const text = await textOf(file);
      const changed = change(text);
      expect(changed).not.toBe(text);
      await writeFile(file, changed);
      expect(await sopsRefuses(file)).toBe(true);
      const writeBack = ground.writeBack({ file });
      const target = await writeBack.target(id, ground.io);
      const [stored, next] = [grantOf(target, 1), grantOf(target, 2)];
      const calls = {
        read: async () => await writeBack.read(id, ground.io),
        probe: async () => await writeBack.probe(id, shape, ground.io),
        claim: async () => await writeBack.claim?.(id, intentOf(stored, "one"), versionOf(stored), ground.io),
        save: async () => await writeBack.save(id, next, versionOf(stored), ground.io),
        retire: async () => await writeBack.retire?.(id, versionOf(stored), ground.io),
      };
      for (const [name, call] of Object.entries(calls)) {
        const { message } = await refusalOf(call());
        expect(message, name).toMatch(/was changed without sops|is damaged|is not encrypted by sops/);
        expect(message, name).not.toContain("rft.sops");
      }
      expect(await textOf(file)).toBe(changed);
    });
  });

  it("an order of values that was changed is refused", async () => {
    const file = await ground.encrypt("tokens.enc.yaml", "a_unencrypted: 1\nb_unencrypted: 2\nc: x\n");
    const text = await textOf(file);
    await writeFile(file, text.replace("a_unencrypted: 1\nb_unencrypted: 2", "b_unencrypted: 2\na_unencrypted: 1"));
    expect(await sopsRefuses(file)).toBe(true);
    expect((await refusalOf(ground.writeBack({ file }).read(id, ground.io))).code).toBe("ERR_WRITEBACK_UNREADABLE");
  });

  it("a file without its message code is refused", async () => {
    const file = await made(".yaml");
    await writeFile(file, (await textOf(file)).replace(/^ {4}mac: .*\n/m, ""));
    expect(await sopsRefuses(file)).toBe(true);
    await refusalOf(ground.writeBack({ file }).read(id, ground.io));
  });

  // sops 3.13 counts comments in lists when it reads, and not when it writes.
  it("what sops itself cannot read back is refused", async () => {
    const file = await ground.encrypt("tokens.enc.yaml", "list:\n  - 1\n  # a comment in a list\n  - 2\n");
    expect(await sopsRefuses(file)).toBe(true);
    expect((await refusalOf(ground.writeBack({ file }).read(id, ground.io))).message).toContain(
      "message authentication",
    );
  });

  it.each(endings.filter((ending) => ending !== ".env"))(
    "any tree that sops encrypts to %s is accepted, and any change of one of its values is not",
    { timeout: 180_000 },
    async (ending) => {
      // Reading must not need the program: what is left to sops to judge would prove nothing.
      const io = testIO({ env: { ...ground.env, PATH: "" } });
      const key = fc.stringMatching(/^[a-z][a-z0-9_.-]{0,8}(_unencrypted)?$/).filter((name) => name !== "sops");
      // SOPS 3.13 reads whole numbers beyond 2^53 of JSON as others do, and times in the clear are for it alone.
      const scalar = fc.oneof(
        fc.string({ unit: "grapheme" }).filter((text) => !/\p{C}|ENC\[|^\d{4}-/u.test(text)),
        fc.integer(),
        fc.boolean(),
        fc.constant(null),
        fc
          .tuple(fc.integer({ min: -1_000_000, max: 1_000_000 }), fc.integer({ min: 1, max: 999 }))
          .map(([whole, part]) => Number(`${String(whole)}.${String(part)}`)),
      );
      const tree = fc.letrec((tie) => ({
        node: fc.oneof(
          { maxDepth: 3 },
          scalar,
          fc.array(tie("node"), { maxLength: 3 }),
          fc.dictionary(key, tie("node"), { maxKeys: 4 }),
        ),
      })).node;
      const trees = fc.dictionary(key, tree, { minKeys: 1, maxKeys: 5 });
      await fc.assert(
        fc.asyncProperty(trees, fc.nat(), async (data, which) => {
          const file = await ground.encrypt(`tree.enc${ending}`, JSON.stringify(data));
          const writeBack = ground.writeBack({ file, sops: "./no-such-program" });
          expect(await writeBack.read("nobody/at-all", io)).toBeUndefined();
          const text = await textOf(file);
          const values = [...text.matchAll(/ENC\[AES256_GCM,data:([^,]+),/g)];
          const { index = 0 } = values[which % values.length] ?? {};
          // Of the last letters before the padding some bits mean nothing.
          const at = index + "ENC[AES256_GCM,data:".length;
          const flipped = text[at] === "A" ? "B" : "A";
          await writeFile(file, `${text.slice(0, at)}${flipped}${text.slice(at + 1)}`);
          await refusalOf(writeBack.read("nobody/at-all", io));
        }),
        { numRuns: full ? 200 : 15, endOnFailure: true },
      );
    },
  );
});
