import { TokenwardError, type StoredGrant } from "@tokenward/core/plugin";
import { broken, brokenStages, type BrokenWriteBack } from "./breaking-write-backs.ts";

const cutSave = "a save that is cut off is old or new to whoever reads, and the same save again completes it";

/** Write-backs that leave something half done, or promise what they cannot hold. */
export const brokenProbes: readonly BrokenWriteBack[] = [
  broken(
    "puts the token in before what belongs to it",
    cutSave,
    /a token under the version of another one/,
    ({ gate, memory, writeBack }) => ({
      save: async (grant, next, expected, io) => {
        const before = memory.stored(grant);
        if (before === undefined) return await writeBack.save(grant, next, expected, io);
        await gate.write(io, async () => memory.put({ ...before, refreshToken: next.refreshToken }));
        await gate.write(io, async () => memory.put(next));
        return undefined;
      },
    }),
  ),
  broken(
    "puts the record in before the rest of it",
    cutSave,
    /a mix of two grants: .*accessToken/,
    ({ gate, memory, writeBack }) => ({
      save: async (grant, next, expected, io) => {
        const before = memory.stored(grant);
        if (before === undefined) return await writeBack.save(grant, next, expected, io);
        await gate.write(io, async () => memory.put({ ...next, accessToken: before.accessToken }));
        await gate.write(io, async () => memory.put(next));
        return undefined;
      },
    }),
  ),
  brokenStages(
    "does not know its own half-done save again",
    cutSave,
    /the same save again was refused/,
    (writeBack, place) => ({
      save: async (grant, next, expected, io) => {
        if (place.get(grant)?.waiting !== undefined) throw new TokenwardError("ERR_WRITEBACK_CONFLICT", { grant });
        await writeBack.save(grant, next, expected, io);
      },
    }),
  ),
  brokenStages(
    "takes a half-done save for a whole one",
    cutSave,
    /the same save again did not complete it/,
    (writeBack, place, gate) => ({
      // Whoever reads what waits has to say so.
      read: async (grant, io) =>
        await gate.call(io, async () => {
          const { current, waiting } = place.get(grant) ?? {};
          return current ?? waiting;
        }),
      save: async (grant, next, expected, io) => {
        if (place.get(grant)?.waiting?.generation === next.generation) return;
        await writeBack.save(grant, next, expected, io);
      },
    }),
  ),
  broken(
    "takes a lost connection for a save",
    cutSave,
    /a save of which nothing arrived was reported as done|a save that was cut off was reported as done/,
    ({ writeBack }) => ({
      save: async (grant, next, expected, io) =>
        await writeBack.save(grant, next, expected, io).catch((error: unknown) => {
          if (!(TokenwardError.is(error) && error.message.includes("gone"))) throw error;
        }),
    }),
  ),
  broken(
    "takes the old grant away before it puts the new one in",
    "whoever reads while saves are under way finds whole grants",
    /a reader found nothing, as if nothing were stored/,
    ({ memory, writeBack }) => ({
      save: async (grant, next, expected, io) => {
        const before = memory.stored(grant);
        if (before === undefined) return await writeBack.save(grant, next, expected, io);
        memory.remove(grant);
        for (let turns = 0; turns < 3; turns++) await new Promise((resolve) => setImmediate(resolve));
        memory.put(before);
        return await writeBack.save(grant, next, expected, io);
      },
    }),
  ),
  broken(
    "makes a new grant of the old one, a field after the other",
    "whoever reads while saves are under way finds whole grants",
    /a reader found a mix of two grants|under the version of another one/,
    ({ memory, writeBack }) => ({
      save: async (grant, next, expected, io) => {
        let growing: StoredGrant | undefined = memory.stored(grant);
        await writeBack.save(grant, next, expected, io);
        if (growing === undefined) return;
        for (const key of Object.keys(next) as (keyof StoredGrant)[]) {
          growing = { ...growing, [key]: next[key] };
          memory.put(growing);
          await new Promise((resolve) => setImmediate(resolve));
        }
      },
    }),
  ),
  broken(
    "claims by taking the grant away and putting it back",
    "a claim that is cut off is there or not, and touches no token",
    /a claim that was cut off changed the grant/,
    ({ gate, memory, writeBack }) => ({
      claim: async (grant, intent, expected, io) => {
        const before = memory.stored(grant);
        if (before === undefined) return await writeBack.claim?.(grant, intent, expected, io);
        await gate.write(io, async () => memory.remove(grant));
        memory.put(before);
        return await writeBack.claim?.(grant, intent, expected, io);
      },
    }),
  ),
  broken(
    "takes a lost connection for a claim",
    "a claim that is cut off is there or not, and touches no token",
    /a claim that was cut off is lost/,
    ({ writeBack }) => ({
      claim: async (grant, intent, expected, io) =>
        await writeBack.claim?.(grant, intent, expected, io).catch((error: unknown) => {
          if (!(TokenwardError.is(error) && error.message.includes("gone"))) throw error;
        }),
    }),
  ),
  broken(
    "takes the tokens away before there is a tombstone",
    "a retirement that is cut off leaves the grant or its tombstone, and the same again completes it",
    /a retirement was cut off, and a reader found a token under the version of another one/,
    ({ gate, memory, writeBack }) => ({
      retire: async (grant, expected, io, movedTo) => {
        const before = memory.stored(grant);
        if (before?.refreshToken !== undefined)
          await gate.write(io, async () => memory.put({ ...before, refreshToken: undefined }));
        await writeBack.retire?.(grant, expected, io, movedTo);
      },
    }),
  ),
  broken(
    "probes by saving",
    "a probe changes nothing that a reader sees",
    /the probe changed the grant/,
    ({ memory, writeBack }) => ({
      probe: async (grant, shape, io) => {
        await writeBack.probe(grant, shape, io);
        const before = memory.stored(grant);
        if (before !== undefined) memory.put({ ...before, generation: (before.generation ?? 0) + 1 });
      },
    }),
  ),
  broken(
    "makes a grant when it probes",
    "a probe changes nothing that a reader sees",
    /the probe made a grant/,
    ({ memory, writeBack }) => ({
      probe: async (grant, shape, io) => {
        await writeBack.probe(grant, shape, io);
        if (memory.stored(grant) === undefined) memory.put({ id: grant, platform: grant });
      },
    }),
  ),
  broken(
    "leaves a lock where it probed",
    "a save is accepted after a probe",
    /after a probe that said yes the save was refused/,
    ({ memory, writeBack }) => ({
      probe: async (grant, shape, io) => {
        await writeBack.probe(grant, shape, io);
        if (memory.stored(grant) !== undefined) memory.failNext("save", new Error("it is locked"));
      },
    }),
  ),
  broken(
    "takes a claim away when it probes",
    "a probe leaves a claim as it is",
    /the probe changed the claim/,
    ({ memory, writeBack }) => ({
      probe: async (grant, shape, io) => {
        await writeBack.probe(grant, shape, io);
        const before = memory.stored(grant);
        if (before !== undefined) memory.put({ ...before, claim: undefined });
      },
    }),
  ),
  broken(
    "does not ask how long the token is",
    "a token that is longer than fits is refused before it is spent",
    /a probe succeeded for a token that is too long/,
    ({ writeBack }) => ({
      probe: async (grant, _shape, io) => await writeBack.probe(grant, { longestToken: 10, rotates: true }, io),
    }),
  ),
  broken(
    "probes nothing",
    "where a save is refused the probe is refused, too",
    /a probe succeeded where a save would not/,
    () => ({ probe: async () => undefined }),
  ),
  broken(
    "probes only what is there",
    "where a save is refused the probe is refused, too",
    /a probe succeeded where a first save would not/,
    ({ memory, writeBack }) => ({
      probe: async (grant, shape, io) => {
        if (memory.stored(grant) !== undefined) await writeBack.probe(grant, shape, io);
      },
    }),
  ),
];
