import {
  encodeGrant,
  messageOf,
  TokenwardError,
  untilAborted,
  type GrantId,
  type GrantShape,
  type PluginContext,
  type PluginIO,
  type WriteBack,
} from "@tokenward/core/plugin";
import { LeftoverDrafts } from "./durable-file.ts";
import { fileStore, type FileMemory } from "./file-store.ts";
import { canonicalFolder, grantFolder } from "./grant-folder.ts";
import { keychainStore } from "./keychain-store.ts";
import { OpenedFiles } from "./opened-files.ts";
import type { LocalOptions } from "./options.ts";
import { readStoreRecord, recordStore, refuseChange, type StoreRecord } from "./store-record.ts";
import type { GrantStore } from "./store.ts";
import { isVersion, likeness, readStoredText, tombstone, type Stored } from "./stored-text.ts";

/** A choice that is about to be recorded, with why it was made. */
interface Choice {
  readonly record: StoreRecord;
  readonly why: string | undefined;
}

type LateCode = "ERR_WRITEBACK_UNREADABLE" | "ERR_WRITEBACK_UNWRITABLE" | "ERR_WRITEBACK_SAVE_FAILED";

// What a record holds beside its two tokens: times, scopes, attributes, generously.
const bytesBesideTokens = 4096;

/** Makes the write-back; see {@link LocalOptions}. */
export function localWriteBack(options: LocalOptions, context: PluginContext): WriteBack {
  const configured = grantFolder(options, context);
  const memory: FileMemory = { leftovers: new LeftoverDrafts(), opened: new OpenedFiles() };
  const openStore = (record: StoreRecord, at: string): GrantStore =>
    record.store === "file" ? fileStore(at, memory) : keychainStore(record.service);
  let folder: Promise<string> | undefined;
  const theFolder = async (): Promise<string> => await (folder ??= canonicalFolder(configured));
  const targetOf = async (grant: GrantId): Promise<string> => `local:${await theFolder()}#${grant}`;

  const recordedStore = async (grant: GrantId): Promise<GrantStore | undefined> => {
    const record = await readStoreRecord(grant, await theFolder());
    refuseChange(grant, record, options.store);
    return record === undefined ? undefined : openStore(record, await theFolder());
  };
  const readStored = async (
    store: GrantStore | undefined,
    grant: GrantId,
    io: PluginIO,
  ): Promise<Stored | undefined> => {
    const text = await store?.load(grant, io);
    return store === undefined || text === undefined ? undefined : readStoredText(grant, text, store.where);
  };

  let chosen: Choice | undefined;
  /** Decides for the first save, once per process, by trying. Records nothing. */
  const choose = async (grant: GrantId, bytes: number, io: PluginIO): Promise<Choice> => {
    const file: StoreRecord = { store: "file" };
    const keychain: StoreRecord = { store: "keychain", service: `tokenward ${await theFolder()}` };
    if (options.store === "file") return { record: file, why: undefined };
    if (options.store === "keychain") return { record: keychain, why: undefined };
    try {
      await openStore(keychain, await theFolder()).prove(grant, bytes, io);
      return { record: keychain, why: "it works here" };
    } catch (thrown) {
      const reason = TokenwardError.is(thrown) ? thrown.facts["reason"] : messageOf(thrown);
      return { record: file, why: `no usable OS keychain: ${String(reason)}` };
    }
  };
  const choice = async (grant: GrantId, bytes: number, io: PluginIO): Promise<Choice> =>
    (chosen ??= await choose(grant, bytes, io));

  /** The store to write to; the first save records which. */
  const storeForSaving = async (grant: GrantId, bytes: number, io: PluginIO): Promise<GrantStore> => {
    const recorded = await recordedStore(grant);
    if (recorded !== undefined) return recorded;
    const { record, why } = await choice(grant, bytes, io);
    await openStore(record, await theFolder()).found(grant);
    const kept = await recordStore(grant, await theFolder(), record);
    refuseChange(grant, kept, options.store);
    const store = openStore(kept, await theFolder());
    if (why !== undefined && kept.store === record.store) io.note(`Keeping tokens in ${store.where} (${why}).`);
    return store;
  };

  const writeOver = async (
    grant: GrantId,
    text: string,
    io: PluginIO,
    verdict: (stored: Stored | undefined) => Promise<"write" | "done" | "conflict">,
  ): Promise<void> => {
    const store = await storeForSaving(grant, Buffer.byteLength(text), io);
    switch (await verdict(await readStored(store, grant, io))) {
      case "write":
        await store.replace(grant, text, io);
        break;
      case "conflict":
        throw conflict(grant);
      case "done":
        break;
    }
  };

  const inTime = async <T>(code: LateCode, grant: GrantId, { signal }: PluginIO, work: () => Promise<T>): Promise<T> =>
    await untilAborted(signal, work, () => {
      const facts = {
        reason: `${configured} did not answer in time, or the keychain did not`,
        remedy: `Check the disk of ${configured}, and unlock the keychain if tokens are kept there`,
      };
      return new TokenwardError(code, { grant, ...facts }, { class: "write-back" });
    });

  return {
    traits: { compareAndSwap: "checked", outlivesRun: options.outlives_run ?? !isCi(context.env), machineBound: true },
    target: targetOf,

    read: async (grant, io) =>
      await inTime("ERR_WRITEBACK_UNREADABLE", grant, io, async () => {
        const stored = await readStored(await recordedStore(grant), grant, io);
        return stored?.grant;
      }),

    probe: async (grant, shape, io) =>
      await inTime("ERR_WRITEBACK_UNWRITABLE", grant, io, async () => {
        const bytes = bytesOf(shape);
        const recorded = await recordedStore(grant);
        if (recorded !== undefined) {
          await recorded.prove(grant, bytes, io);
          return;
        }
        const { record } = await choice(grant, bytes, io);
        // The folder counts for the keychain, too: the choice is recorded there.
        await fileStore(await theFolder(), memory).prove(grant, bytes, io);
        if (record.store === "file") return;
        const store = openStore(record, await theFolder());
        await store.prove(grant, bytes, io);
        // The record was lost, the grant was not: what was read as absent is there.
        const found = await store.load(grant, io).catch(() => undefined);
        if (found === undefined) return;
        await store.found(grant);
        await recordStore(grant, await theFolder(), record);
        throw conflict(grant);
      }),

    save: async (grant, next, expected, io) =>
      await inTime("ERR_WRITEBACK_SAVE_FAILED", grant, io, async () => {
        const target = await targetOf(grant);
        await writeOver(grant, encodeGrant(next), io, async (stored) => {
          const like = likeness(stored, next);
          // The same save ran before, and its caller did not hear of it.
          if (like === "same") return "done";
          return like === "same tokens" || isVersion(stored, expected, target) ? "write" : "conflict";
        });
      }),

    retire: async (grant, expected, io, movedTo) =>
      await inTime("ERR_WRITEBACK_SAVE_FAILED", grant, io, async () => {
        if ((await recordedStore(grant)) === undefined) return;
        const target = await targetOf(grant);
        const generation = (expected.generation ?? 0) + 1;
        await writeOver(grant, tombstone(grant, generation, io.clock.now(), movedTo), io, async (stored) => {
          if (stored === undefined || stored.kind === "retired") return "done";
          return isVersion(stored, expected, target) ? "write" : "conflict";
        });
      }),
  };
}

function bytesOf(shape: GrantShape): number {
  return 2 * shape.longestToken + bytesBesideTokens;
}

function conflict(grant: GrantId): TokenwardError {
  return new TokenwardError("ERR_WRITEBACK_CONFLICT", { grant }, { class: "write-back" });
}

function isCi(env: PluginContext["env"]): boolean {
  const ci = env["CI"];
  return ci !== undefined && ci !== "" && ci !== "false" && ci !== "0";
}
