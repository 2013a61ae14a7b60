import {
  holdsVersion,
  likeness,
  parseGrantId,
  TokenwardError,
  type GrantId,
  type StoredGrant,
  type WriteBack,
} from "@tokenward/core/plugin";
import type { Gate } from "./gate.ts";

/** What a staged place holds of one grant. */
export interface Stages {
  readonly current?: StoredGrant | undefined;
  /** A save that is not completed. */
  readonly waiting?: StoredGrant | undefined;
}

/** Everything in a staged place. */
export type StagedPlace = Map<GrantId, Stages>;

/**
 * A write-back without a defect over a place that compares nothing and takes two writes for one save: first the grant
 * waits, then it becomes the current one.
 */
export function stagedWriteBack(place: StagedPlace, gate: Gate): WriteBack {
  const targetOf = (grant: GrantId): string => `staged:test#${grant}`;
  const look = (grant: GrantId): StoredGrant | undefined => {
    const { current, waiting } = place.get(grant) ?? {};
    return waiting === undefined ? current : { ...waiting, unfinished: true };
  };
  const compare = (grant: GrantId, expected: Parameters<typeof holdsVersion>[1]): StoredGrant | undefined => {
    const stored = look(grant);
    if (!holdsVersion(stored, expected, targetOf(grant))) throw conflict(grant);
    return stored;
  };

  return {
    traits: { compareAndSwap: "checked", outlivesRun: true },
    target: targetOf,
    read: async (grant, io) => await gate.call(io, async () => look(grant)),
    probe: async (grant, _shape, io) => await gate.prove(io, async () => void look(grant)),

    claim: async (grant, intent, expected, io) => {
      const stored = await gate.call(io, async () => look(grant));
      const open = stored?.claim?.id;
      if (intent === undefined ? open === undefined : open === intent.id) return;
      compare(grant, expected);
      if (open !== undefined && open !== expected.claim) throw conflict(grant);
      const base = stored ?? { id: grant, ...parseGrantId(grant), generation: 0 };
      const { unfinished, ...next } = { ...base, claim: intent };
      await gate.write(io, async () => {
        if (next.generation === 0 && intent === undefined) place.delete(grant);
        else place.set(grant, unfinished === true ? { ...place.get(grant), waiting: next } : { current: next });
      });
      if ((await gate.call(io, async () => look(grant)))?.claim?.id !== intent?.id) throw conflict(grant);
    },

    save: async (grant, next, expected, io) => {
      const stored = await gate.call(io, async () => look(grant));
      if (likeness(stored === undefined ? stored : { ...stored, unfinished: undefined }, next) === "other")
        compare(grant, expected);
      const ours = { ...next, claim: undefined };
      await gate.write(io, async () => void place.set(grant, { ...place.get(grant), waiting: ours }));
      await gate.write(io, async () => void place.set(grant, { current: ours }));
      if (place.get(grant)?.current !== ours) throw conflict(grant);
    },

    retire: async (grant, expected, io, movedTo) => {
      const stored = await gate.call(io, async () => look(grant));
      if (stored?.retired !== undefined) return;
      compare(grant, expected);
      const tombstone = { id: grant, ...parseGrantId(grant), generation: (expected.generation ?? 0) + 1 };
      const retired = { at: io.clock.now(), movedTo };
      await gate.write(io, async () => void place.set(grant, { current: { ...tombstone, retired } }));
    },
  };
}

function conflict(grant: GrantId): TokenwardError {
  return new TokenwardError("ERR_WRITEBACK_CONFLICT", { grant }, { class: "write-back" });
}
