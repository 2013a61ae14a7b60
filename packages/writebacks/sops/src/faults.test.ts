import { spawn, type ChildProcess } from "node:child_process";
import { chmod, link, mkdir, readdir, readFile, rm, stat, symlink, writeFile } from "node:fs/promises";
import { once } from "node:events";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { unavailable } from "tokenward-counterparts/sops";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  grantOf,
  id,
  makeGround,
  refusalOf,
  shape,
  smallFiles,
  textOf,
  versionOf,
  type Ground,
} from "./test/ground.ts";
import { linesOf, wrappedSops } from "./test/wrapped-sops.ts";

const missing = unavailable();
const killing = { timeout: 120_000 };
const saver = fileURLToPath(new URL("test/saver.ts", import.meta.url));

describe.skipIf(missing !== undefined)(`faults${missing === undefined ? "" : ` (skipped: ${missing})`}`, () => {
  let ground: Ground;
  let file: string;
  beforeEach(async () => {
    ground = await makeGround();
    file = await ground.encrypt("tokens.enc.yaml", smallFiles[".yaml"]);
  });
  afterEach(async () => {
    await ground.dispose();
  });

  const probeWith = async (options: {
    readonly sops?: string;
    readonly publish?: readonly string[];
    readonly timeout?: number;
  }) => await refusalOf(ground.writeBack({ file, ...options }).probe(id, shape, ground.io));
  const saved = async (): Promise<ReturnType<typeof grantOf>> => {
    const writeBack = ground.writeBack({ file });
    const first = grantOf(await writeBack.target(id, ground.io), 1);
    await writeBack.save(id, first, { generation: 0 }, ground.io);
    return first;
  };
  const leftovers = async (): Promise<readonly string[]> =>
    (await readdir(ground.folder)).filter((name) => name.includes("tokenward-draft"));

  describe("the program", () => {
    it("that is missing is named before anything is spent, with how to install it", async () => {
      const io = { ...ground.io, env: { ...ground.env, PATH: ground.folder } };
      const { code, message, fix } = await refusalOf(ground.writeBack({ file }).probe(id, shape, io));
      expect(code).toBe("ERR_WRITEBACK_UNWRITABLE");
      expect(message).toContain("the program `sops` is not on PATH");
      expect(fix).toContain("Install sops 3.11 or newer (https://github.com/getsops/sops/releases");
    });

    it.each([
      ["is too old", "echo 'sops 3.10.2'\n", "is sops 3.10.2, which is too old"],
      ["is far too old", "echo 'sops 2.0.9 (outdated)'\n", "is sops 2.0.9, which is too old"],
      ["is another one", "echo hello\n", "does not say which version of sops it is"],
      ["ends with a signal", "kill -KILL $$\n", "does not say which version of sops it is"],
    ])("that %s is refused", async (_, script, words) => {
      const program = await wrappedSops(join(ground.folder, "program"), script);
      const { message, fix } = await probeWith({ sops: program });
      expect(message).toContain(words);
      expect(fix).toContain("Install sops 3.11 or newer");
    });

    it("that may not be run is refused", async () => {
      const program = join(ground.folder, "sops");
      await writeFile(program, "#!/bin/sh\n");
      expect((await probeWith({ sops: program })).message).toContain("cannot be started");
    });

    it("that refuses, or writes something else, changes nothing", async () => {
      const before = await textOf(file);
      const only = (what: string): string => `case "$1" in set) ${what} ;; *) exec "$real" "$@" ;; esac\n`;
      for (const [script, words] of [
        [only("echo 'no space left on device' >&2; exit 3"), "is full"],
        [only("cat >/dev/null; exit 0"), "wrote something else than it was given"],
        [only("echo broken >&2; exit 1"), "ended with exit code 1 (broken)"],
        [only("kill -KILL $$"), "was ended by a signal"],
      ] as const) {
        const program = await wrappedSops(join(ground.folder, "program"), script);
        expect((await probeWith({ sops: program })).message).toContain(words);
        expect(await textOf(file)).toBe(before);
        expect(await leftovers()).toEqual([]);
      }
    });

    it("that hangs is ended, with all that it started", async () => {
      const hanging = `echo $$ >>"$here/pids"; sleep 600 & echo $! >>"$here/pids"; wait\n`;
      const only = `case "$1" in set) ;; *) exec "$real" "$@" ;; esac\n${hanging}`;
      const program = await wrappedSops(join(ground.folder, "program"), only);
      const { message, fix } = await probeWith({ sops: program, timeout: 1000 });
      expect(message).toContain("`sops set` took longer than 1000 ms and was ended");
      expect(fix).toContain("raise `timeout`");
      const publisher = await wrappedSops(join(ground.folder, "publisher"), hanging);
      expect((await probeWith({ publish: [publisher], timeout: 1000 })).message).toContain("took longer than 1000 ms");
      for (const folder of ["program", "publisher"]) {
        const pids = await linesOf(join(ground.folder, folder), "pids");
        expect(pids).toHaveLength(2);
        for (const pid of pids) expect(await isRunning(Number(pid)), `${folder}: ${pid}`).toBe(false);
      }
    });

    it("that is stopped by a caller's signal ends the call", async () => {
      const program = await wrappedSops(
        join(ground.folder, "program"),
        `case "$1" in set) ;; *) exec "$real" "$@" ;; esac\ntouch "$here/begun"; exec sleep 600\n`,
      );
      const caller = new AbortController();
      const io = { ...ground.io, signal: caller.signal };
      const probing = refusalOf(ground.writeBack({ file, sops: program, timeout: 60_000 }).probe(id, shape, io));
      while (!(await readdir(join(ground.folder, "program"))).includes("begun")) await new Promise(setImmediate);
      caller.abort();
      expect((await probing).code).toBe("ERR_WRITEBACK_UNWRITABLE");
      expect(await leftovers()).toEqual([]);
    });
  });

  describe("the file", () => {
    it("that is missing is named, with how to make it", async () => {
      await rm(file);
      const writeBack = ground.writeBack({ file });
      for (const work of [writeBack.read(id, ground.io), writeBack.probe(id, shape, ground.io)]) {
        const { message, fix } = await refusalOf(work);
        expect(message).toContain("tokens.enc.yaml does not exist");
        expect(fix).toContain("sops encrypt --filename-override tokens.enc.yaml --output tokens.enc.yaml");
      }
      expect((await readdir(ground.folder)).filter((name) => name.includes("lock"))).toEqual([]);
    });

    it.each([
      ["is not encrypted", "a: 1\n", "is not encrypted by sops"],
      ["is empty", "", "is damaged: it is no valid YAML"],
      ["was merged badly", "<<<<<<< HEAD\na: 1\n=======\n", "is damaged: it is no valid YAML"],
    ])("that %s is never taken for one without grants", async (_, text, words) => {
      await writeFile(file, text);
      const { code, message } = await refusalOf(ground.writeBack({ file }).read(id, ground.io));
      expect(code).toBe("ERR_WRITEBACK_UNREADABLE");
      expect(message).toContain(words);
    });

    it("that no key here opens names its recipients", async () => {
      await rm(ground.key.file);
      const { message, fix } = await refusalOf(ground.writeBack({ file }).read(id, ground.io));
      expect(message).toContain(`is encrypted for ${ground.key.recipient}`);
      expect(fix).toContain("SOPS_AGE_KEY_FILE");
      const io = { ...ground.io, env: { ...ground.env, PATH: "" } };
      expect((await refusalOf(ground.writeBack({ file }).read(id, io))).message).toContain("no key here opens");
    });

    it("whose rules leave tokens in the clear is refused before anything is spent", async () => {
      file = await ground.encrypt("tokens.enc.yaml", smallFiles[".yaml"], "--encrypted-regex", "^password$");
      expect((await probeWith({})).message).toContain("leave tiktok.brand-a.refresh_token unencrypted");
      expect(await textOf(file)).not.toContain("tiktok");
    });

    it("that a symbolic link names is replaced, and not the link", async () => {
      await mkdir(join(ground.folder, "links"));
      const linked = join(ground.folder, "links", "tokens.yaml");
      await symlink(file, linked);
      const writeBack = ground.writeBack({ file: linked });
      const target = await writeBack.target(id, ground.io);
      expect(target).toBe(await ground.writeBack({ file }).target(id, ground.io));
      await writeBack.save(id, grantOf(target, 1), { generation: 0 }, ground.io);
      expect((await ground.writeBack({ file }).read(id, ground.io))?.generation).toBe(1);
      expect(await textOf(linked)).toBe(await textOf(file));
    });

    it("keeps its mode, and drafts of killed processes go with the next change", async () => {
      await chmod(file, 0o640);
      const draft = join(ground.folder, ".tokens.enc.yaml.0123456789ab.tokenward-draft.yaml");
      await link(file, draft);
      await saved();
      expect(await leftovers()).toEqual([]);
      expect((await stat(file)).mode & 0o777).toBe(0o640);
    });
  });

  describe("the lock", () => {
    const startHolder = async (): Promise<ChildProcess> => {
      const holder = spawn(process.execPath, [saver, "hold", join(ground.folder, ".tokens.enc.yaml.tokenward-lock")], {
        stdio: ["ignore", "pipe", "inherit"],
      });
      await once(holder.stdout as NodeJS.ReadableStream, "data");
      return holder;
    };

    it("of another process is waited for, and named where it does not end", async () => {
      const holder = await startHolder();
      const { message, fix } = await probeWith({ timeout: 500 });
      expect(message).toContain("another process has been changing the file for longer than 500 ms");
      expect(fix).toContain("fuser");
      const waiting = ground.writeBack({ file, timeout: 30_000 }).probe(id, shape, ground.io);
      // However it ends, the system frees the lock.
      holder.kill("SIGKILL");
      await waiting;
    });

    it("keeps two processes apart: of two saves one is told of the other", async () => {
      const first = await saved();
      const target = await ground.writeBack({ file }).target(id, ground.io);
      const results = await Promise.allSettled(
        [2, 3, 4].map(async (which) => {
          const next = { ...grantOf(target, which), generation: 2 };
          await ground.writeBack({ file }).save(id, next, versionOf(first), ground.io);
        }),
      );
      expect(results.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    });
  });

  it("a process that is killed at any moment leaves the old file or the new one, whole", killing, async () => {
    const runs = Number(process.env["KILL_RUNS"] ?? 4);
    const writeBack = ground.writeBack({ file });
    const target = await writeBack.target(id, ground.io);
    let [generation, took] = [0, 0];
    for (let run = 0; run < runs; run++) {
      const args = ["--conditions=@tokenward/source", saver, "save", file, String(generation + 1)];
      const child = spawn(process.execPath, args, { env: ground.env, stdio: ["ignore", "pipe", "inherit"] });
      const closed = once(child, "close");
      await once(child.stdout as NodeJS.ReadableStream, "data");
      const begun = performance.now();
      // The first runs through, so that the others are killed all over the time that it took.
      const timer = run === 0 ? undefined : setTimeout(() => child.kill("SIGKILL"), (took * run) / runs);
      await closed;
      clearTimeout(timer);
      if (run === 0) took = performance.now() - begun;
      const found = await writeBack.read(id, ground.io);
      expect([generation, generation + 1]).toContain(found?.generation ?? 0);
      generation = found?.generation ?? 0;
      const plain = await ground.extract(file, "tiktok", "brand-a", "refresh_token");
      expect(plain).toBe(`rft.sops-tiktok-brand-a-${generation}`);
    }
    expect(generation).toBeGreaterThan(0);
    await writeBack.save(id, grantOf(target, generation + 1), versionOf(grantOf(target, generation)), ground.io);
    expect(await leftovers()).toEqual([]);
  });
});

async function isRunning(pid: number): Promise<boolean> {
  const stat = await readFile(`/proc/${String(pid)}/stat`, "utf8").catch(() => undefined);
  // A zombie has ended; nobody has asked for its exit code yet.
  return stat !== undefined && !stat.slice(stat.lastIndexOf(")") + 2).startsWith("Z");
}
