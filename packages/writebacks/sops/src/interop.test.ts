import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { secret } from "@tokenward/core";
import { testIO } from "@tokenward/testing";
import { makeAgeKey, sops, unavailable } from "tokenward-counterparts/sops";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { grantOf, id, makeGround, refusalOf, smallFiles, textOf, versionOf, type Ground } from "./test/ground.ts";
import { wrappedSops } from "./test/wrapped-sops.ts";

const missing = unavailable();
const values = {
  ".yaml": ["tiktok", "brand-a"],
  ".json": ["tiktok", "brand-a"],
  ".env": [],
} as const;
type Ending = keyof typeof values;

describe.skipIf(missing !== undefined)(`sops and us${missing === undefined ? "" : ` (skipped: ${missing})`}`, () => {
  let ground: Ground;
  beforeEach(async () => {
    ground = await makeGround();
  });
  afterEach(async () => await ground.dispose());

  const pathOf = (ending: Ending, name: string): readonly string[] =>
    ending === ".env" ? [`TIKTOK_BRAND_A_${name.toUpperCase()}`] : [...values[ending], name];
  const save = async (file: string, generation = 1): Promise<void> => {
    const writeBack = ground.writeBack({ file });
    const target = await writeBack.target(id, ground.io);
    const before = await writeBack.read(id, ground.io);
    const expected = before === undefined ? { generation: 0 } : versionOf(before);
    await writeBack.save(id, grantOf(target, generation), expected, ground.io);
  };
  /** Reading must not need the program. */
  const read = async (file: string, of = id) => {
    const io = testIO({ env: { ...ground.env, PATH: "" } });
    return await ground.writeBack({ file, sops: "./no-such-program" }).read(of, io);
  };

  describe.each([".yaml", ".json", ".env"] as const)("in a %s file", (ending) => {
    it("the real `sops -d` reads what we wrote", async () => {
      const file = await ground.encrypt(`tokens.enc${ending}`, smallFiles[ending]);
      await save(file);
      expect(await ground.extract(file, ...pathOf(ending, "refresh_token"))).toBe("rft.sops-tiktok-brand-a-1");
      expect(await ground.extract(file, ...pathOf(ending, "access_token"))).toBe("act.sops-tiktok-brand-a-1");
      await save(file, 2);
      expect(await ground.extract(file, ...pathOf(ending, "refresh_token"))).toBe("rft.sops-tiktok-brand-a-2");
    });

    it("we read what the real sops wrote", async () => {
      const file = await ground.encrypt(`tokens.enc${ending}`, smallFiles[ending]);
      await ground.set(file, pathOf(ending, "refresh_token"), 'by hand: ü "quoted" \\ #1');
      const found = await read(file);
      expect(found?.refreshToken?.reveal()).toBe('by hand: ü "quoted" \\ #1');
      expect(found?.generation).toBeUndefined();
    });

    it("a token that sops replaced counts as a new consent, of which nothing is known", async () => {
      const file = await ground.encrypt(`tokens.enc${ending}`, smallFiles[ending]);
      await save(file);
      await ground.set(file, pathOf(ending, "refresh_token"), "another consent");
      const found = await read(file);
      expect(found?.refreshToken?.reveal()).toBe("another consent");
      expect(found?.refreshTokenExpiresAt).toBeUndefined();
      expect(found?.accessToken).toBeUndefined();
    });

    it("comments, order and everything else stay as they are", async () => {
      const file = await ground.encrypt(`tokens.enc${ending}`, smallFiles[ending]);
      const [plain, sealed] = [await ground.decrypt(file), await textOf(file)];
      await save(file);
      await save(file, 2);
      const lines = (text: string): readonly string[] => text.split("\n").map((line) => line.replace(/,$/, ""));
      const left = [...lines(plain)];
      for (const line of lines(await ground.decrypt(file))) if (line === left[0]) left.shift();
      expect(left, "is gone, or stands elsewhere").toEqual([]);
      // Not even encrypted anew: a diff shows nothing but what changed. (sops moves a comment behind a value above it.)
      const others = (text: string): readonly string[] =>
        lines(text).flatMap((line) => /^.*(?:PORT|port|PASSWORD|password).*?\]/.exec(line)?.[0] ?? []);
      expect(others(sealed)).toHaveLength(2);
      expect(others(await textOf(file))).toEqual(others(sealed));
    });

    it("both recipients of a file can still open it", async () => {
      const second = await makeAgeKey(join(ground.folder, "second.txt"));
      const both = `${ground.key.recipient},${second.recipient}`;
      const file = await ground.encrypt(`tokens.enc${ending}`, smallFiles[ending], "--age", both);
      await save(file);
      const opened = await sops(["decrypt", file], { folder: ground.folder, keys: second.file });
      expect(opened).toContain("rft.sops-tiktok-brand-a-1");
      expect(await textOf(file)).toContain(second.recipient);
      const io = testIO({ env: { ...ground.env, SOPS_AGE_KEY_FILE: second.file } });
      expect((await ground.writeBack({ file }).read(id, io))?.generation).toBe(1);
    });
  });

  it("the entries of other key services are kept", async () => {
    const file = await ground.encrypt("tokens.enc.yaml", smallFiles[".yaml"]);
    const arn = "arn:aws:kms:eu-central-1:123456789012:key/00000000-0000-0000-0000-000000000000";
    // As sops writes it; nothing here can reach that key, and nothing has to: the age key opens the file.
    const entry = `sops:\n    kms:\n        - arn: ${arn}\n          created_at: "2026-11-25T00:00:00Z"\n          enc: AQICAHg=\n          aws_profile: ""\n`;
    await writeFile(file, (await textOf(file)).replace("sops:\n", entry));
    await save(file);
    expect(await textOf(file)).toContain(arn);
    expect(await textOf(file)).toContain("enc: AQICAHg=");
    expect(await ground.extract(file, "tiktok", "brand-a", "refresh_token")).toBe("rft.sops-tiktok-brand-a-1");
  });

  it.each([
    ["mac_only_encrypted", { mac_only_encrypted: true, unencrypted_suffix: "_plain" }],
    ["encrypted_regex", { encrypted_regex: "(token|password|tokenward)$" }],
    ["encrypted_suffix", { encrypted_suffix: "token" }],
    ["unencrypted_suffix", { unencrypted_suffix: "_plain" }],
    ["unencrypted_regex", { unencrypted_regex: "_plain$" }],
    ["unencrypted_comment_regex", { unencrypted_comment_regex: "in the clear" }],
  ])("%s is understood and kept", async (rule, rules) => {
    const plain =
      "# in the clear\nhost_plain: db.example\ncount_plain: 3\nratio_plain: 0.25\non_plain: true\nnothing: null\npassword: x\n";
    const file = await ground.encryptUnder(rules, "tokens.enc.yaml", plain);
    if (rule === "encrypted_suffix") {
      // The record under `tokenward` would stand there for all to read. It holds no token, but that is not for us to say.
      expect((await refusalOf(save(file))).message).toContain("leave tiktok.brand-a.tokenward unencrypted");
      return;
    }
    await save(file);
    await save(file, 2);
    expect((await read(file))?.refreshToken?.reveal()).toBe("rft.sops-tiktok-brand-a-2");
    expect(await ground.decrypt(file)).toContain(
      "host_plain: db.example\ncount_plain: 3\nratio_plain: 0.25\non_plain: true",
    );
    expect(await textOf(file)).toContain(`${rule}: `);
  });

  it("every kind of value is understood", async () => {
    const plain = [
      "text: 'ü \"x\" \\'",
      "empty: ''",
      "none: null",
      "whole: 42",
      "negative: -7",
      "huge: 9007199254740993",
      "fraction: 1.50",
      "exponent: 1e21",
      "yes: true",
      "no: false",
      "when: 2020-01-02T03:04:05Z",
      "block: |\n  two\n  lines\n",
      "folded: >\n  one\n  line\n",
      "list: [1, two, {three: 3}, [4, [5]], '']",
      "deep: {a: {b: {c: {d: e}}}}",
      "nothing: {}",
      "nobody: []",
      "'2': numeric key",
      "x.y: key with a dot",
    ].join("\n");
    const file = await ground.encrypt("tokens.enc.yaml", plain);
    const before = await ground.decrypt(file);
    expect(await read(file)).toBeUndefined();
    await save(file);
    expect((await ground.decrypt(file)).startsWith(before)).toBe(true);
    expect((await read(file))?.generation).toBe(1);
  });

  it("a file of several documents keeps grants in the first", async () => {
    const file = await ground.encrypt(
      "tokens.enc.yaml",
      "a: 1\n---\ntiktok:\n  brand-a:\n    refresh_token: not this\n",
    );
    expect(await read(file)).toBeUndefined();
    await save(file);
    expect((await read(file))?.refreshToken?.reveal()).toBe("rft.sops-tiktok-brand-a-1");
    expect(await ground.decrypt(file)).toContain("not this");
  });

  it.each([
    ["an anchor in the clear", "base_unencrypted: &base {a: b}\nuse_unencrypted: *base\nport: 1\n"],
    ["a time in the clear", "when_unencrypted: 2020-01-02\nport: 1\n"],
    ["an unusual number in the clear", "mask_unencrypted: 0x1F\nport: 1\n"],
  ])("%s is left to sops to judge", async (_, plain) => {
    const file = await ground.encrypt("tokens.enc.yaml", plain);
    await save(file);
    const found = await ground.writeBack({ file }).read(id, ground.io);
    expect(found?.refreshToken?.reveal()).toBe("rft.sops-tiktok-brand-a-1");
    expect(await ground.extract(file, "tiktok", "brand-a", "refresh_token")).toBe("rft.sops-tiktok-brand-a-1");
  });

  it("an account may look like a number, and a platform's own grant stands beside its accounts", async () => {
    const file = await ground.encrypt("tokens.enc.yaml", "port: 5432\n");
    const writeBack = ground.writeBack({ file });
    for (const grant of ["tiktok/123", "tiktok"]) {
      const target = await writeBack.target(grant, ground.io);
      await writeBack.save(grant, grantOf(target, 1, grant), { generation: 0 }, ground.io);
    }
    expect(await ground.extract(file, "tiktok", "123", "refresh_token")).toBe("rft.sops-tiktok-123-1");
    expect(await ground.extract(file, "tiktok", "refresh_token")).toBe("rft.sops-tiktok-1");
    expect((await read(file, "tiktok/123"))?.generation).toBe(1);
  });

  it("a token of the strangest characters survives in every format", async () => {
    const token = "a+/=\\n\\\\n!$%&'\"`{}[],:;#*|<>?ü€🎵 \t~";
    for (const ending of [".yaml", ".json", ".env"] as const) {
      const file = await ground.encrypt(`strange.enc${ending}`, smallFiles[ending]);
      const writeBack = ground.writeBack({ file });
      const next = { id, platform: "tiktok", account: "brand-a", generation: 1, refreshToken: secret(token) };
      await writeBack.save(id, next, { generation: 0 }, ground.io);
      expect((await read(file))?.refreshToken?.reveal()).toBe(token);
      if (ending !== ".env") expect(await ground.extract(file, ...pathOf(ending, "refresh_token"))).toBe(token);
    }
  });

  it("a file that only a key service opens is read by the program", async () => {
    const file = await ground.encrypt("tokens.enc.yaml", smallFiles[".yaml"]);
    await save(file);
    // The age key is in reach of the program alone, as the permission for a KMS is.
    const env = { HOME: ground.folder, PATH: ground.env["PATH"] };
    const program = await wrappedSops(
      join(ground.folder, "service"),
      `SOPS_AGE_KEY_FILE='${ground.key.file}' exec "$real" "$@"\n`,
    );
    const writeBack = ground.writeBack({ file, sops: program });
    const io = testIO({ env });
    expect((await writeBack.read(id, io))?.refreshToken?.reveal()).toBe("rft.sops-tiktok-brand-a-1");
    const target = await writeBack.target(id, io);
    await writeBack.probe(id, { longestToken: 100, rotates: true }, io);
    await writeBack.save(id, grantOf(target, 2), versionOf(grantOf(target, 1)), io);
    expect(await ground.extract(file, "tiktok", "brand-a", "refresh_token")).toBe("rft.sops-tiktok-brand-a-2");
  });
});
