import { accessSync, constants, existsSync, statfsSync } from "node:fs";
import { dirname } from "node:path";
import { messageOf, TokenwardError } from "@tokenward/core/plugin";
import { isBusy, resultCode } from "./sqlite.ts";

/** What was being done to the state when it failed. */
export type Access = "read" | "write";

/** The failure that a human understands, from whatever SQLite or the file system threw about a path. */
export function stateFailure(thrown: unknown, path: string, access: Access): unknown {
  if (TokenwardError.is(thrown)) return thrown;
  const code = resultCode(thrown);
  if (isBusy(thrown)) return new TokenwardError("ERR_STATE_BUSY", { path }, { cause: thrown });
  // CORRUPT, NOTADB
  if (code === 11 || code === 26) return corrupt(path, messageOf(thrown), thrown);
  // ERROR: its tables are not the ones this schema version has.
  if (code === 1) return corrupt(path, `it is not laid out as a state is (${messageOf(thrown)})`, thrown);
  const { code: systemCode } = (thrown ?? {}) as { code?: unknown };
  if (code === undefined && (typeof systemCode !== "string" || !/^E[A-Z0-9]+$/.test(systemCode))) return thrown;
  const { reason, remedy } = diagnose(thrown, path, access);
  return access === "read"
    ? new TokenwardError("ERR_STATE_UNREADABLE", { path, reason }, { cause: thrown })
    : new TokenwardError("ERR_STATE_UNWRITABLE", { path, reason, remedy }, { cause: thrown });
}

/** `ERR_STATE_CORRUPT`. */
export function corrupt(path: string, reason: string, cause?: unknown): TokenwardError {
  return new TokenwardError("ERR_STATE_CORRUPT", { path, reason }, cause === undefined ? {} : { cause });
}

interface Diagnosis {
  readonly reason: string;
  /** What a human does about it: an imperative that "then run again" can follow. */
  readonly remedy: string;
}

function diagnose(thrown: unknown, path: string, access: Access): Diagnosis {
  const folder = dirname(path);
  const { code } = thrown as { code?: unknown };
  const number = resultCode(thrown);
  // Only an empty state may be begun elsewhere: the journal in this one knows which tokens are spent.
  const elsewhere = isThere(path)
    ? "or move it, with all that is in it, to a better place and set TOKENWARD_STATE_DIR to that"
    : "or set TOKENWARD_STATE_DIR to a folder that it may write to";
  // FULL. A full disk also shows as an I/O error, where SQLite could not make its files bigger.
  if (number === 13 || code === "ENOSPC" || code === "EDQUOT" || (number !== undefined && isFull(folder))) {
    return { reason: "the disk is full", remedy: `Free disk space on the disk that holds ${folder}` };
  }
  if (code === "EROFS" || isReadOnly(folder)) {
    return {
      reason: "the file system is read-only",
      remedy: `Make the file system that holds ${folder} writable, ${elsewhere}`,
    };
  }
  // READONLY, CANTOPEN, PERM, AUTH
  if (code === "EACCES" || code === "EPERM" || number === 8 || number === 14 || number === 3 || number === 23) {
    return {
      reason: access === "read" ? "this user may not read it" : "this user may not write there",
      remedy: `Give this user write access to ${folder} and the files in it, ${elsewhere}`,
    };
  }
  if (code === "ENOTDIR" || code === "EEXIST") {
    return { reason: "a file is in the place of the folder", remedy: `Move the file away that ${folder} names` };
  }
  if (code === "EMFILE" || code === "ENFILE") {
    return { reason: "too many files are open", remedy: "Raise the limit on open files (`ulimit -n`)" };
  }
  // IOERR, which is also what SQLite makes of a quota or a file-size limit.
  if (number === 10) {
    return {
      reason: "the disk reports an error",
      remedy: `Check the disk that holds ${folder}: its quota, this process's file-size limit (\`ulimit -f\`), its health (\`dmesg\`)`,
    };
  }
  return { reason: messageOf(thrown), remedy: `Check the disk that holds ${folder}` };
}

// Where this user may not even look, there is something.
function isThere(path: string): boolean {
  return existsSync(path) || existsSync(dirname(path));
}

function isFull(folder: string): boolean {
  try {
    return statfsSync(folder).bavail === 0;
  } catch {
    return false;
  }
}

// SQLite does not tell a mount from a mode; access(2) does.
function isReadOnly(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EROFS";
  }
}
