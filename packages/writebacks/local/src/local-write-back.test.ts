import {
  copyFile,
  mkdtemp,
  mkdir,
  readdir,
  readFile,
  realpath,
  rename,
  rm,
  stat,
  symlink,
  unlink,
  utimes,
  writeFile,
} from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  createHttpClient,
  fingerprintOf,
  nothingStored,
  secret,
  systemClock,
  systemIdentity,
  type PluginIO,
  type StoredGrant,
  type WriteBack,
} from "@tokenward/core";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import local, { type LocalOptions } from "./index.ts";

let home: string;
let notes: string[];
let env: Record<string, string>;

beforeEach(async () => {
  home = await realpath(await mkdtemp(join(tmpdir(), "tokenward-local-")));
  notes = [];
  env = { HOME: home, XDG_DATA_HOME: join(home, "data"), TOKENWARD_IDENTITY_FILE: join(home, "identity.txt") };
});

afterEach(async () => {
  await rm(home, { recursive: true, force: true });
});

function make(options: LocalOptions = { store: "file" }, folder: string = home): WriteBack {
  return local.create(options, { folder, env });
}

function io(variables: Record<string, string> = env): PluginIO {
  return {
    http: createHttpClient(),
    env: variables,
    clock: systemClock,
    signal: new AbortController().signal,
    identity: systemIdentity(variables),
    note: (message) => notes.push(message),
  };
}

function grant(generation: number, token = `rft.example-${generation}`, id = "tiktok"): StoredGrant {
  const [platform = id, account] = id.split("/");
  return { id, platform, account, generation, refreshToken: secret(token), scopes: ["a", "b"] };
}

const folder = (): string => join(home, "data", "tokenward", "grants");

/** Every path below a folder with what it holds and when it changed. */
async function contents(of: string): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const entry of await readdir(of, { withFileTypes: true, recursive: true }).catch(() => [])) {
    const path = join(entry.parentPath, entry.name);
    const { mtimeMs, mode } = await stat(path);
    found[path] = `${mtimeMs} ${mode} ${entry.isFile() ? (await readFile(path)).toString("base64") : ""}`;
  }
  return found;
}

