import { randomUUID } from "node:crypto";
import { link, lstat, mkdir, open, readdir, rename, unlink, type FileHandle } from "node:fs/promises";
import { basename, dirname, join } from "node:path";

const draftSuffix = /\.[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}\.new$/;

/** Makes a folder that only this OS user may look into; survives a power cut. */
export async function makeFolder(folder: string): Promise<void> {
  const first = await mkdir(folder, { recursive: true, mode: 0o700 });
  if (first === undefined) return;
  // Every new name on the way down has to reach the disk, from the first new folder's parent on.
  for (let made = folder; made.length >= first.length; made = dirname(made)) await syncFolder(dirname(made));
}

/**
 * Writes a complete draft beside the file, durable but not yet in its place.
 *
 * @returns its path
 */
export async function writeDraft(path: string, bytes: Uint8Array): Promise<string> {
  const draft = `${path}.${randomUUID()}.new`;
  const file = await open(draft, "wx", 0o600);
  try {
    await writeWhole(file, bytes);
    await file.sync();
  } catch (error) {
    // A full disk: what is half there only takes room.
    await file.close();
    await unlink(draft).catch(() => undefined);
    throw error;
  }
  await file.close();
  return draft;
}

/** Puts a draft in the file's place: a reader sees the old or the new, and after this the new survives a power cut. */
export async function replaceWith(draft: string, path: string): Promise<void> {
  await renamePatiently(draft, path);
  await syncFolder(dirname(path));
}

/**
 * Puts a draft in place unless something is there already.
 *
 * @returns whether it was put there
 */
export async function placeNew(draft: string, path: string): Promise<boolean> {
  try {
    await link(draft, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  } finally {
    await unlink(draft);
  }
  await syncFolder(dirname(path));
  return true;
}

/** Milliseconds. Two state folders have two leases, so another process may be about to put a young draft in its place. */
const leftoverAge = 10 * 60_000;

/**
 * Removes drafts that a crash left behind; they are never read. The folder is listed once: with ten thousand grants in
 * it, listing it at every save would cost more than the save.
 */
export class LeftoverDrafts {
  #listed: Promise<Map<string, readonly string[]>> | undefined;

  /** Those of this file. */
  async remove(path: string): Promise<void> {
    const folder = dirname(path);
    this.#listed ??= draftsIn(folder);
    const name = basename(path);
    const drafts = (await this.#listed).get(name) ?? [];
    await Promise.all(drafts.map(async (draft) => await removeOld(join(folder, draft)).catch(() => undefined)));
    (await this.#listed).delete(name);
  }
}

async function removeOld(draft: string): Promise<void> {
  const { mtimeMs } = await lstat(draft);
  if (Date.now() - mtimeMs > leftoverAge) await unlink(draft);
}

async function draftsIn(folder: string): Promise<Map<string, readonly string[]>> {
  const names = (await readdir(folder)).filter((name) => draftSuffix.test(name));
  return Map.groupBy(names, (name) => name.replace(draftSuffix, ""));
}

async function writeWhole(file: FileHandle, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length;) {
    // At a file-size limit the kernel first writes less than asked; only the next write fails.
    const { bytesWritten } = await file.write(bytes, at);
    at += bytesWritten;
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

// On Windows a virus scanner or a backup may have the old file open for a moment.
async function renamePatiently(from: string, to: string): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      await rename(from, to);
      return;
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      const busy = process.platform === "win32" && (code === "EPERM" || code === "EACCES" || code === "EBUSY");
      if (!busy || attempt === 10) {
        await unlink(from).catch(() => undefined);
        throw error;
      }
      await new Promise((resolve) => setTimeout(resolve, attempt * 20));
    }
  }
}
