import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { systemIdentity, type GrantState } from "@tokenward/core/plugin";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { localState } from "./index.ts";
import { endHolders, environmentIn, startHolder } from "./test/process.ts";
import { temporaryFolder, type TemporaryFolder } from "./test/temporary-folder.ts";

let folder: TemporaryFolder;
let env: Record<string, string>;
let state: GrantState;

beforeEach(() => {
  folder = temporaryFolder();
  env = environmentIn(folder.path);
  mkdirSync(env["TMPDIR"] ?? "");
  vi.stubEnv("TMPDIR", env["TMPDIR"]);
  state = localState({ env, identity: systemIdentity(env) });
});

afterEach(async () => {
  await endHolders();
  await state.close();
  folder.remove();
});

const posix = process.platform === "win32" ? it.skip : it;

describe("several processes", () => {
  it("never let two inside", async () => {
    const file = join(folder.path, "count");
    writeFileSync(file, "0");
    const processes = await Promise.all(Array.from({ length: 4 }, async () => await startHolder(env)));
    await Promise.all(processes.map(async ({ tell }) => await tell({ do: "count", target: "t", file, times: 25 })));
    expect(readFileSync(file, "utf8")).toBe("100");
    expect(processes.map(({ stderr }) => stderr())).toEqual(["", "", "", ""]);
  });

  it("take over from a holder that was killed, and find its intent", async () => {
    const holder = await startHolder(env);
    await holder.tell({ do: "hold", target: "t", waitAtMost: 0 });
    await holder.tell({ do: "intent", generation: 3 });
    const next = state.hold("t", async (held) => (await held.snapshot()).open?.intent.version.generation, {
      waitAtMost: 25_000,
    });
    holder.child.kill("SIGKILL");
    expect(await next).toBe(3);
  });

  posix("wait for a holder that was stopped, and read beside it", async () => {
    const holder = await startHolder(env);
    await holder.tell({ do: "hold", target: "t", waitAtMost: 0 });
    await holder.tell({ do: "intent", generation: 4 });
    holder.child.kill("SIGSTOP");
    let ran = false;
    const attempt = state.hold("t", async () => void (ran = true), { waitAtMost: 300 });
    await expect(attempt).rejects.toMatchObject({ code: "ERR_AUTH_LEASE_BUSY" });
    expect(ran).toBe(false);
    expect((await state.peek("t")).open?.intent.version.generation).toBe(4);
    const next = state.hold("t", async () => "done", { waitAtMost: 25_000 });
    holder.child.kill("SIGCONT");
    await holder.tell({ do: "leave" });
    expect(await next).toBe("done");
  });

  posix("keep an answer that came in the last moment of a process", async () => {
    for (const length of [10, 1024 * 1024]) {
      const holder = await startHolder(env);
      await holder.tell({ do: "hold", target: "t", waitAtMost: 25_000 });
      await holder.tell({ do: "intent", generation: length });
      await expect(holder.tell({ do: "answer-and-die", length })).rejects.toMatchObject({ code: "EXIT" });
      expect(await holder.ended()).toBe("SIGKILL");
      const reader = localState({ env, identity: systemIdentity(env) });
      const { open } = await reader.peek("t");
      expect(open?.answer?.body).toEqual(new Uint8Array(length).fill(7));
      await reader.close();
    }
  });

  it("do not starve whoever waits for one that takes the lease again and again", async () => {
    const greedy = await startHolder(env);
    await greedy.tell({ do: "again-and-again", target: "t" });
    for (let turn = 0; turn < 4; turn++) {
      expect(await state.hold("t", async () => turn, { waitAtMost: 5000 })).toBe(turn);
    }
    await greedy.tell({ do: "stop" });
  });
});

describe("looking at what another process left behind", () => {
  posix("changes no byte, also where the log was never written back", async () => {
    const writer = await startHolder(env);
    await writer.tell({ do: "write", from: 1, to: 40, filler: 500 });
    writer.child.kill("SIGKILL");
    await writer.ended();
    expect(readdirSync(join(folder.path, "state"))).toContain("state.db-wal");
    const before = folder.contents();

    const reader = await startHolder({ ...env, TMPDIR: join(folder.path, "tmp") });
    expect(await reader.tell({ do: "peek", target: "t" })).toMatchObject({ generation: 39, facts: { failures: 39 } });
    await reader.tell({ do: "close" });
    expect(readdirSync(join(folder.path, "tmp"))).toEqual([]);
    expect(withoutTemporary(folder.contents())).toEqual(withoutTemporary(before));
  });

  it("sees whole states while others write, write back and come and go", async () => {
    const last = 301;
    const writing = (async () => {
      // The log is written back every few hundred generations, and removed when the last writer leaves.
      for (let from = 1; from < last; from += 100) {
        const writer = await startHolder(env);
        await writer.tell({ do: "write", from, to: Math.min(from + 100, last), filler: 9000 });
        await writer.tell({ do: "close" });
        writer.child.kill("SIGKILL");
        await writer.ended();
      }
    })();
    let over = false as boolean;
    void writing.finally(() => (over = true)).catch(() => undefined);
    let newest = 0;
    let looks = 0;
    while (!over) {
      const { last: seen, facts, open } = await state.peek("t");
      const generation = seen?.generation ?? 0;
      expect(facts.failures ?? 0).toBe(generation);
      expect(generation).toBeGreaterThanOrEqual(newest);
      if (open !== undefined) expect(open.intent.version.generation).toBe(generation + 1);
      newest = generation;
      looks++;
      // Nothing changed means nothing to wait for: without this the other process would never be heard.
      await new Promise((resolve) => setImmediate(resolve));
    }
    await writing;
    expect((await state.peek("t")).last?.generation).toBe(last - 1);
    expect(looks).toBeGreaterThan(20);
  }, 90_000);
});

function withoutTemporary(contents: ReadonlyMap<string, Uint8Array>): ReadonlyMap<string, string> {
  const kept = [...contents].filter(([name]) => !name.startsWith("tmp"));
  return new Map(kept.map(([name, bytes]) => [name, Buffer.from(bytes).toString("base64")]));
}
