import type { Client, ClientId, GrantId, Intent, StoredGrant, Version } from "./grant.ts";
import type { PluginIO } from "./plugin-io.ts";

/** What a probe has to know of the record that may be saved after it, without its tokens. */
export interface GrantShape {
  /** Bytes of the longest token that the save may bring, generously. */
  readonly longestToken: number;
  readonly rotates: boolean;
}

/** A place where grants are kept and rotated secrets are saved. */
export interface WriteBack {
  readonly traits: {
    /**
     * `atomic`: the store itself refuses a save whose `expected` is no longer what it holds. `checked`: it is
     * compared before writing, and the lease must keep others away in between.
     */
    readonly compareAndSwap: "atomic" | "checked";
    /** Whether what is saved here is still there when this run (and its machine) is gone. */
    readonly outlivesRun: boolean;
  };
  /**
   * The stable, secret-free identity of one stored grant, with account, region or project resolved. Two
   * configurations that mean the same stored grant get the same target, also from different folders.
   */
  target(subject: GrantId | ClientId, io: PluginIO): string | Promise<string>;
  /**
   * What is stored, with an open claim; `undefined` when nothing is.
   *
   * @throws `ERR_WRITEBACK_UNREADABLE` and its kin. A store that cannot be read is never reported as empty.
   */
  read(grant: GrantId, io: PluginIO): Promise<StoredGrant | undefined>;
  /**
   * Would a save be accepted? Touches no token, changes nothing that a reader sees.
   *
   * @throws `ERR_WRITEBACK_UNWRITABLE` and its kin, saying what to fix.
   */
  probe(grant: GrantId, shape: GrantShape, io: PluginIO): Promise<void>;
  /**
   * Writes an intent beside the grant, or clears it with `undefined` when nothing was spent. A save clears it too.
   *
   * @throws `ERR_WRITEBACK_CONFLICT` when what is stored is not `expected`, or another claim is open.
   */
  claim?(grant: GrantId, intent: Intent | undefined, expected: Version, io: PluginIO): Promise<void>;
  /**
   * Replaces `expected` by `next`, durably: when it resolves, a power cut loses nothing. Repeating the same save is
   * harmless.
   *
   * @throws `ERR_WRITEBACK_CONFLICT` when what is stored is neither `expected` nor already `next`.
   */
  save(grant: GrantId, next: StoredGrant, expected: Version, io: PluginIO): Promise<void>;
  /** Leaves a tombstone in place of the grant. Only on a human's word (move, forget). */
  retire?(grant: GrantId, expected: Version, io: PluginIO): Promise<void>;
  /** Versioned client secrets, where they are kept here. */
  readClient?(client: ClientId, io: PluginIO): Promise<Client | undefined>;
  saveClient?(client: ClientId, next: Client, expectedVersion: string | undefined, io: PluginIO): Promise<void>;
  /** When the write-back's own credential dies. */
  credentialExpiry?(io: PluginIO): Promise<Date | undefined>;
}
