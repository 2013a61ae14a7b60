import { closeSync, openSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import type * as Sqlite from "node:sqlite";
import type { DatabaseSync } from "node:sqlite";
import { Trouble } from "./trouble.ts";

// SQLITE_BUSY and SQLITE_LOCKED (https://sqlite.org/rescode.html).
const busy = new Set([5, 6]);

/**
 * Runs something while no other process on this machine changes the file. The kernel keeps the lock, on an empty SQLite
 * file, and frees it however the process ends. The lock file stays: removing it would let two hold it at once.
 *
 * @param waitAtMost milliseconds
 * @throws {@link Trouble} where somebody else keeps it longer than that
 */
export async function withLock<T>(
  path: string,
  waitAtMost: number,
  signal: AbortSignal,
  work: () => Promise<T>,
): Promise<T> {
  const deadline = performance.now() + waitAtMost;
  let held = tryLock(path);
  while (held === undefined) {
    if (performance.now() >= deadline) {
      throw new Trouble(
        `another process has been changing the file for longer than ${waitAtMost} ms`,
        `Wait for it, or end it (\`fuser ${path}\` names it)`,
      );
    }
    await sleep(10 + Math.random() * 30, undefined, { signal });
    held = tryLock(path);
  }
  try {
    return await work();
  } finally {
    held.close();
  }
}

function tryLock(path: string): DatabaseSync | undefined {
  let database: DatabaseSync | undefined;
  try {
    database = new (sqlite().DatabaseSync)(path, { timeout: 0 });
    // Nothing is ever written, so the journal needs no file.
    database.exec("PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE");
    return database;
  } catch (thrown) {
    database?.close();
    const { errcode } = thrown as { errcode?: unknown };
    if (typeof errcode === "number" && busy.has(errcode & 0xff)) return undefined;
    // The system says why better than SQLite does: no right to make a file in that folder, or no room.
    closeSync(openSync(path, "a"));
    throw new Trouble(
      `the lock file ${path} cannot be made`,
      `Remove ${path} while nothing uses it, if it is no empty file`,
      thrown,
    );
  }
}

// Node 22 calls SQLite experimental, once, at the first import. Every other warning passes.
function sqlite(): typeof Sqlite {
  const original = Object.getOwnPropertyDescriptor(process, "emitWarning");
  const emitWarning = process.emitWarning.bind(process);
  process.emitWarning = ((...args: Parameters<typeof emitWarning>) => {
    const [warning, type] = args as unknown as [unknown, unknown];
    if (type === "ExperimentalWarning" && String(warning).startsWith("SQLite ")) return;
    emitWarning(...args);
  }) as typeof emitWarning;
  try {
    return process.getBuiltinModule("node:sqlite");
  } finally {
    if (original !== undefined) Object.defineProperty(process, "emitWarning", original);
  }
}
