import { randomUUID } from "node:crypto";
import { mkdir, open, realpath, rename, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";

/** Replaces a file: a reader sees the old or the new one, and when this resolves the new one survives a power cut. */
export async function writeDurably(path: string, text: string): Promise<void> {
  const draft = await writeDraft(path, Buffer.from(text));
  try {
    await rename(draft, path);
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  }
  await syncFolder(dirname(path));
}

/** Writes as much beside the file, and removes it again. */
export async function proveDurable(path: string, bytes: Uint8Array): Promise<void> {
  await rm(await writeDraft(path, bytes));
}

/** The name of a folder with all links resolved, as far as it exists: the same before and after it is made. */
export async function realFolder(folder: string): Promise<string> {
  try {
    return await realpath(folder);
  } catch {
    const parent = dirname(folder);
    return parent === folder ? folder : join(await realFolder(parent), basename(folder));
  }
}

/** Drafts have a folder of their own: what a crash leaves there is never read, and may go at any time. */
async function writeDraft(path: string, bytes: Uint8Array): Promise<string> {
  const drafts = join(dirname(path), "drafts");
  await mkdir(drafts, { recursive: true, mode: 0o700 });
  await syncFolder(dirname(dirname(path)));
  const draft = join(drafts, randomUUID());
  const file = await open(draft, "wx", 0o600);
  try {
    await file.writeFile(bytes);
    await file.sync();
  } catch (error) {
    await file.close();
    await rm(draft, { force: true });
    throw error;
  }
  await file.close();
  return draft;
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
