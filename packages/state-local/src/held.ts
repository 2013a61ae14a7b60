import { encodeGrant, type Held } from "@tokenward/core/plugin";
import { corrupt } from "./failure.ts";
import type { Lease } from "./lease.ts";
import { encodeAnswer, type Sealer } from "./sealing.ts";
import { snapshotOf } from "./snapshot.ts";
import type { Writer } from "./writer.ts";

/** What a holder may do with its target, and the wait for all that it began. */
export interface HeldTarget {
  readonly held: Held;
  /** Resolves when nothing is under way any more. */
  readonly settled: () => Promise<void>;
}

/** The records of one target, for as long as its lease is held. The sealer is at hand, so nothing waits for a key. */
export function heldTarget(target: string, lease: Lease, writer: Writer, sealer: Sealer): HeldTarget {
  const underWay = new Set<Promise<unknown>>();
  const tracked = async <T>(begin: () => T | Promise<T>): Promise<T> => {
    lease.check();
    const done = (async () => await begin())();
    underWay.add(done);
    try {
      return await done;
    } finally {
      underWay.delete(done);
    }
  };

  let presented: string | undefined;
  const keep = (intentId: string, sealed: Uint8Array): boolean =>
    writer.writeNow((records) => records.answer(target, intentId, sealed));

  const held: Held = {
    signal: lease.signal,
    snapshot: async () =>
      await tracked(() => {
        const row = writer.read((records) => records.target(target));
        return snapshotOf(
          row,
          target,
          (kind, _, sealed) => opened(sealer.open(kind, target, sealed), writer),
          writer.path,
        );
      }),
    intent: async (intent) =>
      await tracked(async () => {
        await writer.write((records) => records.intent(target, intent));
        presented = intent.id;
      }),
    // Up to its commit there is no await: a kill between receiving and committing is the one gap that stays open.
    answer: async (answer) => {
      if (lease.isOver()) lease.check();
      // Also when the lease was lost: what the platform sent is kept, as long as the journal still asks for it.
      const sealed = sealer.seal("answer", target, encodeAnswer(answer));
      const kept = presented !== undefined && keep(presented, sealed);
      if (!kept) throw new TypeError("No intent of this holder is open that this could be the answer to.");
    },
    close: async (closing) =>
      await tracked(async () => {
        const { last, ...rest } = closing;
        const sealed =
          last === undefined || last === null
            ? last
            : { grant: last.id, sealed: sealer.seal("last", target, Buffer.from(encodeGrant(last), "utf8")) };
        await writer.write((records) => records.close(target, { ...rest, last: sealed }));
      }),
    isSpent: async (fingerprint) => await tracked(() => writer.read((records) => records.spent(target, fingerprint))),
  };
  return {
    held,
    settled: async () => {
      while (underWay.size > 0) await Promise.allSettled(underWay);
    },
  };
}

function opened(plain: Buffer | undefined, writer: Writer): Buffer {
  if (plain === undefined) throw corrupt(writer.path, "a sealed record in it was changed");
  return plain;
}
