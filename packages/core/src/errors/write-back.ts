import type { ErrorEntry } from "./entry.ts";

/** Failures of the places where grants are kept. */
export const writeBackErrors: Record<
  | "ERR_WRITEBACK_UNWRITABLE"
  | "ERR_WRITEBACK_UNREADABLE"
  | "ERR_WRITEBACK_CONFLICT"
  | "ERR_WRITEBACK_SAVE_FAILED"
  | "ERR_WRITEBACK_NOT_DURABLE"
  | "ERR_WRITEBACK_SEALED_FOR_ANOTHER"
  | "ERR_WRITEBACK_KEYCHAIN"
  | "ERR_WRITEBACK_STORE_CHANGED"
  | "ERR_WRITEBACK_CREDENTIAL_ENDS",
  ErrorEntry
> = {
  ERR_WRITEBACK_UNWRITABLE: {
    what: "The write-back would not accept a new token for {grant}: {reason}. No token was spent.",
    why: "Before a single-use token is presented, Tokenward proves that its successor could be saved.",
    fix: "{remedy}, then run again.",
  },
  ERR_WRITEBACK_UNREADABLE: {
    what: "The stored token of {grant} cannot be read: {reason}.",
    why: "The file or record is damaged, or this user may not read it. It is left as it is.",
    fix: "{remedy}, then run again.",
  },
  ERR_WRITEBACK_CONFLICT: {
    what: "The stored token of {grant} changed meanwhile; the newer one was left in place.",
    why: "Somebody imported a new consent, or another machine refreshed, between reading and saving.",
    fix: "Run again: it continues with what is now stored.",
  },
  ERR_WRITEBACK_SAVE_FAILED: {
    what: "The new token of {grant} is kept in this machine's journal, but could not be saved in the write-back: {reason}.",
    why: "The write-back accepted the probe and refused the save, or went away in between.",
    fix: "{remedy}, then run `tokenward auth recover {grant}` on this machine: it saves the kept token without another exchange. The next refresh does so, too.",
  },
  ERR_WRITEBACK_NOT_DURABLE: {
    what: "{grant} was not refreshed: its write-back ({writeback}) does not outlive this run, and a rotated token would be lost with it. No token was spent.",
    why: "`CI` is set, so this machine's disk is taken to be gone after the job.",
    fix: "Use a write-back that does (gitlab, aws, gcp; sops with `publish`). Or, if this machine keeps its disk although `CI` is set: `outlives_run: true` under `auth.writeback.local`, and `ephemeral: false` under `state.local`.",
  },
  ERR_WRITEBACK_SEALED_FOR_ANOTHER: {
    what: "The stored token of {grant} is sealed for another identity than the one in {identity}.",
    why: "The file was made by another OS user or machine, or the identity was replaced.",
    fix: "Point TOKENWARD_IDENTITY_FILE at the identity that sealed it, or move {path} away and consent again: `tokenward auth {grant}`.",
  },
  ERR_WRITEBACK_KEYCHAIN: {
    what: "The OS keychain cannot be used for {grant}: {reason}.",
    why: "This grant's tokens are kept in the keychain, and it is locked, absent or refused the access.",
    fix: "Unlock the keychain (or start its service) and run again. Tokenward does not switch to another store by itself.",
  },
  ERR_WRITEBACK_STORE_CHANGED: {
    what: "{grant} is kept in the {recorded}, but the configuration now says {configured}.",
    why: "The store is chosen once, at the first save. Switching silently would leave a second, ageing copy behind.",
    fix: "Set `auth.writeback.local.store: {recorded}` again, or import the token anew after removing the old copy.",
  },
  ERR_WRITEBACK_CREDENTIAL_ENDS: {
    what: "The credential with which the write-back ({writeback}) is reached ends on {when}, in {left}.",
    why: "After that day no rotated token could be saved, so nothing that rotates would be refreshed. GitLab's access tokens live a year at most.",
    fix: "Make a new credential there and put it where the configuration takes it from. Until then everything goes on.",
  },
};
