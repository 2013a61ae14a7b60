import { createHash } from "node:crypto";
import { statSync, utimesSync } from "node:fs";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { DatabaseSync } from "node:sqlite";
import { TokenwardError } from "@tokenward/core/plugin";
import { stateFailure } from "./failure.ts";
import { makeFolder } from "./schema.ts";
import { isBusy, sqlite } from "./sqlite.ts";
import { Turns } from "./turns.ts";

// Another process is looked at this often, in milliseconds; a random part keeps the waiting ones apart.
const pollAtLeast = 5;
const pollAtMost = 40;
// Somebody who waits in another process leaves a trace that is never older than this, unless stopped or gone.
const traceAge = 2 * pollAtMost;
const watchEvery = 500;
const longestTimeout = 2 ** 31 - 1;

/** A lease that is held. */
export interface Lease {
  /** Aborted when it is lost, and when it is over. */
  readonly signal: AbortSignal;
  /** @throws `ERR_STATE_LEASE_LOST` */
  check(): void;
  /** Whether {@link Lease.release} was called. */
  isOver(): boolean;
  release(): void;
}

/**
 * Leases as exclusive locks of the kernel: kept through SIGSTOP, freed with the process however it ends. One empty
 * SQLite file per target carries the lock; its content never changes.
 *
 * The files must never be opened in any other way by this process: closing any descriptor of a file drops all of the
 * process's locks on it (fcntl(2)). SQLite itself knows that; stat and utimes open nothing.
 */
export class Leases {
  readonly #folder: string;
  readonly #turns = new Turns();
  readonly #released = new Map<string, { readonly at: number; readonly trace: number }>();

  constructor(folder: string) {
    this.#folder = folder;
  }

  /**
   * @throws `ERR_AUTH_LEASE_BUSY` after `waitAtMost` milliseconds, the signal's reason, `ERR_STATE_UNWRITABLE`
   */
  async acquire(target: string, waitAtMost: number, signal: AbortSignal | undefined): Promise<Lease> {
    signal?.throwIfAborted();
    const path = join(this.#folder, `${createHash("sha256").update(target).digest("hex").slice(0, 40)}.lease`);
    const begun = performance.now();
    const deadline = begun + waitAtMost;
    const busy = (): TokenwardError => {
      const waited = `${((performance.now() - begun) / 1000).toFixed(1)} s`;
      return new TokenwardError("ERR_AUTH_LEASE_BUSY", { grant: target, waited }, { class: "lease" });
    };

    if (!this.#turns.tryTake(path)) {
      if (waitAtMost <= 0) throw busy();
      await this.#waitForTurn(path, waitAtMost, signal, busy);
    }
    try {
      await this.#giveWay(path, deadline, signal);
      for (;;) {
        const database = tryLock(path);
        if (database !== undefined) return this.#held(target, path, database);
        const left = deadline - performance.now();
        if (left <= 0) throw busy();
        leaveTrace(path);
        await pause(Math.min(left, pollAtLeast + Math.random() * (pollAtMost - pollAtLeast)), signal);
      }
    } catch (error) {
      this.#turns.pass(path);
      throw error;
    }
  }

  async #waitForTurn(
    path: string,
    waitAtMost: number,
    signal: AbortSignal | undefined,
    busy: () => Error,
  ): Promise<void> {
    const enough = new AbortController();
    const timer = setTimeout(() => enough.abort(), Math.min(waitAtMost, longestTimeout));
    const either = signal === undefined ? enough.signal : AbortSignal.any([signal, enough.signal]);
    try {
      await this.#turns.take(path, either);
    } catch (error) {
      throw enough.signal.aborted && signal?.aborted !== true ? busy() : error;
    } finally {
      clearTimeout(timer);
    }
  }

  // A process that takes a lease again and again would always be faster than one that looks every few milliseconds.
  async #giveWay(path: string, deadline: number, signal: AbortSignal | undefined): Promise<void> {
    const released = this.#released.get(path);
    if (released === undefined) return;
    this.#released.delete(path);
    if (performance.now() - released.at > traceAge) return;
    const trace = traceOf(path);
    if (trace === released.trace || Date.now() - trace > traceAge) return;
    await pause(Math.max(0, Math.min(deadline - performance.now(), pollAtMost + Math.random() * pollAtMost)), signal);
  }

  #held(target: string, path: string, database: DatabaseSync): Lease {
    const inode = inodeOf(path);
    const over = new AbortController();
    const lost = (): TokenwardError | undefined => {
      if (inode !== undefined && inodeOf(path) === inode) return undefined;
      const reason = "its file was removed or replaced";
      return new TokenwardError(
        "ERR_STATE_LEASE_LOST",
        { target, reason, path: dirname(this.#folder) },
        { class: "lease" },
      );
    };
    const check = (): void => {
      over.signal.throwIfAborted();
      const reason = lost();
      if (reason === undefined) return;
      over.abort(reason);
      throw reason;
    };
    const watch = setInterval(() => {
      const reason = lost();
      if (reason !== undefined) over.abort(reason);
    }, watchEvery);
    watch.unref();
    const trace = traceOf(path);
    return {
      signal: over.signal,
      check,
      isOver: () => !database.isOpen,
      release: () => {
        clearInterval(watch);
        if (database.isOpen) database.close();
        over.abort(new TypeError("The lease is over."));
        this.#remember(path, trace);
        this.#turns.pass(path);
      },
    };
  }

  #remember(path: string, trace: number): void {
    const now = performance.now();
    this.#released.delete(path);
    this.#released.set(path, { at: now, trace });
    // Ten thousand grants release ten thousand leases; only those of this moment matter.
    for (const [other, { at }] of this.#released) {
      if (now - at <= traceAge) break;
      this.#released.delete(other);
    }
  }
}

function tryLock(path: string): DatabaseSync | undefined {
  let database: DatabaseSync | undefined;
  try {
    try {
      database = openLease(path);
    } catch (error) {
      if (isBusy(error)) throw error;
      // Its folder may not exist yet.
      makeFolder(dirname(path));
      database = openLease(path);
    }
    return database;
  } catch (error) {
    if (isBusy(error)) return undefined;
    throw stateFailure(error, path, "write");
  }
}

function openLease(path: string): DatabaseSync {
  const database = new (sqlite().DatabaseSync)(path, { timeout: 0 });
  try {
    // Nothing is ever written, so the journal needs no file.
    database.exec("PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE");
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

function leaveTrace(path: string): void {
  try {
    const now = new Date();
    utimesSync(path, now, now);
  } catch {
    // Fairness only; the lock does not need it.
  }
}

function traceOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}

function inodeOf(path: string): bigint | undefined {
  return statSync(path, { bigint: true, throwIfNoEntry: false })?.ino;
}

async function pause(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
  try {
    await sleep(milliseconds, undefined, signal === undefined ? {} : { signal });
  } catch (error) {
    signal?.throwIfAborted();
    throw error;
  }
}
