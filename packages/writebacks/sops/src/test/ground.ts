import { mkdtemp, readFile, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, dirname, extname, join } from "node:path";
import { fingerprintOf, secret, TokenwardError, type Intent, type StoredGrant, type WriteBack } from "@tokenward/core";
import { testIO, type TestIO } from "@tokenward/testing";
import { makeAgeKey, sops, sopsProgram, type AgeKey } from "tokenward-counterparts/sops";
import plugin, { type SopsOptions } from "../index.ts";

/** The grant that most tests are about. */
export const id = "tiktok/brand-a";

/** A shape that asks for all there is room for. */
export const shape = { longestToken: 4096, rotates: true } as const;

/** A folder with an age key, where the real sops makes files. */
export interface Ground {
  readonly folder: string;
  readonly key: AgeKey;
  readonly env: Readonly<Record<string, string>>;
  readonly io: TestIO;
  /** Encrypts a new file; gives its path. */
  encrypt(name: string, plain: string, ...rules: readonly string[]): Promise<string>;
  /** Likewise, under the rules of a `.sops.yaml`. */
  encryptUnder(rules: Readonly<Record<string, unknown>>, name: string, plain: string): Promise<string>;
  /** What `sops -d` prints of a file. */
  decrypt(file: string, ...args: readonly string[]): Promise<string>;
  /** The value that a job reads with `sops -d --extract`. */
  extract(file: string, ...path: readonly string[]): Promise<string>;
  set(file: string, path: readonly string[], value: unknown): Promise<void>;
  writeBack(options: SopsOptions, env?: Readonly<Record<string, string>>): WriteBack;
  dispose(): Promise<void>;
}

/** Makes one. */
export async function makeGround(): Promise<Ground> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), "tokenward-sops-")));
  const key = await makeAgeKey(join(folder, "age.txt"));
  const env = {
    HOME: folder,
    PATH: [dirname(sopsProgram() ?? ""), process.env["PATH"] ?? ""].join(delimiter),
    SOPS_AGE_KEY_FILE: key.file,
  };
  const call = { folder, keys: key.file };
  return {
    folder,
    key,
    env,
    io: testIO({ env }),
    encrypt: async (name, plain, ...rules) => {
      const recipients = rules.some((rule) => rule === "--age") ? [] : ["--age", key.recipient];
      const args = ["encrypt", "--filename-override", name, "--output", join(folder, name), ...recipients, ...rules];
      await sops(args, { ...call, input: plain });
      return join(folder, name);
    },
    encryptUnder: async (rules, name, plain) => {
      const config = join(folder, "rules.yaml");
      await writeFile(config, JSON.stringify({ creation_rules: [{ age: key.recipient, ...rules }] }));
      const args = ["--config", config, "encrypt", "--filename-override", name, "--output", join(folder, name)];
      await sops(args, { ...call, input: plain });
      return join(folder, name);
    },
    decrypt: async (file, ...args) => await sops(["decrypt", ...args, file], call),
    extract: async (file, ...path) =>
      await sops(["decrypt", "--extract", path.map((part) => `[${JSON.stringify(part)}]`).join(""), file], call),
    set: async (file, path, value) => {
      const index = path.map((part) => `[${JSON.stringify(part)}]`).join("");
      await sops(["set", "--value-stdin", file, index], { ...call, input: JSON.stringify(value) });
    },
    writeBack: (options, more = {}) => plugin.create(options, { folder, env: { ...env, ...more } }),
    dispose: async () => await rm(folder, { recursive: true, force: true }),
  };
}

/** A small file of a format, with a comment and a value of somebody else. */
export const smallFiles: Readonly<Record<".yaml" | ".json" | ".env", string>> = {
  ".yaml": "# of the posting job\ndatabase:\n  password: hunter2 # not ours\nport: 5432\n",
  ".json": '{"database": {"password": "hunter2"}, "port": 5432}',
  ".env": "# of the posting job\nDATABASE_PASSWORD=hunter2\nPORT=5432\n",
};

/** The file's content for its name. */
export function smallFile(name: string): string {
  return smallFiles[extname(name) as ".yaml"];
}

/** A grant of one generation, as it is saved under a target. */
export function grantOf(target: string, generation: number, of: string = id): StoredGrant {
  const [platform = of, account] = of.split("/");
  const refreshToken = secret(`rft.sops-${of.replace("/", "-")}-${generation}`);
  return {
    id: of,
    platform,
    account,
    generation,
    fingerprint: fingerprintOf(target, refreshToken),
    refreshToken,
    accessToken: secret(`act.sops-${of.replace("/", "-")}-${generation}`),
    refreshTokenExpiresAt: new Date("2027-11-22T00:00:00Z"),
  };
}

/** What a save over that grant names. */
export function versionOf({ generation, fingerprint }: StoredGrant): Pick<StoredGrant, "generation" | "fingerprint"> {
  return { generation, fingerprint };
}

/** The intent to spend one generation's token. */
export function intentOf(grant: StoredGrant, name: string): Intent {
  const version = versionOf(grant);
  return { id: name, version, host: "host-a", run: name, at: new Date(0), deadline: new Date(1), attempt: 1 };
}

/** The error that something must fail with. */
export async function refusalOf(work: Promise<unknown> | undefined): Promise<TokenwardError> {
  try {
    await work;
  } catch (error) {
    if (TokenwardError.is(error)) return error;
    throw error;
  }
  throw new Error("nothing was refused");
}

/** A file's text. */
export async function textOf(file: string): Promise<string> {
  return await readFile(file, "utf8");
}
