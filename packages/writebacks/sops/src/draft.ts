import { randomBytes } from "node:crypto";
import { chmod, chown, open, readdir, rename, stat, unlink, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";

/**
 * Makes a copy beside the file, with the same ending and mode, for `sops` to change: it truncates in place, so the file
 * itself is never given to it.
 *
 * @returns the copy's path
 */
export async function makeDraft(file: string, bytes: Uint8Array): Promise<string> {
  const name = basename(file);
  const ending = name.slice(name.lastIndexOf("."));
  const draft = join(dirname(file), `.${name}.${randomBytes(6).toString("hex")}.tokenward-draft${ending}`);
  const { mode, uid, gid } = await stat(file);
  await writeFile(draft, bytes, { flag: "wx", mode: 0o600 });
  await chmod(draft, mode & 0o7777);
  // Only the superuser writes files of others.
  if (process.getuid?.() === 0) await chown(draft, uid, gid);
  return draft;
}

/** Puts a draft in the file's place. When it resolves, a power cut loses nothing. */
export async function replaceWith(draft: string, file: string): Promise<void> {
  await flush(draft, "r+");
  await rename(draft, file);
  await flush(dirname(file), "r");
}

/** Removes what killed processes left. Under the lock: whoever holds it knows that all drafts are leftovers. */
export async function removeLeftovers(file: string): Promise<void> {
  const folder = dirname(file);
  const begin = `.${basename(file)}.`;
  for (const name of await readdir(folder)) {
    const middle = name.startsWith(begin) ? name.slice(begin.length) : "";
    if (/^[0-9a-f]{12}\.tokenward-draft\./.test(middle)) await unlink(join(folder, name));
  }
}

/** Fails where the file may not be replaced although its folder may be written: an immutable mark, a sticky folder. */
export async function refuseUnreplaceable(file: string): Promise<void> {
  const [{ uid }, folder] = await Promise.all([stat(file), stat(dirname(file))]);
  const user = process.getuid?.();
  const sticky = (folder.mode & 0o1000) !== 0;
  if (sticky && user !== undefined && user !== 0 && user !== uid && user !== folder.uid) {
    throw Object.assign(new Error("not its owner in a sticky folder"), { code: "EPERM" });
  }
  try {
    await (await open(file, "r+")).close();
  } catch (thrown) {
    // A file's mode alone does not stop a rename.
    if ((thrown as NodeJS.ErrnoException).code !== "EACCES") throw thrown;
  }
}

async function flush(path: string, flags: string): Promise<void> {
  // Windows cannot flush a folder.
  if (flags === "r" && process.platform === "win32") return;
  const handle = await open(path, flags);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
