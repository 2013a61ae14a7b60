import {
  parseGrantId,
  sameVersion,
  TokenwardError,
  untilAborted,
  type GrantId,
  type PluginIO,
  type StoredGrant,
  type Version,
  type WriteBack,
} from "@tokenward/core/plugin";

/** What can be made to fail, and is logged. */
export type WriteBackOperation = "read" | "probe" | "claim" | "save" | "retire";

/** One call that a write-back received. */
export interface WriteBackCall {
  readonly operation: WriteBackOperation;
  readonly grant: GrantId;
  /** Of a save or claim: what it wanted to replace. */
  readonly expected?: Version | undefined;
  /** Of a save: the generation that it brought. */
  readonly generation?: number | undefined;
}

/** Options of {@link memoryWriteBack}. */
export interface MemoryWriteBackOptions {
  /** Part of the target, `memory:<name>#<grant>`. Default `test`. */
  readonly name?: string | undefined;
  /** Whether it has `claim`. Default `true`. */
  readonly claims?: boolean | undefined;
  /** Default `true`. */
  readonly outlivesRun?: boolean | undefined;
  /** `checked` leaves a gap between comparing and writing. Default `atomic`. */
  readonly compareAndSwap?: "atomic" | "checked" | undefined;
}

/** A write-back in memory, with faults on request. */
export interface MemoryWriteBack extends WriteBack {
  /** Everything it was asked, in order. */
  readonly calls: readonly WriteBackCall[];
  /** What is stored now. */
  stored(grant: GrantId): StoredGrant | undefined;
  /** Puts a grant there as a human or a restored backup would: without asking what it replaces. */
  put(grant: StoredGrant): void;
  /** Removes a grant behind everybody's back. */
  remove(grant: GrantId): void;
  /** Makes the next `times` calls of one kind fail. */
  failNext(operation: WriteBackOperation, error: Error, times?: number): void;
  /** Makes the next call of one kind wait, before it does anything, until what this returns is called or its signal aborted. */
  hangNext(operation: WriteBackOperation): () => void;
}

/** Makes a {@link MemoryWriteBack}. */
export function memoryWriteBack(options: MemoryWriteBackOptions = {}): MemoryWriteBack {
  const { name = "test", claims = true, outlivesRun = true, compareAndSwap = "atomic" } = options;
  const grants = new Map<GrantId, StoredGrant>();
  const calls: WriteBackCall[] = [];
  const faults = new Map<WriteBackOperation, (() => Promise<void>)[]>();

  const received = async (call: WriteBackCall, { signal }: PluginIO): Promise<void> => {
    calls.push(call);
    const fault = faults.get(call.operation)?.shift();
    if (fault !== undefined) await untilAborted(signal, fault);
  };
  const addFault = (operation: WriteBackOperation, fault: () => Promise<void>): void => {
    faults.set(operation, [...(faults.get(operation) ?? []), fault]);
  };
  const replace = async (grant: GrantId, expected: Version, next: StoredGrant | undefined): Promise<void> => {
    const allow = (): void => {
      const stored = grants.get(grant);
      // Over a tombstone, whoever knows nothing of it names nothing.
      if (stored?.retired !== undefined && expected.generation === 0) return;
      if (!sameVersion(storedVersion(stored), expected)) throw conflict(grant);
    };
    allow();
    if (compareAndSwap === "checked") await new Promise((resolve) => setImmediate(resolve));
    if (next === undefined) grants.delete(grant);
    else grants.set(grant, next);
  };
  const claim: WriteBack["claim"] = async (grant, intent, expected, io) => {
    await received({ operation: "claim", grant, expected }, io);
    const stored = grants.get(grant);
    const open = stored?.claim?.id;
    if (intent === undefined ? open === undefined : open === intent.id) return;
    if (open !== undefined && open !== expected.claim) throw conflict(grant);
    const base = stored ?? { id: grant, ...parseGrantId(grant), generation: 0 };
    const empty = intent === undefined && base.generation === 0;
    await replace(grant, expected, empty ? undefined : { ...base, claim: intent });
  };

  return {
    traits: { compareAndSwap, outlivesRun },
    calls,
    target: (subject) => `memory:${name}#${subject}`,
    read: async (grant, io) => {
      await received({ operation: "read", grant }, io);
      return grants.get(grant);
    },
    probe: async (grant, _shape, io) => await received({ operation: "probe", grant }, io),
    ...(claims ? { claim } : {}),
    save: async (grant, next, expected, io) => {
      await received({ operation: "save", grant, expected, generation: next.generation }, io);
      const stored = grants.get(grant);
      // Repeating a save whose answer got lost is harmless.
      const repeated =
        stored !== undefined &&
        // A tombstone has no fingerprint to differ in.
        stored.retired === undefined &&
        next.fingerprint !== undefined &&
        sameVersion(storedVersion(stored), storedVersion(next));
      if (repeated) grants.set(grant, { ...next, claim: undefined });
      else await replace(grant, expected, { ...next, claim: undefined });
    },
    retire: async (grant, expected, io, movedTo) => {
      await received({ operation: "retire", grant, expected }, io);
      if (grants.get(grant)?.retired !== undefined) return;
      const generation = (expected.generation ?? 0) + 1;
      const retired = { at: new Date(), movedTo };
      await replace(grant, expected, { id: grant, ...parseGrantId(grant), generation, retired });
    },
    stored: (grant) => grants.get(grant),
    put: (grant) => {
      grants.set(grant.id, { ...grant });
    },
    remove: (grant) => {
      grants.delete(grant);
    },
    failNext: (operation, error, times = 1) => {
      for (let count = 0; count < times; count++) addFault(operation, () => Promise.reject(error));
    },
    hangNext: (operation) => {
      let release = (): void => undefined;
      const released = new Promise<void>((resolve) => (release = resolve));
      addFault(operation, () => released);
      return release;
    },
  };
}

function storedVersion(stored: StoredGrant | undefined): Version {
  // A claim that was made before anything was stored stands beside nothing.
  if (stored === undefined || stored.generation === 0) return { generation: 0 };
  return { generation: stored.generation, fingerprint: stored.fingerprint };
}

function conflict(grant: GrantId): TokenwardError {
  return new TokenwardError("ERR_WRITEBACK_CONFLICT", { grant }, { class: "write-back" });
}
