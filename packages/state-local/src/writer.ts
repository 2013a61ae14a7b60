import { existsSync, statSync } from "node:fs";
import type { DatabaseSync } from "node:sqlite";
import { TokenwardError, type Identity } from "@tokenward/core/plugin";
import { corrupt, stateFailure } from "./failure.ts";
import { Records } from "./records.ts";
import { completeSchema, createDatabase, makeFolder, newerSchema, schemaVersion, schemaVersionOf } from "./schema.ts";
import { Sealer } from "./sealing.ts";
import { isBusy, sqlite } from "./sqlite.ts";

// How long another process may be in the middle of a write: they take milliseconds, unless it was stopped there.
const usualPatience = 10_000;
// A queued write waits without blocking anybody; it asks SQLite to wait for so long at a time.
const shortWait = 50;

interface Waiting {
  readonly work: () => unknown;
  readonly since: number;
  readonly resolve: (value: unknown) => void;
  readonly reject: (reason: unknown) => void;
}

// A damaged page would otherwise show where it is first used, and that may be when the answer to a spent token has come.
function refuseDamage(database: DatabaseSync, path: string): void {
  const verdict = Object.values(database.prepare("PRAGMA quick_check(1)").get() ?? {})[0];
  if (verdict !== "ok") throw corrupt(path, "its pages do not hold together");
}

/** The one open database of a folder in this process. */
export class Writer {
  readonly path: string;
  readonly records: Records;
  readonly #database: DatabaseSync;
  readonly #inode: bigint;
  readonly #patience: number;
  readonly #sealers = new Map<Identity, Promise<Sealer>>();
  #queue: Waiting[] = [];
  #scheduled = false;

  /**
   * @param patience milliseconds that another process may be in the middle of a write
   * @throws `ERR_STATE_UNWRITABLE`, `ERR_STATE_CORRUPT`, `ERR_STATE_NEWER_SCHEMA`, `ERR_STATE_BUSY`
   */
  constructor(folder: string, path: string, patience: number = usualPatience) {
    this.path = path;
    this.#patience = patience;
    let database: DatabaseSync | undefined;
    try {
      makeFolder(folder);
      createDatabase(path);
      database = new (sqlite().DatabaseSync)(path, { timeout: patience });
      const found = schemaVersionOf(database, path);
      if (found > schemaVersion) throw newerSchema(path, found);
      // WAL is a property of the file; what is durable, and what a damaged page is, are this connection's.
      database.exec("PRAGMA synchronous = FULL; PRAGMA cell_size_check = ON; PRAGMA trusted_schema = OFF");
      // SQLite falls back to reading where it may not write, and would only say so at the first intent.
      database.exec("BEGIN IMMEDIATE; ROLLBACK");
      refuseDamage(database, path);
      completeSchema(database);
      database.exec(`PRAGMA busy_timeout = ${shortWait}`);
      this.#inode = inodeOf(path);
    } catch (error) {
      database?.close();
      throw stateFailure(error, path, "write");
    }
    this.#database = database;
    this.records = new Records(database);
  }

  /** Whether the file is still the one that was opened. A folder that was cleared leaves a ghost that forgets all. */
  isCurrent(): boolean {
    return existsSync(this.path) && inodeOf(this.path) === this.#inode;
  }

  /**
   * The sealer of an identity; from then on sealing needs no waiting.
   *
   * @throws `ERR_STATE_IDENTITY_MISSING` where what is sealed here was sealed with another identity
   */
  async sealer(identity: Identity): Promise<Sealer> {
    let sealer = this.#sealers.get(identity);
    if (sealer === undefined) {
      sealer = this.#makeSealer(identity);
      this.#sealers.set(identity, sealer);
      // A failure is not remembered: the human mends it while a service runs.
      sealer.catch(() => this.#sealers.delete(identity));
    }
    return await sealer;
  }

  async #makeSealer(identity: Identity): Promise<Sealer> {
    await identity.ensure({ sealedDataExists: this.read((records) => records.holdsSealed()) });
    const sealer = new Sealer(await identity.deriveKey("state"));
    const known = this.read((records) => records.keyCheck());
    if (known === sealer.check) return sealer;
    await this.write((records) => {
      const now = records.keyCheck();
      if (now !== undefined && now !== sealer.check && records.holdsSealed()) throw anotherIdentity(identity);
      records.setKeyCheck(sealer.check);
    });
    return sealer;
  }

  read<T>(work: (records: Records) => T): T {
    try {
      return work(this.records);
    } catch (error) {
      throw stateFailure(error, this.path, "read");
    }
  }

  /** Durable before it returns: nothing is awaited, nobody is waited for but a writer in another process. */
  writeNow<T>(work: (records: Records) => T): T {
    try {
      this.#database.exec(`PRAGMA busy_timeout = ${this.#patience}`);
      return this.#transaction(() => work(this.records));
    } catch (error) {
      throw stateFailure(error, this.path, "write");
    } finally {
      this.#database.exec(`PRAGMA busy_timeout = ${shortWait}`);
    }
  }

  /** Durable when it resolves. What is asked for in one turn of the event loop shares one transaction, and one sync. */
  write<T>(work: (records: Records) => T): Promise<T> {
    return new Promise<unknown>((resolve, reject) => {
      this.#queue.push({ work: () => work(this.records), since: performance.now(), resolve, reject });
      this.#schedule();
    }) as Promise<T>;
  }

  /** Resolves when nothing waits to be written any more. */
  async flush(): Promise<void> {
    while (this.#queue.length > 0) await this.write(() => undefined).catch(() => undefined);
  }

  /** Closes at once; {@link Writer.flush} comes first. */
  close(): void {
    if (this.#database.isOpen) this.#database.close();
  }

  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(() => this.#flush());
  }

  #flush(): void {
    this.#scheduled = false;
    const batch = this.#queue;
    this.#queue = [];
    try {
      const results = this.#transaction(() => batch.map(({ work }) => work()));
      for (const [at, { resolve }] of batch.entries()) resolve(results[at]);
    } catch (error) {
      if (isBusy(error)) this.#retry(batch, error);
      else this.#oneByOne(batch);
    }
  }

  #retry(batch: readonly Waiting[], error: unknown): void {
    const now = performance.now();
    for (const waiting of batch) {
      if (now - waiting.since < this.#patience) this.#queue.push(waiting);
      else waiting.reject(stateFailure(error, this.path, "write"));
    }
    if (this.#queue.length === 0 || this.#scheduled) return;
    this.#scheduled = true;
    setTimeout(() => this.#flush(), 2 + Math.random() * 15);
  }

  // One that fails does not take the others along.
  #oneByOne(batch: readonly Waiting[]): void {
    for (const { work, resolve, reject } of batch) {
      try {
        resolve(this.#transaction(work));
      } catch (error) {
        reject(stateFailure(error, this.path, "write"));
      }
    }
  }

  #transaction<T>(work: () => T): T {
    this.#database.exec("BEGIN IMMEDIATE");
    try {
      const result = work();
      this.#database.exec("COMMIT");
      return result;
    } catch (error) {
      // Some failures have already rolled it back.
      if (this.#database.isTransaction) this.#database.exec("ROLLBACK");
      throw error;
    }
  }
}

/** `ERR_STATE_IDENTITY_MISSING`, for an identity that is there but not the one that sealed. */
export function anotherIdentity(identity: Identity): TokenwardError {
  return new TokenwardError("ERR_STATE_IDENTITY_MISSING", { path: identity.source });
}

function inodeOf(path: string): bigint {
  return statSync(path, { bigint: true }).ino;
}
