import { createHash, randomUUID } from "node:crypto";
import { link, mkdir, open, unlink } from "node:fs/promises";
import { join } from "node:path";
import type { RecoveryCapsule } from "./capsule-record.ts";

/**
 * Puts a sealed capsule into a folder, durably, for this user only. The name says which grant and generation it is, and
 * is another one for every token: a capsule is never replaced, and making the same one again leaves the first.
 *
 * @returns its path
 */
export async function writeCapsuleFile(folder: string, capsule: RecoveryCapsule, armored: string): Promise<string> {
  const path = join(folder, capsuleName(capsule));
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const draft = `${path}.${randomUUID()}.new`;
  try {
    await writeDraft(draft, armored);
    // Linked into place whole, which fails where one of that name is there already.
    await link(draft, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  } finally {
    await unlink(draft).catch(() => undefined);
  }
  await syncFolder(folder);
  return path;
}

/** `tiktok_brand-a.generation-7.1f0c9a52.age`; the last part tells tokens apart and is made of nothing secret. */
function capsuleName({ grant, target }: RecoveryCapsule): string {
  const which = createHash("sha256")
    .update(JSON.stringify([target, grant.fingerprint, grant.generation]))
    .digest("hex");
  return `${grant.id.replace("/", "_")}.generation-${grant.generation}.${which.slice(0, 8)}.age`;
}

async function writeDraft(path: string, text: string): Promise<void> {
  const file = await open(path, "wx", 0o600);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
}

async function syncFolder(folder: string): Promise<void> {
  // Windows cannot open folders; NTFS journals its names by itself.
  if (process.platform === "win32") return;
  const handle = await open(folder, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
