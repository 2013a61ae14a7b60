import { TokenwardError, type Intent, type WriteBack } from "@tokenward/core/plugin";
import { broken, turn, type BrokenWriteBack, type Change } from "./breaking-write-backs.ts";

/** Write-backs whose claims or tombstones are worth nothing. */
export const brokenClaims: readonly BrokenWriteBack[] = [
  broken(
    "keeps claims open",
    "a claim is seen until it is withdrawn or the grant is saved",
    /a save left the claim open/,
    ({ memory, writeBack }) => ({
      save: async (grant, next, expected, io) => {
        const claim = memory.stored(grant)?.claim;
        await writeBack.save(grant, next, expected, io);
        if (claim !== undefined) memory.put({ ...next, claim });
      },
    }),
  ),
  broken(
    "does not let claims go",
    "a claim is seen until it is withdrawn or the grant is saved",
    /a withdrawn claim is still there/,
    claiming((claim) => async (grant, intent, expected, io) => {
      if (intent !== undefined) await claim(grant, intent, expected, io);
    }),
  ),
  broken(
    "forgets how long a claim holds",
    "a claim is seen until it is withdrawn or the grant is saved",
    /a claim is lost, or a part of it/,
    claiming((claim) => async (grant, intent, expected, io) => {
      await claim(grant, intent === undefined ? intent : { ...intent, deadline: intent.at }, expected, io);
    }),
  ),
  broken(
    "keeps claims to itself",
    "a claim is seen by another process",
    /another process does not see the claim/,
    ({ writeBack }) => {
      const own = new Map<string, Intent | undefined>();
      return {
        read: async (grant, io) => {
          const stored = await writeBack.read(grant, io);
          return stored === undefined ? stored : { ...stored, claim: own.get(grant) };
        },
        claim: async (grant, intent) => void own.set(grant, intent),
      };
    },
  ),
  broken(
    "writes the grant anew when it claims",
    "a claim and its withdrawal touch no token",
    /the claim changed the grant/,
    ({ memory, writeBack }) => ({
      claim: async (grant, intent, expected, io) => {
        await writeBack.claim?.(grant, intent, expected, io);
        const stored = memory.stored(grant);
        if (stored?.accessToken !== undefined) memory.put({ ...stored, accessToken: undefined });
      },
    }),
  ),
  broken(
    "lets claims be stolen",
    "a claim is neither stolen nor made for another version",
    /a claim was stolen/,
    ({ memory, writeBack }) => ({
      claim: async (grant, intent, expected, io) => {
        const open = memory.stored(grant)?.claim?.id;
        await writeBack.claim?.(
          grant,
          intent,
          { ...expected, claim: intent === undefined ? expected.claim : open },
          io,
        );
      },
    }),
  ),
  broken(
    "claims whatever is there",
    "a claim is neither stolen nor made for another version",
    /an older token was claimed/,
    ({ memory, writeBack }) => ({
      claim: async (grant, intent, { claim }, io) => {
        const { generation = 0, fingerprint } = memory.stored(grant) ?? {};
        await writeBack.claim?.(grant, intent, { generation, fingerprint, claim }, io);
      },
    }),
  ),
  broken(
    "withdraws whatever claim there is",
    "a claim is withdrawn only by who names it",
    /a claim was withdrawn in the name of another one/,
    ({ memory, writeBack }) => ({
      claim: async (grant, intent, expected, io) => {
        const open = memory.stored(grant)?.claim?.id;
        await writeBack.claim?.(grant, intent, intent === undefined ? { ...expected, claim: open } : expected, io);
      },
    }),
  ),
  broken(
    "refuses the same claim again",
    "claiming the same again, and withdrawing what is gone, is harmless",
    /the same claim again was refused/,
    ({ memory, writeBack }) => ({
      claim: async (grant, intent, expected, io) => {
        if (intent !== undefined && memory.stored(grant)?.claim?.id === intent.id)
          throw new TokenwardError("ERR_WRITEBACK_CONFLICT", { grant });
        await writeBack.claim?.(grant, intent, expected, io);
      },
    }),
  ),
  broken(
    "refuses to withdraw what is gone",
    "claiming the same again, and withdrawing what is gone, is harmless",
    /withdrawing what is gone was refused/,
    ({ memory, writeBack }) => ({
      claim: async (grant, intent, expected, io) => {
        if (intent === undefined && memory.stored(grant)?.claim === undefined)
          throw new TokenwardError("ERR_WRITEBACK_CONFLICT", { grant });
        await writeBack.claim?.(grant, intent, expected, io);
      },
    }),
  ),
  broken(
    "never gives up a claim",
    "an abandoned claim is replaced by who names it, and its owner cannot end the new one",
    /an abandoned claim stands for ever/,
    claiming((claim) => async (grant, intent, expected, io) => {
      await claim(grant, intent, intent === undefined ? expected : { ...expected, claim: undefined }, io);
    }),
  ),
  broken(
    "ends a claim with a save that it refuses",
    "a claim survives a save that was refused",
    /a save that was refused took the claim away/,
    ({ memory, writeBack }) => ({
      save: async (grant, next, expected, io) => {
        const stored = memory.stored(grant);
        if (stored !== undefined && stored.retired === undefined) memory.put({ ...stored, claim: undefined });
        await writeBack.save(grant, next, expected, io);
      },
    }),
  ),
  broken(
    "loses claims on what is not stored yet",
    "a claim stands alone where nothing is stored yet",
    /a claim on what is not stored yet is lost/,
    ({ memory, writeBack }) => ({
      claim: async (grant, intent, expected, io) => {
        if (memory.stored(grant) !== undefined) await writeBack.claim?.(grant, intent, expected, io);
      },
    }),
  ),
  broken(
    "makes a grant of a claim",
    "a claim stands alone where nothing is stored yet",
    /a claim alone reads as if a grant were stored/,
    ({ writeBack }) => ({
      read: async (grant, io) => {
        const stored = await writeBack.read(grant, io);
        return stored?.generation === 0 ? { ...stored, generation: 1 } : stored;
      },
    }),
  ),
  broken(
    "compares claims too early",
    "of two claims at once one stands, and the other one finds out",
    /both claims were accepted, and both would spend the token/,
    ({ gate, memory, writeBack }) => ({
      claim: async (grant, intent, expected, io) => {
        const seen = memory.stored(grant);
        await turn();
        if (
          seen === undefined ||
          seen.generation !== expected.generation ||
          intent === undefined ||
          seen.claim !== undefined
        )
          await writeBack.claim?.(grant, intent, expected, io);
        else await gate.write(io, async () => memory.put({ ...seen, claim: intent }));
      },
    }),
  ),
  broken(
    "says checked, and ends a claim that replaced its own",
    "of two claims at once one stands, and the other one finds out",
    /a lost claim was never noticed/,
    ({ gate, memory, writeBack }) => ({
      traits: { compareAndSwap: "checked", outlivesRun: true },
      claim: async (grant, intent, expected, io) => {
        const seen = memory.stored(grant);
        await turn();
        if (seen === undefined) await writeBack.claim?.(grant, intent, expected, io);
        else await gate.write(io, async () => memory.put({ ...seen, claim: intent }));
      },
    }),
  ),
  broken(
    "compares claims on its way to the place",
    "a rival's claim between the comparison and the write is not stolen without anybody hearing of it",
    /both claims were accepted, and both would spend the token/,
    ({ gate, memory, writeBack }) => ({
      claim: async (grant, intent, expected, io) => {
        const seen = memory.stored(grant);
        if (
          seen === undefined ||
          seen.generation !== expected.generation ||
          intent === undefined ||
          seen.claim !== undefined
        )
          await writeBack.claim?.(grant, intent, expected, io);
        else await gate.write(io, async () => memory.put({ ...seen, claim: intent }));
      },
    }),
  ),
  broken(
    "leaves nothing where a grant was",
    "a retired grant reads as retired, and says where it went",
    /leaves no tombstone/,
    ({ memory, writeBack }) => ({
      retire: async (grant, expected, io, movedTo) => {
        await writeBack.retire?.(grant, expected, io, movedTo);
        memory.remove(grant);
      },
    }),
  ),
  broken(
    "forgets where a grant went",
    "a retired grant reads as retired, and says where it went",
    /nobody knows where the grant went/,
    ({ writeBack }) => ({
      retire: async (grant, expected, io) => await writeBack.retire?.(grant, expected, io),
    }),
  ),
  broken(
    "keeps a token beside a tombstone",
    "no token of a retired grant is left",
    /a retired grant still has a token/,
    ({ memory, writeBack }) => ({
      retire: async (grant, expected, io, movedTo) => {
        const accessToken = memory.stored(grant)?.accessToken;
        await writeBack.retire?.(grant, expected, io, movedTo);
        const tombstone = memory.stored(grant);
        if (tombstone !== undefined) memory.put({ ...tombstone, accessToken });
      },
    }),
  ),
  broken(
    "retires whatever is there",
    "retiring another version is a conflict, and changes nothing",
    /a grant was retired that is newer than what was named/,
    ({ memory, writeBack }) => ({
      retire: async (grant, _expected, io, movedTo) => {
        const { generation, fingerprint } = memory.stored(grant) ?? {};
        await writeBack.retire?.(grant, { generation, fingerprint }, io, movedTo);
      },
    }),
  ),
  broken(
    "refuses to retire again",
    "retiring twice is harmless",
    /the same retirement again was refused/,
    ({ memory, writeBack }) => ({
      retire: async (grant, expected, io, movedTo) => {
        if (memory.stored(grant)?.retired !== undefined) throw new TokenwardError("ERR_WRITEBACK_CONFLICT", { grant });
        await writeBack.retire?.(grant, expected, io, movedTo);
      },
    }),
  ),
  broken(
    "lets anybody save over a tombstone",
    "a save over a tombstone names it, or nothing stored",
    /a save that knows nothing of the retirement brought the grant back/,
    ({ memory, writeBack }) => ({
      save: async (grant, next, expected, io) => {
        const retired = memory.stored(grant)?.retired !== undefined;
        await writeBack.save(grant, next, retired ? { generation: 0 } : expected, io);
      },
    }),
  ),
];

/** Claims in another way, where it claims at all. */
function claiming(change: (claim: NonNullable<WriteBack["claim"]>) => NonNullable<WriteBack["claim"]>): Change {
  return ({ writeBack: { claim } }) => (claim === undefined ? {} : { claim: change(claim) });
}
