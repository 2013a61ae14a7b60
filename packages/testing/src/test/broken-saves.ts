import { secret, TokenwardError, type StoredGrant } from "@tokenward/core/plugin";
import { memoryWriteBack } from "../memory-write-back.ts";
import { broken, turn, type BrokenWriteBack, type Change } from "./breaking-write-backs.ts";

/** Write-backs that lose or invent something, or replace what they should not. */
export const brokenSaves: readonly BrokenWriteBack[] = [
  broken(
    "finds something where nothing is",
    "a grant that was never saved is not there",
    /something is read where nothing was saved/,
    ({ writeBack }) => ({
      read: async (grant, io) => (await writeBack.read(grant, io)) ?? { id: grant, platform: grant },
    }),
  ),
  broken(
    "forgets facts",
    "what was saved is read back whole, byte for byte",
    /not read as it was saved/,
    saving(({ attributes: _lost, ...next }) => next),
  ),
  broken(
    "takes tokens for text of one byte each",
    "what was saved is read back whole, byte for byte",
    /not read as it was saved/,
    saving((next) => {
      const text = Buffer.from(next.refreshToken?.reveal() ?? "", "utf8").toString("latin1");
      return { ...next, refreshToken: secret(text) };
    }),
  ),
  broken(
    "loses the rotated token",
    "each save replaces the one before",
    /the newest save is not read/,
    saving((next, before) => ({ ...next, refreshToken: before?.refreshToken ?? next.refreshToken })),
  ),
  broken(
    "makes facts up",
    "what an answer did not state is not made up",
    /facts are read that nobody saved/,
    saving((next) => ({ scopes: [], ...next })),
  ),
  broken(
    "writes new facts among the old ones",
    "what the next save does not have is gone with the one before",
    /something old is left/,
    saving((next, before) => ({ ...before, ...next })),
  ),
  broken(
    "compares nothing",
    "a save that replaces something else is a conflict, and changes nothing",
    /a save over generation 0 was accepted where 2 is stored/,
    ({ gate, memory }) => ({
      save: async (_grant, next, _expected, io) => await gate.write(io, async () => memory.put(next)),
    }),
  ),
  broken(
    "writes before it compares",
    "a save that replaces something else is a conflict, and changes nothing",
    /the refused save left a trace/,
    ({ memory, writeBack }) => ({
      save: async (grant, next, expected, io) => {
        const { lastUsedAt, ...before } = memory.stored(grant) ?? next;
        if (memory.stored(grant) !== undefined) memory.put({ ...before, lastUsedAt: next.lastUsedAt ?? lastUsedAt });
        await writeBack.save(grant, next, expected, io);
      },
    }),
  ),
  broken(
    "calls a conflict something else",
    "a save that replaces something else is a conflict, and changes nothing",
    /a conflict was reported as something else: ERR_WRITEBACK_SAVE_FAILED/,
    ({ writeBack }) => ({
      save: async (grant, next, expected, io) => {
        const facts = { grant, reason: "it differs", remedy: "Look" };
        await writeBack.save(grant, next, expected, io).catch(() => {
          throw new TokenwardError("ERR_WRITEBACK_SAVE_FAILED", facts);
        });
      },
    }),
  ),
  broken(
    "compares generations alone",
    "a save over a token that was replaced by hand is a conflict",
    /the generation alone was compared/,
    ({ writeBack }) => ({
      save: async (grant, next, { generation }, io) => await writeBack.save(grant, next, { generation }, io),
    }),
  ),
  broken(
    "takes every first save",
    "a first save where something is stored is a conflict",
    /a grant that is there was written over/,
    ({ gate, memory, writeBack }) => ({
      save: async (grant, next, expected, io) => {
        if (expected.generation === 0) await gate.write(io, async () => memory.put(next));
        else await writeBack.save(grant, next, expected, io);
      },
    }),
  ),
  broken(
    "refuses to repeat",
    "repeating the same save is harmless",
    /the same save again was refused/,
    ({ memory, writeBack }) => ({
      save: async (grant, next, expected, io) => {
        if (memory.stored(grant)?.generation === next.generation)
          throw new TokenwardError("ERR_WRITEBACK_CONFLICT", { grant });
        await writeBack.save(grant, next, expected, io);
      },
    }),
  ),
  broken(
    "counts on when it repeats",
    "repeating the same save is harmless",
    /the same save again did harm/,
    ({ memory, writeBack }) => ({
      save: async (grant, next, expected, io) => {
        const again = memory.stored(grant)?.fingerprint === next.fingerprint;
        await writeBack.save(grant, next, expected, io);
        if (again) memory.put({ ...next, generation: (next.generation ?? 0) + 1 });
      },
    }),
  ),
  broken(
    "takes what is older for a repetition",
    "a save that comes again too late is a conflict",
    /an older save came back over a newer one/,
    ({ memory, writeBack }) => ({
      save: async (grant, next, expected, io) => {
        if ((memory.stored(grant)?.generation ?? 0) >= (next.generation ?? 0)) memory.put(next);
        else await writeBack.save(grant, next, expected, io);
      },
    }),
  ),
  broken(
    "cuts long tokens",
    "a token of 4 KiB is saved",
    /a long token was cut/,
    saving(({ refreshToken, ...next }) => ({
      ...next,
      refreshToken: refreshToken === undefined ? undefined : secret(refreshToken.reveal().slice(0, 2048)),
    })),
  ),
  broken("mixes grants up", "grants do not know each other", /Brand-a was there before its save/, ({ writeBack }) => ({
    read: async (grant, io) => await writeBack.read(grant.toLowerCase(), io),
    save: async (grant, next, expected, io) => await writeBack.save(grant.toLowerCase(), next, expected, io),
  })),
  broken(
    "keeps everything to itself",
    "another process reads what was saved, and its saves are seen",
    /another process does not see what was saved/,
    () => memoryWriteBack(),
  ),
  broken(
    "compares too early",
    "of two saves at once one wins, whole",
    /both saves were accepted, and one of them is lost/,
    ({ gate, memory, writeBack }) => ({
      save: async (grant, next, expected, io) => {
        const seen = memory.stored(grant);
        await turn();
        if (seen?.generation !== expected.generation) await writeBack.save(grant, next, expected, io);
        else await gate.write(io, async () => memory.put(next));
      },
    }),
  ),
  broken(
    "makes what is not there without looking again",
    "of two first saves at once one wins, whole",
    /both saves were accepted, and one of them is lost/,
    ({ gate, memory, writeBack }) => ({
      save: async (grant, next, expected, io) => {
        if (memory.stored(grant) !== undefined) return await writeBack.save(grant, next, expected, io);
        await turn();
        await gate.write(io, async () => memory.put(next));
        return undefined;
      },
    }),
  ),
  broken(
    "compares on its way to the place",
    "a rival's save between the comparison and the write is not lost without anybody hearing of it",
    /both saves were accepted, and one of them is lost/,
    ({ gate, memory, writeBack }) => ({
      save: async (grant, next, expected, io) => {
        const { generation = 0, fingerprint } = memory.stored(grant) ?? {};
        if (generation !== expected.generation || fingerprint !== expected.fingerprint)
          await writeBack.save(grant, next, expected, io);
        else await gate.write(io, async () => memory.put(next));
      },
    }),
  ),
  broken(
    "says checked, and does not know its own token again",
    "of two saves at once one wins, whole",
    /a lost save was never noticed/,
    ({ gate, memory, writeBack }) => ({
      traits: { compareAndSwap: "checked", outlivesRun: true },
      save: async (grant, next, { generation }, io) => {
        const seen = memory.stored(grant)?.generation ?? 0;
        await turn();
        if (seen === generation) await gate.write(io, async () => memory.put(next));
        else await writeBack.save(grant, next, { generation }, io);
      },
    }),
  ),
  broken(
    "mixes two saves into one",
    "of two saves at once one wins, whole",
    /neither of the two, but a mix of them/,
    ({ memory, writeBack }) => ({
      save: async (grant, next, expected, io) => {
        try {
          await writeBack.save(grant, next, expected, io);
        } catch (error) {
          const stored = memory.stored(grant);
          if (stored !== undefined && stored.generation === next.generation)
            memory.put({ ...stored, accessToken: next.accessToken });
          throw error;
        }
      },
    }),
  ),
  broken(
    "tells the winner that it lost",
    "of two saves at once one wins, whole",
    /both saves were refused/,
    ({ memory, writeBack }) => ({
      save: async (grant, next, expected, io) => {
        const before = memory.calls.length;
        await writeBack.save(grant, next, expected, io);
        await turn();
        if (memory.calls.length > before + 1) throw new TokenwardError("ERR_WRITEBACK_CONFLICT", { grant });
      },
    }),
  ),
];

/** Saves something else than it was told to. */
function saving(change: (next: StoredGrant, before: StoredGrant | undefined) => StoredGrant): Change {
  return ({ memory, writeBack }) => ({
    save: async (grant, next, expected, io) =>
      await writeBack.save(grant, change(next, memory.stored(grant)), expected, io),
  });
}
