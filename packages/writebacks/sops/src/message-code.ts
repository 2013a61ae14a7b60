import { createHash, timingSafeEqual } from "node:crypto";
import { isSealed, unseal } from "./cipher.ts";
import type { Leaf, Metadata } from "./leaf.ts";

// So that a code over encrypted values only never equals one over all values (sops.go, MACOnlyEncryptedInitialization).
const onlyEncrypted = Buffer.from("8a3fd2ad54ce66527b1034f3d147be0b0b975b3bf44f72c6fdadec8176f27d69", "hex");

/**
 * Whether a file is as SOPS left it: SHA-512 over all values in their order, encrypted with the data key and bound to
 * the time of the last change (sops.go and aes/cipher.go of getsops/sops 3.13.2).
 */
export function isGenuine(leaves: readonly Leaf[], metadata: Metadata, key: Uint8Array): boolean {
  const hash = createHash("sha512");
  if (metadata.macOnlyEncrypted) hash.update(onlyEncrypted);
  try {
    for (const { path, text } of leaves) {
      if (isSealed(text)) hash.update(unseal(text, key, `${path.join(":")}:`));
      else if (!metadata.macOnlyEncrypted) hash.update(text);
    }
    const found = unseal(metadata.mac, key, metadata.lastmodified);
    const computed = Buffer.from(hash.digest("hex").toUpperCase());
    return found.length === computed.length && timingSafeEqual(found, computed);
  } catch {
    // A value that does not open was changed, or moved here from another key.
    return false;
  }
}
