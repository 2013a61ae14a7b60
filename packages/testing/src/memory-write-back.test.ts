import { secret, type Intent, type StoredGrant } from "@tokenward/core/plugin";
import { describe, expect, it } from "vitest";
import { memoryWriteBack } from "./memory-write-back.ts";
import { testIO } from "./test-io.ts";

const io = testIO();

function grant(generation: number, token = `token-${generation}`): StoredGrant {
  return { id: "tiktok", platform: "tiktok", generation, fingerprint: `fp-${token}`, refreshToken: secret(token) };
}

const version = (generation: number): { generation: number; fingerprint: string } => ({
  generation,
  fingerprint: `fp-token-${generation}`,
});

const intent: Intent = {
  id: "i",
  version: version(1),
  host: "h",
  run: "r",
  at: new Date(0),
  deadline: new Date(1),
  attempt: 1,
};

describe.each(["atomic", "checked"] as const)("memoryWriteBack, %s", (compareAndSwap) => {
  it("replaces what it was told to replace, and nothing else", async () => {
    const store = memoryWriteBack({ compareAndSwap });
    await store.save("tiktok", grant(1), { generation: 0 }, io);
    await store.save("tiktok", grant(2), version(1), io);
    await expect(store.save("tiktok", grant(3), version(1), io)).rejects.toMatchObject({
      code: "ERR_WRITEBACK_CONFLICT",
    });
    expect((await store.read("tiktok", io))?.generation).toBe(2);
    await store.save("tiktok", grant(2), version(1), io);
    expect(store.calls.map(({ operation }) => operation)).toEqual(["save", "save", "save", "read", "save"]);
  });

  it("keeps a claim until it is withdrawn or a save ends it", async () => {
    const store = memoryWriteBack({ compareAndSwap });
    store.put(grant(1));
    await store.claim?.("tiktok", intent, version(1), io);
    expect(store.stored("tiktok")?.claim?.id).toBe("i");
    const another = store.claim?.("tiktok", { ...intent, id: "j" }, version(1), io);
    await expect(another).rejects.toMatchObject({ code: "ERR_WRITEBACK_CONFLICT" });
    await store.save("tiktok", grant(2), version(1), io);
    expect(store.stored("tiktok")?.claim).toBeUndefined();
    await store.claim?.("tiktok", { ...intent, id: "j" }, version(2), io);
    await store.claim?.("tiktok", undefined, { ...version(2), claim: "j" }, io);
    expect(store.stored("tiktok")?.claim).toBeUndefined();
  });
});

describe("memoryWriteBack", () => {
  it("lets exactly one of two simultaneous saves through when it is atomic", async () => {
    const store = memoryWriteBack();
    store.put(grant(1));
    const saves = [grant(2, "a"), grant(2, "b")].map(async (next) => await store.save("tiktok", next, version(1), io));
    const outcomes = await Promise.allSettled(saves);
    expect(outcomes.map(({ status }) => status).toSorted()).toEqual(["fulfilled", "rejected"]);
  });

  it("fails and hangs on request, as often as asked", async () => {
    const store = memoryWriteBack({ claims: false, outlivesRun: false, name: "x" });
    expect(store.claim).toBeUndefined();
    expect(store.traits).toEqual({ compareAndSwap: "atomic", outlivesRun: false });
    expect(await store.target("tiktok/a", io)).toBe("memory:x#tiktok/a");
    store.failNext("probe", new Error("full"), 2);
    const shape = { longestToken: 10, rotates: true };
    await expect(store.probe("tiktok", shape, io)).rejects.toThrow("full");
    await expect(store.probe("tiktok", shape, io)).rejects.toThrow("full");
    await store.probe("tiktok", shape, io);

    const release = store.hangNext("save");
    const saving = store.save("tiktok", grant(1), { generation: 0 }, io);
    await new Promise((resolve) => setImmediate(resolve));
    expect(store.stored("tiktok")).toBeUndefined();
    release();
    await saving;
    expect(store.stored("tiktok")?.generation).toBe(1);
    store.remove("tiktok");
    expect(await store.read("tiktok", io)).toBeUndefined();
  });

  it("hangs no longer than its caller's signal lets it", async () => {
    const store = memoryWriteBack();
    store.hangNext("read");
    const caller = new AbortController();
    const reading = store.read("tiktok", testIO({ signal: caller.signal }));
    caller.abort();
    await expect(reading).rejects.toThrow("aborted");
    expect(await store.read("tiktok", io)).toBeUndefined();
  });
});
