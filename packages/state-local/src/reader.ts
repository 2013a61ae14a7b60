import {
  closeSync,
  constants,
  copyFileSync,
  mkdtempSync,
  openSync,
  readSync,
  rmSync,
  statSync,
  type BigIntStats,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { pathToFileURL } from "node:url";
import type { DatabaseSync } from "node:sqlite";
import { TokenwardError } from "@tokenward/core/plugin";
import { stateFailure } from "./failure.ts";
import { Records } from "./records.ts";
import { newerSchema, schemaVersion, schemaVersionOf } from "./schema.ts";
import { resultCode, sqlite } from "./sqlite.ts";

// Kernels stamp files with a coarse clock; a change right after another one may leave the same time behind.
const clockGrain = 20;
const mostAttempts = 200;

/** How the files looked. Two equal ones mean that nothing was written in between. */
interface Sight {
  readonly database: string;
  readonly changedAt: number;
  /** Which generation of the write-ahead log there is; empty where there is none. */
  readonly salts: string;
  readonly wal: string;
}

interface View {
  readonly sight: Sight;
  readonly database: DatabaseSync;
  readonly records: Records;
  readonly copy: string | undefined;
}

/**
 * Reads a database without changing a byte in its folder: opening one in WAL mode, even for reading, would leave files
 * behind. Never to be used by a process that has it open for writing: closing any descriptor of a file drops all locks
 * that the process has on it (fcntl(2)).
 */
export class Reader {
  readonly #path: string;
  #view: View | undefined;

  constructor(path: string) {
    this.#path = path;
  }

  /** @throws `ERR_STATE_UNREADABLE`, `ERR_STATE_CORRUPT`, `ERR_STATE_NEWER_SCHEMA`, `ERR_STATE_BUSY` */
  async read<T>(work: (records: Records) => T, blocked: () => boolean): Promise<T | undefined> {
    for (let attempt = 0; attempt < mostAttempts; attempt++) {
      // Whoever called meanwhile opened it for writing, and reads from there.
      if (blocked()) return undefined;
      const outcome = this.#attempt(work);
      if (outcome !== undefined) return outcome.value;
      await sleep(1 + Math.random() * clockGrain);
    }
    throw new TokenwardError("ERR_STATE_BUSY", { path: this.#path });
  }

  /** Forgets what was seen, and removes the copy. */
  close(): void {
    const view = this.#view;
    this.#view = undefined;
    view?.database.close();
    if (view?.copy !== undefined) removeCopy(view.copy);
  }

  // Synchronous from the first look to the last, so that nothing in this process comes in between.
  #attempt<T>(work: (records: Records) => T): { readonly value: T | undefined } | undefined {
    try {
      const before = look(this.#path);
      if (before === undefined) {
        this.close();
        return { value: undefined };
      }
      const view = this.#open(before);
      if (view === undefined) return undefined;
      const value = this.#work(view, work);
      return view.copy !== undefined || equal(look(this.#path), before) ? { value } : undefined;
    } catch (error) {
      this.close();
      throw stateFailure(error, this.#path, "read");
    }
  }

  #work<T>(view: View, work: (records: Records) => T): T {
    try {
      return work(view.records);
    } catch (error) {
      // A table or column that this version needs is gone, in a schema that it does not know.
      const version = resultCode(error) === 1 ? schemaVersionOf(view.database, this.#path) : 0;
      throw version > schemaVersion ? newerSchema(this.#path, version) : error;
    }
  }

  #open(sight: Sight): View | undefined {
    if (this.#view !== undefined && equal(this.#view.sight, sight)) return this.#view;
    this.close();
    const inLog = sight.salts !== "";
    const copy = inLog ? copyAside(this.#path, sight) : undefined;
    if (inLog ? copy === undefined : Math.abs(Date.now() - sight.changedAt) < clockGrain) return undefined;
    const database = copy === undefined ? openUnchanging(this.#path) : openCopy(copy);
    this.#view = { sight, database, records: new Records(database), copy };
    schemaVersionOf(database, this.#path);
    return this.#view;
  }
}

function openUnchanging(path: string): DatabaseSync {
  const url = pathToFileURL(path);
  // No locks, no -shm, no -wal: the caller makes sure that nobody writes meanwhile.
  url.searchParams.set("immutable", "1");
  return new (sqlite().DatabaseSync)(url, { readOnly: true });
}

function openCopy(folder: string): DatabaseSync {
  try {
    const database = new (sqlite().DatabaseSync)(join(folder, "state.db"));
    // Without others to share it with, the log's index stays in memory.
    database.exec("PRAGMA locking_mode = EXCLUSIVE; PRAGMA query_only = ON");
    return database;
  } catch (error) {
    removeCopy(folder);
    throw error;
  }
}

/**
 * Copies database and log to a private folder. Pages only get into the database from the log, so a database that is
 * copied while they do is mended by the log, as long as that is of one generation from before to after. `undefined`
 * where it is not.
 */
function copyAside(path: string, sight: Sight): string | undefined {
  const folder = mkdtempSync(join(tmpdir(), "tokenward-"));
  try {
    leftOnExit(folder);
    const copy = join(folder, "state.db");
    copyFileSync(path, copy, constants.COPYFILE_FICLONE);
    copyFileSync(`${path}-wal`, `${copy}-wal`, constants.COPYFILE_FICLONE);
    const same = saltsOf(`${copy}-wal`) === sight.salts && saltsOf(`${path}-wal`) === sight.salts;
    if (same && fileOf(path)?.ino.toString() === sight.database.split(":")[0]) return folder;
  } catch (error) {
    removeCopy(folder);
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
  removeCopy(folder);
  return undefined;
}

const copies = new Set<string>();

function leftOnExit(folder: string): void {
  if (copies.size === 0) process.once("exit", removeAllCopies);
  copies.add(folder);
}

function removeCopy(folder: string): void {
  copies.delete(folder);
  if (copies.size === 0) process.removeListener("exit", removeAllCopies);
  rmSync(folder, { recursive: true, force: true });
}

function removeAllCopies(): void {
  for (const folder of copies) rmSync(folder, { recursive: true, force: true });
}

function look(path: string): Sight | undefined {
  const database = fileOf(path);
  if (database === undefined) return undefined;
  const wal = fileOf(`${path}-wal`);
  return {
    database: stampOf(database),
    changedAt: Number(database.mtimeMs),
    wal: wal === undefined ? "" : stampOf(wal),
    salts: wal === undefined ? "" : saltsOf(`${path}-wal`),
  };
}

function equal(left: Sight | undefined, right: Sight): boolean {
  return left?.database === right.database && left.wal === right.wal && left.salts === right.salts;
}

function stampOf({ ino, size, mtimeNs, ctimeNs }: BigIntStats): string {
  return [ino, size, mtimeNs, ctimeNs].join(":");
}

function fileOf(path: string): BigIntStats | undefined {
  try {
    return statSync(path, { bigint: true });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

/** The two salts in the header of a log (https://sqlite.org/fileformat2.html#walformat); empty where there is none. */
function saltsOf(path: string): string {
  let descriptor: number;
  try {
    descriptor = openSync(path, "r");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return "";
    throw error;
  }
  try {
    const header = Buffer.alloc(32);
    return readSync(descriptor, header, 0, header.length, 0) < header.length ? "" : header.toString("hex", 16, 24);
  } finally {
    closeSync(descriptor);
  }
}
