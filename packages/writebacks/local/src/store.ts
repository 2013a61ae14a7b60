import type { GrantId, PluginIO } from "@tokenward/core/plugin";

/** The two places that grants can be kept in. */
export type StoreKind = "keychain" | "file";

/** A place for one text per grant. What the text means, and which version it is, is decided above. */
export interface GrantStore {
  readonly kind: StoreKind;
  /** In a sentence: where it is. */
  readonly where: string;
  /**
   * Makes the place ready, before it is recorded as the chosen one.
   *
   * @throws `ERR_WRITEBACK_KEYCHAIN`
   */
  found(grant: GrantId): Promise<void>;
  /**
   * `undefined` only where it is certain that nothing is stored. Creates nothing.
   *
   * @throws `ERR_WRITEBACK_UNREADABLE`, `ERR_WRITEBACK_SEALED_FOR_ANOTHER`, `ERR_WRITEBACK_KEYCHAIN`
   */
  load(grant: GrantId, io: PluginIO): Promise<string | undefined>;
  /**
   * Proves that a text of that many bytes could be kept.
   *
   * @throws `ERR_WRITEBACK_UNWRITABLE`, `ERR_WRITEBACK_KEYCHAIN`, `ERR_STATE_*` of the identity
   */
  prove(grant: GrantId, bytes: number, io: PluginIO): Promise<void>;
  /**
   * Keeps the text, durably, and has read it back.
   *
   * @throws `ERR_WRITEBACK_SAVE_FAILED`, `ERR_WRITEBACK_KEYCHAIN`
   */
  replace(grant: GrantId, text: string, io: PluginIO): Promise<void>;
}
