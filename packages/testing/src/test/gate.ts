import { TokenwardError, type PluginIO, type WriteBack } from "@tokenward/core/plugin";
import type { WriteBackFixture } from "../write-back/fixture.ts";
import { id } from "../write-back/ground.ts";

/** What stands between a write-back and the place that it keeps grants in, and can go wrong there. */
export interface Gate {
  /** Something that is asked of the place. */
  call<T>(io: PluginIO, work: () => Promise<T>): Promise<T>;
  /** Something that the place is made to hold. */
  write<T>(io: PluginIO, work: () => Promise<T>): Promise<T>;
  /** Something that needs the right to write, and changes nothing. */
  prove<T>(io: PluginIO, work: () => Promise<T>): Promise<T>;
  readonly hooks: Required<
    Pick<WriteBackFixture, "hang" | "interrupt" | "pauseWrite" | "refuseReads" | "refuseWrites" | "tooLong">
  >;
}

/** Bytes of a token that fits. */
export const mostBytes = 65_536;

/** Makes a {@link Gate}. */
export function openGate(): Gate {
  const refused = new Set<"read" | "write">();
  let hangs = false;
  let writesLeft: number | undefined;
  let pause: { readonly reach: () => void; readonly released: Promise<void> } | undefined;

  const pass = async ({ signal }: PluginIO, kind: "read" | "write"): Promise<void> => {
    signal.throwIfAborted();
    if (hangs) await aborted(signal);
    if (writesLeft === 0) throw failure("ERR_WRITEBACK_UNWRITABLE", "the place is gone");
    if (refused.has("read")) throw failure("ERR_WRITEBACK_UNREADABLE", "the place cannot be read");
    if (kind === "write" && refused.has("write")) throw failure("ERR_WRITEBACK_UNWRITABLE", "the place is full");
  };

  return {
    call: async (io, work) => {
      await pass(io, "read");
      return await work();
    },
    prove: async (io, work) => {
      await pass(io, "write");
      return await work();
    },
    write: async (io, work) => {
      await pass(io, "write");
      const held = pause;
      pause = undefined;
      held?.reach();
      await held?.released;
      const result = await work();
      if (writesLeft === undefined) return result;
      writesLeft -= 1;
      if (writesLeft === 0) throw failure("ERR_WRITEBACK_UNWRITABLE", "the place is gone");
      return result;
    },
    hooks: {
      tooLong: mostBytes + 1,
      refuseReads: async () => void refused.add("read"),
      refuseWrites: async () => void refused.add("write"),
      hang: async () => void (hangs = true),
      interrupt: async (writes) => {
        writesLeft = writes;
        return async () => void (writesLeft = undefined);
      },
      pauseWrite: async () => {
        const [reached, reach] = event();
        const [released, release] = event();
        pause = { reach, released };
        return { reached, release };
      },
    },
  };
}

/** A write-back whose every operation is one call through the gate. */
export function gated(base: WriteBack, gate: Gate): WriteBack {
  const { claim, retire } = base;
  return {
    ...base,
    read: async (grant, io) => await gate.call(io, async () => await base.read(grant, io)),
    probe: async (grant, shape, io) => {
      if (shape.longestToken > mostBytes) throw failure("ERR_WRITEBACK_UNWRITABLE", "the token is too long");
      await gate.prove(io, async () => await base.probe(grant, shape, io));
    },
    save: async (grant, next, expected, io) =>
      await gate.write(io, async () => await base.save(grant, next, expected, io)),
    ...(claim === undefined
      ? {}
      : {
          claim: async (grant, intent, expected, io) =>
            await gate.write(io, async () => await claim(grant, intent, expected, io)),
        }),
    ...(retire === undefined
      ? {}
      : {
          retire: async (grant, expected, io, movedTo) =>
            await gate.write(io, async () => await retire(grant, expected, io, movedTo)),
        }),
  };
}

function failure(code: "ERR_WRITEBACK_UNREADABLE" | "ERR_WRITEBACK_UNWRITABLE", reason: string): TokenwardError {
  return new TokenwardError(code, { grant: id, reason, remedy: "Bring it back" }, { class: "write-back" });
}

async function aborted(signal: AbortSignal): Promise<never> {
  const [ended, end] = event();
  signal.addEventListener("abort", end, { once: true });
  await ended;
  throw signal.reason;
}

function event(): readonly [happened: Promise<void>, happen: () => void] {
  let happen = (): void => undefined;
  const happened = new Promise<void>((resolve) => (happen = resolve));
  return [happened, happen];
}