describe("the local write-back in files", () => {
  it("gives back what was saved, to another instance as well", async () => {
    const next: StoredGrant = {
      ...grant(1),
      accessToken: secret("act.example-1"),
      accessTokenExpiresAt: new Date("2026-12-24T00:00:00Z"),
      attributes: { open_id: "x" },
    };
    await make().save("tiktok", next, nothingStored, io());
    const read = await make().read("tiktok", io());
    expect(read).toMatchObject({ ...next, accessToken: expect.anything(), refreshToken: expect.anything() });
    expect(read?.refreshToken?.reveal()).toBe("rft.example-1");
    expect(read?.accessToken?.reveal()).toBe("act.example-1");
  });

  it("keeps files that only their owner may read, sealed, and nothing else of the token", async () => {
    await make().save("tiktok", grant(1), nothingStored, io());
    expect((await readdir(folder())).toSorted()).toEqual(["store.json", "tiktok.age"]);
    const sealed = await readFile(join(folder(), "tiktok.age"));
    expect(sealed.subarray(0, 21).toString()).toBe("age-encryption.org/v1");
    expect(sealed.includes("rft.example-1")).toBe(false);
    if (process.platform !== "win32") {
      expect((await stat(join(folder(), "tiktok.age"))).mode & 0o777).toBe(0o600);
      expect((await stat(folder())).mode & 0o777).toBe(0o700);
    }
  });

  it("creates nothing and changes nothing by reading", async () => {
    expect(await make().read("tiktok", io())).toBeUndefined();
    expect(await make({}).read("tiktok", io())).toBeUndefined();
    expect(await readdir(home)).toEqual([]);
    await make().save("tiktok", grant(1), nothingStored, io());
    const before = await contents(home);
    await make().read("tiktok", io());
    await make({}).read("youtube", io());
    await make().target("tiktok", io());
    expect(await contents(home)).toEqual(before);
  });

  it("leaves nothing behind after a probe but the folder and the identity", async () => {
    await make().probe("tiktok", { longestToken: 5_000, rotates: true }, io());
    expect(await readdir(folder())).toEqual([]);
    await make().save("tiktok", grant(1), nothingStored, io());
    const before = await contents(folder());
    await make().probe("tiktok", { longestToken: 5_000, rotates: true }, io());
    expect(await contents(folder())).toEqual(before);
  });

  it("refuses a save whose expected version is not what is stored", async () => {
    const writeBack = make();
    const target = await writeBack.target("tiktok", io());
    await writeBack.save("tiktok", grant(1), nothingStored, io());
    const stale = { code: "ERR_WRITEBACK_CONFLICT" };
    await expect(writeBack.save("tiktok", grant(1, "rft.other"), nothingStored, io())).rejects.toMatchObject(stale);
    await expect(writeBack.save("tiktok", grant(3), { generation: 2 }, io())).rejects.toMatchObject(stale);
    const wrongToken = { generation: 1, fingerprint: fingerprintOf(target, secret("rft.other")) };
    await expect(writeBack.save("tiktok", grant(2), wrongToken, io())).rejects.toMatchObject(stale);
    await expect(
      writeBack.save("tiktok", grant(2), { fingerprint: wrongToken.fingerprint }, io()),
    ).rejects.toMatchObject(stale);
    expect((await writeBack.read("tiktok", io()))?.refreshToken?.reveal()).toBe("rft.example-1");

    const right = { generation: 1, fingerprint: fingerprintOf(target, secret("rft.example-1")) };
    await writeBack.save("tiktok", grant(2), right, io());
    await writeBack.save("tiktok", grant(3), { fingerprint: fingerprintOf(target, secret("rft.example-2")) }, io());
    expect((await writeBack.read("tiktok", io()))?.generation).toBe(3);
  });

  it("takes the same save twice", async () => {
    const writeBack = make();
    await writeBack.save("tiktok", grant(1), nothingStored, io());
    await writeBack.save("tiktok", grant(2), { generation: 1 }, io());
    const before = await contents(folder());
    await writeBack.save("tiktok", grant(2), { generation: 1 }, io());
    expect(await contents(folder())).toEqual(before);
  });

  it("keeps grants apart, whatever their accounts are called", async () => {
    const ids = ["tiktok", "tiktok/brand-a", "tiktok/Brand-A", "tiktok/age", "tiktok/brand.a"];
    for (const id of ids) await make().save(id, grant(1, `rft.of-${id}`, id), nothingStored, io());
    for (const id of ids) expect((await make().read(id, io()))?.refreshToken?.reveal()).toBe(`rft.of-${id}`);
  });

  it("keeps a tombstone that holds no token, and lets a new consent take its place", async () => {
    const writeBack = make();
    await writeBack.retire?.("tiktok", nothingStored, io());
    expect(await readdir(home)).toEqual([]);
    await writeBack.save("tiktok", grant(1), nothingStored, io());
    await expect(writeBack.retire?.("tiktok", { generation: 7 }, io())).rejects.toMatchObject({
      code: "ERR_WRITEBACK_CONFLICT",
    });
    await writeBack.retire?.("tiktok", { generation: 1 }, io(), "gitlab:elsewhere");
    const left = await writeBack.read("tiktok", io());
    expect(left).toMatchObject({ generation: 2, retired: { at: expect.any(Date), movedTo: "gitlab:elsewhere" } });
    expect([left?.refreshToken, left?.accessToken]).toEqual([undefined, undefined]);
    await writeBack.retire?.("tiktok", { generation: 1 }, io());
    await expect(writeBack.save("tiktok", grant(2), { generation: 1 }, io())).rejects.toMatchObject({
      code: "ERR_WRITEBACK_CONFLICT",
    });
    await writeBack.save("tiktok", grant(1, "rft.anew"), nothingStored, io());
    expect((await writeBack.read("tiktok", io()))?.refreshToken?.reveal()).toBe("rft.anew");
  });

  it("never takes a damaged file for an empty store, and leaves it as it is", async () => {
    const writeBack = make();
    await writeBack.save("tiktok", grant(1), nothingStored, io());
    const path = join(folder(), "tiktok.age");
    const whole = await readFile(path);
    const damage = fc.oneof(
      fc.nat(whole.length - 1).map((length) => whole.subarray(0, length)),
      fc.tuple(fc.nat(whole.length - 1), fc.integer({ min: 1, max: 255 })).map(([at, change]) => {
        const changed = Buffer.from(whole);
        changed[at] = (changed[at] ?? 0) ^ change;
        return changed;
      }),
    );
    await fc.assert(
      fc.asyncProperty(damage, async (bytes) => {
        await writeFile(path, bytes);
        await expect(writeBack.read("tiktok", io())).rejects.toMatchObject({
          code: expect.stringMatching(/^ERR_WRITEBACK_(UNREADABLE|SEALED_FOR_ANOTHER)$/),
        });
        await expect(writeBack.save("tiktok", grant(2), { generation: 1 }, io())).rejects.toThrow();
        expect(await readFile(path)).toEqual(Buffer.from(bytes));
      }),
      { numRuns: 60 },
    );
  });

  it("tells another identity from damage, and from a missing one", async () => {
    await make().save("tiktok", grant(1), nothingStored, io());
    const other = { ...env, TOKENWARD_IDENTITY_FILE: join(home, "other.txt") };
    await expect(make().read("tiktok", io(other))).rejects.toMatchObject({ code: "ERR_STATE_IDENTITY_MISSING" });
    await expect(make().probe("tiktok", { longestToken: 99, rotates: true }, io(other))).rejects.toMatchObject({
      code: "ERR_STATE_IDENTITY_MISSING",
    });
    await expect(make().save("youtube", grant(1, "rft.y", "youtube"), nothingStored, io(other))).rejects.toMatchObject({
      code: "ERR_STATE_IDENTITY_MISSING",
    });
    await systemIdentity(other).ensure({ sealedDataExists: false });
    await expect(make().read("tiktok", io(other))).rejects.toMatchObject({
      code: "ERR_WRITEBACK_SEALED_FOR_ANOTHER",
      message: expect.stringContaining(join(home, "other.txt")),
      fix: expect.stringContaining(join(folder(), "tiktok.age")),
    });
  });

  it("refuses a file that was renamed to another grant's name", async () => {
    await make().save("tiktok", grant(1), nothingStored, io());
    await rename(join(folder(), "tiktok.age"), join(folder(), "youtube.age"));
    await expect(make().read("youtube", io())).rejects.toMatchObject({
      code: "ERR_WRITEBACK_UNREADABLE",
      message: expect.stringContaining("another grant"),
    });
  });

  it("still knows its versions after the folder was moved", async () => {
    await make({ store: "file", path: "one" }).save("tiktok", grant(1), nothingStored, io());
    await rename(join(home, "one"), join(home, "two"));
    const moved = make({ store: "file", path: "two" });
    const fingerprint = fingerprintOf(await moved.target("tiktok", io()), secret("rft.example-1"));
    await moved.save("tiktok", grant(2), { generation: 1, fingerprint }, io());
    expect((await moved.read("tiktok", io()))?.generation).toBe(2);
  });

  it("removes drafts that a crash left, of this grant only, and reads them never", async () => {
    await make().save("tiktok", grant(1), nothingStored, io());
    await make().save("tiktok/age", grant(1, "rft.age", "tiktok/age"), nothingStored, io());
    const draft = ".01234567-89ab-cdef-0123-456789abcdef.new";
    const young = ".11234567-89ab-cdef-0123-456789abcdef.new";
    const anHourAgo = new Date(Date.now() - 3_600_000);
    for (const name of [`tiktok.age${draft}`, `tiktok.age.age${draft}`]) {
      await copyFile(join(folder(), "tiktok.age"), join(folder(), name));
      await utimes(join(folder(), name), anHourAgo, anHourAgo);
    }
    // Somebody with another state folder may be about to put this one in its place.
    await copyFile(join(folder(), "tiktok.age"), join(folder(), `tiktok.age${young}`));
    await make().save("tiktok", grant(2), { generation: 1 }, io());
    expect((await readdir(folder())).toSorted()).toEqual(
      ["store.json", "tiktok.age", "tiktok.age.age", `tiktok.age.age${draft}`, `tiktok.age${young}`].toSorted(),
    );
    expect((await make().read("tiktok/age", io()))?.refreshToken?.reveal()).toBe("rft.age");
  });
});

