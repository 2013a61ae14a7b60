/**
 * The age identity of this installation: it seals state and files. From `TOKENWARD_IDENTITY`, else
 * `TOKENWARD_IDENTITY_FILE`, else a file with mode 0600 in the OS user's configuration folder, never in a project.
 */
export interface Identity {
  /** Where it comes from, for messages: a path or the variable's name. Never the identity itself. */
  readonly source: string;
  /**
   * Makes sure there is one. It is made anew only where none exists and the caller has nothing sealed yet.
   *
   * @throws `ERR_STATE_IDENTITY_MISSING`, `ERR_STATE_IDENTITY_INVALID`
   */
  ensure(options: { readonly sealedDataExists: boolean }): Promise<void>;
  /** Seals for this installation with age's own file format; `age -d -i <identity>` opens it. */
  encrypt(plain: string | Uint8Array): Promise<Uint8Array>;
  /** @throws `ERR_STATE_IDENTITY_MISSING`, `ERR_STATE_IDENTITY_INVALID`; a plain Error where another identity sealed it. */
  decrypt(sealed: Uint8Array): Promise<Uint8Array>;
  /**
   * A symmetric key for one purpose, derived by HKDF-SHA-256: for records that are written on the hot path, where
   * age's public-key operations would cost more than the exchange.
   */
  deriveKey(purpose: string): Promise<Uint8Array>;
}
