import {
  decodeGrant,
  encodeGrant,
  fingerprintOf,
  messageOf,
  parseGrantId,
  sameSecret,
  TokenwardError,
  type GrantId,
  type StoredGrant,
  type Version,
} from "@tokenward/core/plugin";

/** What a store's text says: a grant, or that there was one and a human let it go. */
export type Stored =
  | { readonly kind: "grant"; readonly grant: StoredGrant }
  | { readonly kind: "retired"; readonly generation: number; readonly grant: StoredGrant };

/** The text of a tombstone. */
export function tombstone(id: GrantId, generation: number, at: Date, movedTo: string | undefined): string {
  return encodeGrant({ id, ...parseGrantId(id), generation, retired: { at, movedTo } });
}

/**
 * Reads what {@link encodeGrant} or {@link tombstone} wrote.
 *
 * @throws `ERR_WRITEBACK_UNREADABLE`
 */
export function readStoredText(id: GrantId, text: string, where: string): Stored {
  try {
    const grant = decodeGrant(id, text);
    // A tombstone is a grant record without tokens, so that an older reader finds nothing to send in it.
    const { grant: owner } = JSON.parse(text) as { readonly grant?: unknown };
    // A file that was renamed by hand: sending its token for this grant would spend another one's.
    if (owner !== id) throw new TypeError("it belongs to another grant");
    if (grant.retired !== undefined) return { kind: "retired", generation: grant.generation ?? 0, grant };
    return { kind: "grant", grant };
  } catch (thrown) {
    throw new TokenwardError(
      "ERR_WRITEBACK_UNREADABLE",
      {
        grant: id,
        reason: `its record in ${where} is not usable (${messageOf(thrown)})`,
        remedy: `Update Tokenward if a newer one wrote it, else consent again (\`tokenward auth ${id}\`)`,
      },
      { cause: thrown, class: "write-back" },
    );
  }
}

/** Whether what is stored is the version that a save names. */
export function isVersion(stored: Stored | undefined, version: Version, target: string): boolean {
  if (stored === undefined) return version.generation === 0;
  // A tombstone reads as nothing, so whoever saves over it names nothing.
  if (stored.kind === "retired") return version.generation === 0 || version.generation === stored.generation;
  const { grant } = stored;
  if (version.generation !== undefined && grant.generation !== undefined && version.generation !== grant.generation) {
    return false;
  }
  if (version.fingerprint === undefined) return version.generation === grant.generation;
  // From the tokens themselves: a recorded fingerprint would not survive moving the folder, which is in the target.
  const tokens = [grant.refreshToken, grant.accessToken].filter((token) => token !== undefined);
  if (tokens.length === 0) return version.generation === grant.generation;
  return tokens.some((token) => fingerprintOf(target, token) === version.fingerprint);
}

/** How what is stored relates to what is saved: the very same, the same tokens with other facts, or something else. */
export function likeness(stored: Stored | undefined, next: StoredGrant): "same" | "same tokens" | "other" {
  if (stored?.kind !== "grant" || stored.grant.generation !== next.generation) return "other";
  const { grant } = stored;
  if (encodeGrant(grant) === encodeGrant(next)) return "same";
  const tokens = sameSecret(grant.refreshToken, next.refreshToken) && sameSecret(grant.accessToken, next.accessToken);
  return tokens ? "same tokens" : "other";
}