describe("the target of a grant", () => {
  it("is the same from every configuration folder that means the same stored grant, and holds no secret", async () => {
    const one = await make({}, join(home, "project-a")).target("tiktok", io());
    expect(await make({ store: "file" }, join(home, "project-b")).target("tiktok", io())).toBe(one);
    expect(one).toBe(`local:${folder()}#tiktok`);
    expect(await make({ path: "grants" }, join(home, "a")).target("tiktok", io())).not.toBe(
      await make({ path: "grants" }, join(home, "b")).target("tiktok", io()),
    );
  });

  it("is the same before and after the folder exists, and through a link", async () => {
    await mkdir(join(home, "real"));
    await symlink(join(home, "real"), join(home, "linked"), "junction");
    const before = await make({ store: "file", path: "linked/deep/grants" }).target("tiktok", io());
    expect(await make({ store: "file", path: "real/deep/grants" }).target("tiktok", io())).toBe(before);
    await make({ store: "file", path: "linked/deep/grants" }).save("tiktok", grant(1), nothingStored, io());
    expect(await make({ store: "file", path: "linked/deep/grants" }).target("tiktok", io())).toBe(before);
    expect((await make({ store: "file", path: "real/deep/grants" }).read("tiktok", io()))?.generation).toBe(1);
  });
});

