import type { ErrorEntry } from "./entry.ts";

/** Failures of this machine's memory. */
export const stateErrors: Record<
  | "ERR_STATE_MISSING"
  | "ERR_STATE_EPHEMERAL"
  | "ERR_STATE_CORRUPT"
  | "ERR_STATE_NEWER_SCHEMA"
  | "ERR_STATE_UNWRITABLE"
  | "ERR_STATE_UNREADABLE"
  | "ERR_STATE_BUSY"
  | "ERR_STATE_LEASE_LOST"
  | "ERR_STATE_NETWORK_FOLDER"
  | "ERR_STATE_IDENTITY_MISSING"
  | "ERR_STATE_IDENTITY_INVALID",
  ErrorEntry
> = {
  ERR_STATE_MISSING: {
    what: "No state was given to the engine.",
    why: "Lease and journal live in the state; without it a rotated token can be lost.",
    fix: "Pass `localState()` of @tokenward/state-local, or `memoryState()` of @tokenward/core if losing tokens in a crash is acceptable.",
  },
  ERR_STATE_EPHEMERAL: {
    what: "{grant} was not refreshed: this machine's state is gone after the run, and its write-back ({writeback}) cannot hold a claim instead. No token was spent.",
    why: "Without a durable journal or a claim, a killed job would make the next one present a spent token.",
    fix: "Use a write-back that can claim (gitlab, aws, gcp, sops), or set `state.local.ephemeral: false` if this machine keeps its disk although `CI` is set.",
  },
  ERR_STATE_CORRUPT: {
    what: "The state file {path} is damaged: {reason}. It was left as it is, and nothing was refreshed.",
    why: "The disk or another program damaged it. Without the journal nobody knows which tokens are spent.",
    fix: "Restore the folder that holds it from a backup. Without one, move that folder away (keep it) and run `tokenward auth refresh all`: it goes on with the tokens in the write-back. Only a grant whose last run was interrupted needs a new consent before that.",
  },
  ERR_STATE_NEWER_SCHEMA: {
    what: "The state in {path} was written by a newer Tokenward (schema {found}; this one knows up to {known}). It was left as it is, and nothing was refreshed.",
    why: "Two versions share one state folder. The older one serves valid tokens but refreshes nothing.",
    fix: "Update this Tokenward to the version that wrote it, then run again.",
  },
  ERR_STATE_UNWRITABLE: {
    what: "The state in {path} cannot be written: {reason}.",
    why: "The intent to spend a token must be durable before the token is sent.",
    fix: "{remedy}, then run again.",
  },
  ERR_STATE_UNREADABLE: {
    what: "The state in {path} cannot be read: {reason}.",
    why: "This user may not read it, or the disk failed. It is left as it is.",
    fix: "Give this user access to {path}, or move its folder, with all that is in it, to a better place and set TOKENWARD_STATE_DIR to that.",
  },
  ERR_STATE_BUSY: {
    what: "The state in {path} stayed locked by another process.",
    why: "A process was stopped in the middle of a write.",
    fix: "Run again; if it stays, look for a stopped tokenward process on this machine.",
  },
  ERR_STATE_LEASE_LOST: {
    what: "The lease of {target} was lost while it was held: {reason}.",
    why: "Another process may hold it now, so nothing more is sent or recorded under it.",
    fix: "Leave {path} alone while Tokenward runs, then run again.",
  },
  ERR_STATE_NETWORK_FOLDER: {
    what: "The state folder {path} is on a network file system ({kind}).",
    why: "Locks there are not dependable, and the lease is what keeps a token from being spent twice.",
    fix: "Set TOKENWARD_STATE_DIR to a folder on a local disk.",
  },
  ERR_STATE_IDENTITY_MISSING: {
    what: "Sealed data exists, but the identity that opens it is not at {path}.",
    why: "The identity file was removed, or TOKENWARD_IDENTITY is not set in this environment. A new one is never made while sealed data exists.",
    fix: "Put the identity back at {path}, or set TOKENWARD_IDENTITY or TOKENWARD_IDENTITY_FILE. If it is lost for good, nothing opens what it sealed: move state and stored grants away, and consent again to each grant.",
  },
  ERR_STATE_IDENTITY_INVALID: {
    what: "The identity from {source} is not a usable age identity: {reason}.",
    why: "It must be one line that starts with AGE-SECRET-KEY-1.",
    fix: "Correct {source}; `age-keygen` makes such an identity.",
  },
};
