import type { ClaimedVersion, Client, ClientId, GrantId, Intent, StoredGrant, Version } from "./grant.ts";
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
    /**
     * Kept on this very machine and nowhere else, so that a state which knows nothing of what is here was lost. Default
     * `false`.
     */
    readonly machineBound?: boolean | undefined;
  };
  /**
   * The stable, secret-free identity of one stored grant, with account, region or project resolved. Two
   * configurations that mean the same stored grant get the same target, also from different folders.
   */
  target(subject: GrantId | ClientId, io: PluginIO): string | Promise<string>;
  /**
   * What is stored, with an open claim; `undefined` when nothing is. A claim made before anything was stored reads as a
   * grant of generation 0 without tokens; a tombstone as one with {@link StoredGrant.retired} and no tokens.
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
   * Writes an intent beside the grant, or takes it away with `undefined` when nothing was spent. A save takes it away, too.
   * Claiming what the same intent has already claimed, and withdrawing what is gone, are harmless. Where nothing is
   * stored yet (generation 0) the claim stands alone.
   *
   * @param expected the stored version, and the id of the claim that is replaced or withdrawn
   * @throws `ERR_WRITEBACK_CONFLICT` when what is stored is not `expected`, or another claim than the named one is open
   */
  claim?(grant: GrantId, intent: Intent | undefined, expected: ClaimedVersion, io: PluginIO): Promise<void>;
  /**
   * Replaces `expected` by `next`, durably: when it resolves, a power cut loses nothing. Repeating the same save is
   * harmless.
   *
   * @throws `ERR_WRITEBACK_CONFLICT` when what is stored is neither `expected` nor already `next`.
   */
  save(grant: GrantId, next: StoredGrant, expected: Version, io: PluginIO): Promise<void>;
  /**
   * Leaves a tombstone in place of the grant: no token of it can be read any more. Only on a human's word (move, forget).
   * A later save names the tombstone's generation, or nothing stored. Retiring twice is harmless.
   *
   * @param movedTo the target that holds it now; absent where it is forgotten
   * @throws `ERR_WRITEBACK_CONFLICT` when what is stored is not `expected`
   */
  retire?(grant: GrantId, expected: Version, io: PluginIO, movedTo?: string): Promise<void>;
  /** Versioned client secrets, where they are kept here. */
  readClient?(client: ClientId, io: PluginIO): Promise<Client | undefined>;
  saveClient?(client: ClientId, next: Client, expectedVersion: string | undefined, io: PluginIO): Promise<void>;
  /** When the write-back's own credential dies. Absent: unknown, or never. Only asks; a run alerts ahead of that day. */
  credentialExpiry?(io: PluginIO): Promise<Date | undefined>;
}
