import { join } from "node:path";
import type { Identity } from "@tokenward/core/plugin";
import { Leases } from "./lease.ts";
import { refuseNetworkFolder } from "./network-folder.ts";
import { Reader } from "./reader.ts";
import type { Records } from "./records.ts";
import { Sealer } from "./sealing.ts";
import { Writer } from "./writer.ts";

/**
 * What one process has open of one folder, shared by all states that mean it: a second descriptor of the database
 * would take away the locks of the first when it is closed (fcntl(2)).
 */
export class StateFolder {
  readonly path: string;
  readonly database: string;
  readonly leases: Leases;
  readonly #reader: Reader;
  readonly #users = new Set<object>();
  #writer: Writer | undefined;
  #ghosts: Writer[] = [];
  #onLocalDisk = false;

  constructor(path: string) {
    this.path = path;
    this.database = join(path, "state.db");
    this.leases = new Leases(join(path, "leases"));
    this.#reader = new Reader(this.database);
  }

  /** Opens for writing, on behalf of a user who calls {@link StateFolder.leave} in the end. */
  writer(user: object): Writer {
    this.#refuseNetwork();
    if (this.#writer?.isCurrent() !== true) {
      this.#reader.close();
      const fresh = new Writer(this.path, this.database);
      // Whoever works with the one before ends with it.
      if (this.#writer !== undefined) this.#ghosts.push(this.#writer);
      this.#writer = fresh;
    }
    this.#users.add(user);
    return this.#writer;
  }

  /** Closes what is open when the last user has left. */
  async leave(user: object): Promise<void> {
    this.#users.delete(user);
    this.#reader.close();
    if (this.#users.size > 0) return;
    await this.#writer?.flush();
    if (this.#users.size > 0) return;
    for (const writer of [...this.#ghosts, this.#writer]) writer?.close();
    this.#ghosts = [];
    this.#writer = undefined;
  }

  /** Reads without changing a byte; `undefined` where there is no state yet. */
  async read<T>(work: (records: Records) => T): Promise<T | undefined> {
    this.#refuseNetwork();
    if (this.#writer === undefined) {
      const value = await this.#reader.read(work, () => this.#writer !== undefined);
      if (this.#writer === undefined || value !== undefined) return value;
    }
    return this.#writer.read(work);
  }

  /** A key to read with. Makes no identity. */
  async sealerForReading(identity: Identity): Promise<Sealer> {
    return this.#writer === undefined
      ? new Sealer(await identity.deriveKey("state"))
      : await this.#writer.sealer(identity);
  }

  #refuseNetwork(): void {
    if (this.#onLocalDisk) return;
    refuseNetworkFolder(this.path);
    this.#onLocalDisk = true;
  }
}

const key: symbol = Symbol.for("tokenward.state-local.folders.1");
const folders: Map<string, StateFolder> = ((globalThis as Record<symbol, unknown>)[key] ??= new Map<
  string,
  StateFolder
>()) as Map<string, StateFolder>;

/** The one instance of a folder in this process, also where two copies of this package are installed. */
export function stateFolder(path: string): StateFolder {
  let folder = folders.get(path);
  if (folder === undefined) folders.set(path, (folder = new StateFolder(path)));
  return folder;
}
