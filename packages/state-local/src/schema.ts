import { randomBytes } from "node:crypto";
import {
  chmodSync,
  closeSync,
  existsSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
} from "node:fs";
import { dirname } from "node:path";
import type { DatabaseSync } from "node:sqlite";
import { TokenwardError } from "@tokenward/core/plugin";
import { corrupt } from "./failure.ts";
import { sqlite } from "./sqlite.ts";

/** What this version writes. Changes within a major are additive, so that an older one can still read. */
export const schemaVersion = 1;

// "tkwd": tells a state from any other SQLite file.
const applicationId = 0x746b7764;

const schema = `
  CREATE TABLE targets (
    id INTEGER PRIMARY KEY,
    target TEXT NOT NULL UNIQUE,
    intent TEXT,
    answer BLOB,
    in_doubt_since INTEGER,
    last BLOB,
    last_grant TEXT,
    refused TEXT,
    facts TEXT NOT NULL DEFAULT '{}'
  ) STRICT;
  CREATE TABLE spent (
    target INTEGER NOT NULL,
    fingerprint TEXT NOT NULL,
    at INTEGER NOT NULL,
    host TEXT NOT NULL,
    generation INTEGER,
    PRIMARY KEY (target, fingerprint)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE facts (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
  CREATE TABLE sealing (id INTEGER PRIMARY KEY CHECK (id = 1), key_check TEXT NOT NULL) STRICT;
`;

// Beside the first schema, so that a state that was made without them takes them in, and its version stays the same.
const alertSchema = `
  CREATE TABLE IF NOT EXISTS alert_states (
    installation TEXT NOT NULL,
    subject TEXT NOT NULL,
    condition TEXT NOT NULL,
    state TEXT NOT NULL,
    PRIMARY KEY (installation, subject, condition)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS messages (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    installation TEXT NOT NULL,
    notifier TEXT NOT NULL,
    alert TEXT NOT NULL,
    recipients TEXT NOT NULL,
    attempts INTEGER NOT NULL,
    not_before INTEGER NOT NULL
  ) STRICT;
`;

/** Adds the tables that an older state of the same version lacks. */
export function completeSchema(database: DatabaseSync): void {
  const known = database.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'messages'").get();
  if (known === undefined) database.exec(`BEGIN IMMEDIATE; ${alertSchema} COMMIT`);
}

/** Makes the folder, private to this OS user, and makes its existence durable. */
export function makeFolder(folder: string): void {
  const first = mkdirSync(folder, { recursive: true, mode: 0o700 });
  if (first === undefined) return;
  for (let path = folder; path !== dirname(first) && path !== dirname(path); path = dirname(path))
    syncFolder(dirname(path));
}

/**
 * Makes the database where there is none. It appears whole or not at all, so that whoever reads meanwhile meets no
 * half of a schema.
 *
 * @throws `ERR_STATE_CORRUPT` where only the log of a former one is there
 */
export function createDatabase(path: string): void {
  if (existsSync(path)) return;
  // SQLite would play the log of the old database into the new one. Looked at twice: another process may be making it.
  if (existsSync(`${path}-wal`) && !existsSync(path))
    throw corrupt(path, "it is gone, and only its log was left behind");
  const draft = `${path}.${randomBytes(6).toString("hex")}.new`;
  try {
    const database = new (sqlite().DatabaseSync)(draft);
    try {
      chmodSync(draft, 0o600);
      database.exec(`
        PRAGMA journal_mode = WAL;
        PRAGMA synchronous = FULL;
        BEGIN IMMEDIATE;
        PRAGMA application_id = ${applicationId};
        PRAGMA user_version = ${schemaVersion};
        ${schema}
        ${alertSchema}
        COMMIT;
      `);
    } finally {
      database.close();
    }
    putInPlace(draft, path);
  } finally {
    for (const suffix of ["", "-wal", "-shm", "-journal"]) rmSync(`${draft}${suffix}`, { force: true });
  }
  syncFolder(dirname(path));
}

// A link never replaces what another process put there first. File systems without links can only rename.
function putInPlace(draft: string, path: string): void {
  try {
    linkSync(draft, path);
  } catch (error) {
    if (existsSync(path)) return;
    const { code } = error as NodeJS.ErrnoException;
    if (code !== "EPERM" && code !== "ENOTSUP" && code !== "EOPNOTSUPP" && code !== "ENOSYS") throw error;
    renameSync(draft, path);
  }
}

/** Makes new names in a folder durable. Windows keeps them without being asked, and cannot open a folder for it. */
function syncFolder(folder: string): void {
  if (process.platform === "win32") return;
  const descriptor = openSync(folder, "r");
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/**
 * Which schema a database has.
 *
 * @throws `ERR_STATE_CORRUPT` where it is no state at all
 */
export function schemaVersionOf(database: DatabaseSync, path: string): number {
  const application = database.prepare("PRAGMA application_id").get()?.["application_id"];
  if (application !== applicationId)
    throw corrupt(path, application === 0 ? "it is empty or was never a state" : "it is another program's file");
  return Number(database.prepare("PRAGMA user_version").get()?.["user_version"]);
}

/** `ERR_STATE_NEWER_SCHEMA`. */
export function newerSchema(path: string, found: number): TokenwardError {
  return new TokenwardError("ERR_STATE_NEWER_SCHEMA", { path, found, known: schemaVersion });
}