describe("whether it outlives the run", () => {
  it.each([
    [undefined, undefined, true],
    ["", undefined, true],
    ["false", undefined, true],
    ["0", undefined, true],
    ["true", undefined, false],
    ["1", undefined, false],
    ["woodpecker", undefined, false],
    ["true", true, true],
    [undefined, false, false],
  ])("CI=%j, outlives_run: %j -> %j", (ci, outlives, expected) => {
    const variables = ci === undefined ? {} : { CI: ci };
    expect(local.create({ outlives_run: outlives }, { folder: home, env: variables }).traits.outlivesRun).toBe(
      expected,
    );
  });
});

describe("the choice of the store", () => {
  it("is never switched by the configuration", async () => {
    await make({ store: "file" }).save("tiktok", grant(1), nothingStored, io());
    const changed = { code: "ERR_WRITEBACK_STORE_CHANGED", message: expect.stringContaining("kept in the file") };
    const other = make({ store: "keychain" });
    await expect(other.read("tiktok", io())).rejects.toMatchObject(changed);
    await expect(other.probe("tiktok", { longestToken: 99, rotates: true }, io())).rejects.toMatchObject(changed);
    await expect(other.save("tiktok", grant(2), { generation: 1 }, io())).rejects.toMatchObject(changed);
    expect((await make({}).read("tiktok", io()))?.generation).toBe(1);
  });

  it("is known from the files where its record was deleted", async () => {
    await make({ store: "file" }).save("tiktok", grant(1), nothingStored, io());
    await unlink(join(folder(), "store.json"));
    expect((await make({}).read("tiktok", io()))?.generation).toBe(1);
    await expect(make({ store: "keychain" }).read("tiktok", io())).rejects.toMatchObject({
      code: "ERR_WRITEBACK_STORE_CHANGED",
    });
  });

  it.each(["", "{", "[]", '{"store":"floppy"}', '{"store":"keychain"}'])(
    "is not guessed from the record %j",
    async (text) => {
      await mkdir(folder(), { recursive: true });
      await writeFile(join(folder(), "store.json"), text);
      await expect(make({}).read("tiktok", io())).rejects.toMatchObject({ code: "ERR_WRITEBACK_UNREADABLE" });
      await expect(make({}).save("tiktok", grant(1), nothingStored, io())).rejects.toMatchObject({
        code: "ERR_WRITEBACK_UNREADABLE",
      });
    },
  );
});

describe("what stands in the way", () => {
  it("names a file in the place of the folder", async () => {
    await writeFile(join(home, "data"), "");
    await expect(make().probe("tiktok", { longestToken: 99, rotates: true }, io())).rejects.toMatchObject({
      code: "ERR_WRITEBACK_UNREADABLE",
      message: expect.stringContaining("is a file, not a folder"),
    });
    await expect(make().read("tiktok", io())).rejects.toMatchObject({ code: "ERR_WRITEBACK_UNREADABLE" });
  });

  it("names a folder in the place of the file", async () => {
    await mkdir(join(folder(), "tiktok.age"), { recursive: true });
    await expect(make().probe("tiktok", { longestToken: 99, rotates: true }, io())).rejects.toMatchObject({
      code: expect.stringMatching(/UNWRITABLE|IDENTITY_MISSING/),
    });
    await expect(make().read("tiktok", io())).rejects.toMatchObject({ code: "ERR_WRITEBACK_UNREADABLE" });
  });
});
