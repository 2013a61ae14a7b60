import { inspect } from "node:util";
import { TokenwardError, type StoredGrant, type WriteBack } from "@tokenward/core/plugin";
import { describe, expect, it, test } from "vitest";
import { memoryWriteBack, type MemoryWriteBack } from "../memory-write-back.ts";
import { writeBackCases } from "./cases.ts";
import type { WriteBackFixture } from "./fixture.ts";
import { testWriteBack } from "./suite.ts";

testWriteBack({ describe, it }, async () => {
  const writeBack = memoryWriteBack();
  return {
    writeBack,
    another: async () => writeBack,
    // What a log or a dump of the process would show of it.
    contents: async () =>
      new Map([["memory", Buffer.from(`${JSON.stringify(writeBack.stored(id))}${inspect(writeBack.stored(id))}`)]]),
    ...refusing(writeBack),
    dispose: async () => undefined,
  };
});

const id = "tiktok/brand-a";

interface BrokenWriteBack {
  readonly defect: string;
  readonly caughtBy: string;
  create(): Partial<WriteBackFixture> & { readonly writeBack: WriteBack };
}

function broken(
  defect: string,
  caughtBy: string,
  change: (base: MemoryWriteBack) => Partial<WriteBack>,
  more: (base: MemoryWriteBack) => Partial<WriteBackFixture> = () => ({}),
): BrokenWriteBack {
  return {
    defect,
    caughtBy,
    create: () => {
      const base = memoryWriteBack();
      return { writeBack: { ...base, ...change(base) }, ...more(base) };
    },
  };
}

const mutants: readonly BrokenWriteBack[] = [
  broken("compares nothing", "a save that replaces something else is a conflict, and changes nothing", (base) => ({
    save: async (_grant, next) => base.put(next),
  })),
  broken("loses the rotated token", "each save replaces the one before", (base) => ({
    save: async (grant, next, expected, io) => {
      const before = base.stored(grant);
      await base.save(
        grant,
        before === undefined ? next : { ...next, refreshToken: before.refreshToken },
        expected,
        io,
      );
    },
  })),
  broken("forgets facts", "what was saved is read back whole, byte for byte", (base) => ({
    save: async (grant, { attributes: _lost, ...next }, expected, io) => await base.save(grant, next, expected, io),
  })),
  broken("makes facts up", "what an answer did not state is not made up", (base) => ({
    save: async (grant, next, expected, io) => await base.save(grant, { scopes: [], ...next }, expected, io),
  })),
  broken("refuses to repeat", "repeating the same save is harmless", (base) => ({
    save: async (grant, next, expected, io) => {
      if (base.stored(grant)?.generation === next.generation) {
        throw new TokenwardError("ERR_WRITEBACK_CONFLICT", { grant });
      }
      await base.save(grant, next, expected, io);
    },
  })),
  broken("compares too early", "of two saves at once one wins, whole", (base) => {
    const latest = new Map<string, StoredGrant>();
    return {
      read: async (grant) => latest.get(grant),
      save: async (grant, next, expected, io) => {
        const seen = latest.get(grant);
        await new Promise((resolve) => setImmediate(resolve));
        if ((seen?.generation ?? 0) !== expected.generation && seen?.fingerprint !== next.fingerprint) {
          await base.save(grant, next, { generation: 99, fingerprint: "never" }, io);
        }
        latest.set(grant, next);
      },
    };
  }),
  broken("mixes grants up", "grants do not know each other", (base) => ({
    read: async (grant, io) => await base.read(grant.toLowerCase(), io),
    save: async (grant, next, expected, io) => await base.save(grant.toLowerCase(), next, expected, io),
  })),
  broken("names one target for all", "a target is stable, tells grants apart and holds no secret", () => ({
    target: () => "memory:all",
  })),
  broken("probes by saving", "a probe changes nothing that a reader sees", (base) => ({
    probe: async (grant) => {
      const before = base.stored(grant);
      if (before !== undefined) base.put({ ...before, generation: (before.generation ?? 0) + 1 });
    },
  })),
  broken(
    "swallows failures",
    "where a save is refused the probe is refused, too, and what is stored stays",
    (base) => ({
      save: async (grant, next, expected, io) => await base.save(grant, next, expected, io).catch(() => {}),
    }),
    refusing,
  ),
  broken(
    "probes nothing",
    "where a save is refused the probe is refused, too, and what is stored stays",
    () => ({ probe: async () => undefined }),
    refusing,
  ),
  broken("lets claims be stolen", "a claim is neither stolen nor made for another version", (base) => ({
    claim: async (grant, intent) => {
      const stored = base.stored(grant);
      if (stored !== undefined) base.put({ ...stored, claim: intent });
    },
  })),
  broken("keeps claims open", "a claim is seen until it is withdrawn or the grant is saved", (base) => ({
    read: async (grant, io) => {
      const stored = await base.read(grant, io);
      const last = base.calls.findLast(({ operation }) => operation === "claim");
      return stored === undefined || last === undefined ? stored : { ...stored, claim: stored.claim ?? intent };
    },
  })),
  broken(
    "stores tokens in the open",
    "tokens are nowhere to be read in what is stored",
    () => ({}),
    (base) => ({
      contents: async () => new Map([["grants.json", Buffer.from(String(base.stored(id)?.refreshToken?.reveal()))]]),
    }),
  ),
  broken(
    "keeps everything to itself",
    "another process reads what was saved, and its saves are seen",
    () => ({}),
    () => ({ another: async () => memoryWriteBack() }),
  ),
  broken("says the token", "a save that replaces something else is a conflict, and changes nothing", (base) => ({
    save: async (grant, next, expected, io) => {
      try {
        await base.save(grant, next, expected, io);
      } catch (error) {
        const message = `cannot store ${String(next.refreshToken?.reveal())}`;
        throw Object.defineProperty(error as Error, "message", { value: message });
      }
    },
  })),
];

const intent = {
  id: "one",
  version: {},
  host: "h",
  run: "r",
  at: new Date(0),
  deadline: new Date(1),
  attempt: 1,
};

function refusing(base: MemoryWriteBack): Partial<WriteBackFixture> {
  return {
    refuseWrites: async () => {
      const full = new TokenwardError("ERR_WRITEBACK_UNWRITABLE", { grant: id, reason: "it is full" });
      base.failNext("probe", full, 9);
      base.failNext("save", full, 9);
    },
  };
}

describe("the suite finds a write-back that", () => {
  test.each(mutants.map((mutant) => [mutant.defect, mutant] as const))("%s", async (_, { caughtBy, create }) => {
    const found = writeBackCases.find(({ name }) => name === caughtBy);
    if (found === undefined) throw new Error(`there is no case "${caughtBy}"`);
    await expect(found.run({ ...create(), dispose: async () => undefined })).rejects.toThrow();
  });
});
