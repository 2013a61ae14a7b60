import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { TokenwardError, type GrantId } from "@tokenward/core/plugin";
import { makeFolder, placeNew, writeDraft } from "./durable-file.ts";
import { explain, explainReading, type Explained } from "./file-system-failure.ts";
import { isGrantFile } from "./grant-file-name.ts";
import type { StoreKind } from "./store.ts";

/** The choice of the first save, which all later runs keep. */
export type StoreRecord =
  | { readonly store: "file" }
  /** The service name is kept, too: it would change with the folder's path, the entries would not. */
  | { readonly store: "keychain"; readonly service: string };

const fileName = "store.json";

/**
 * The recorded choice, `undefined` where nothing was saved yet. Creates nothing.
 *
 * @throws `ERR_WRITEBACK_UNREADABLE`
 */
export async function readStoreRecord(grant: GrantId, folder: string): Promise<StoreRecord | undefined> {
  const path = join(folder, fileName);
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code !== "ENOENT")
      throw unreadable(grant, explainReading(thrown, path), thrown);
    // Grants without a record: it was deleted, or only they were restored.
    return (await namesIn(grant, folder)).some((name) => isGrantFile(name)) ? { store: "file" } : undefined;
  }
  const record = parse(text);
  if (record === undefined) {
    throw unreadable(grant, {
      reason: `${path}, which says where tokens are kept, is damaged`,
      remedy: `Write {"v":1,"store":"file"} into it if there are .age files beside it, else restore it from a backup`,
    });
  }
  return record;
}

/**
 * Records a choice, durably, unless another process was faster.
 *
 * @returns what is recorded now
 * @throws `ERR_WRITEBACK_SAVE_FAILED`, `ERR_WRITEBACK_UNREADABLE`
 */
export async function recordStore(grant: GrantId, folder: string, chosen: StoreRecord): Promise<StoreRecord> {
  const path = join(folder, fileName);
  try {
    await makeFolder(folder);
    const draft = await writeDraft(path, Buffer.from(`${JSON.stringify({ v: 1, ...chosen })}\n`));
    if (await placeNew(draft, path)) return chosen;
  } catch (thrown) {
    throw new TokenwardError(
      "ERR_WRITEBACK_SAVE_FAILED",
      { grant, ...explain(thrown, folder) },
      { cause: thrown, class: "write-back" },
    );
  }
  return (await readStoreRecord(grant, folder)) ?? chosen;
}

/** Refuses a configuration that names another store than the one grants are in. */
export function refuseChange(
  grant: GrantId,
  recorded: StoreRecord | undefined,
  configured: StoreKind | undefined,
): void {
  if (recorded === undefined || configured === undefined || recorded.store === configured) return;
  throw new TokenwardError(
    "ERR_WRITEBACK_STORE_CHANGED",
    { grant, recorded: recorded.store, configured },
    { class: "write-back" },
  );
}

async function namesIn(grant: GrantId, folder: string): Promise<readonly string[]> {
  try {
    return await readdir(folder);
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw unreadable(grant, explainReading(thrown, folder), thrown);
  }
}

function parse(text: string): StoreRecord | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof value !== "object" || value === null) return undefined;
  const { store, service } = value as Readonly<Record<string, unknown>>;
  if (store === "file") return { store };
  if (store === "keychain" && typeof service === "string" && service !== "") return { store, service };
  return undefined;
}

function unreadable(grant: GrantId, explained: Explained, cause?: unknown): TokenwardError {
  return new TokenwardError("ERR_WRITEBACK_UNREADABLE", { grant, ...explained }, { cause, class: "write-back" });
}
