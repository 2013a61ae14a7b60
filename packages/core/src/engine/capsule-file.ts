import { createHash } from "node:crypto";
import { join } from "node:path";
import { placePrivateFile } from "../private-file.ts";
import type { RecoveryCapsule } from "./capsule-record.ts";

/**
 * Puts a sealed capsule into a folder, durably, for this user only. The name says which grant and generation it is, and
 * is another one for every token: a capsule is never replaced, and making the same one again leaves the first.
 *
 * @returns its path
 */
export async function writeCapsuleFile(folder: string, capsule: RecoveryCapsule, armored: string): Promise<string> {
  const path = join(folder, capsuleName(capsule));
  await placePrivateFile(path, armored);
  return path;
}

/** `tiktok_brand-a.generation-7.1f0c9a52.age`; the last part tells tokens apart and is made of nothing secret. */
function capsuleName({ grant, target }: RecoveryCapsule): string {
  const which = createHash("sha256")
    .update(JSON.stringify([target, grant.fingerprint, grant.generation]))
    .digest("hex");
  return `${grant.id.replace("/", "_")}.generation-${grant.generation}.${which.slice(0, 8)}.age`;
}
