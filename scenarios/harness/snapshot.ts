import { createHash } from "node:crypto";
import { lstat, readdir, readFile } from "node:fs/promises";
import path from "node:path";

/** Everything below a folder: names, kinds, modes and contents. Equal snapshots mean that not a byte changed. */
export async function snapshotOf(folder: string): Promise<Readonly<Record<string, string>>> {
  const entries: Record<string, string> = {};
  const visit = async (relative: string): Promise<void> => {
    const file = path.join(folder, relative);
    const facts = await lstat(file).catch(() => undefined);
    if (facts === undefined) return;
    const mode = (facts.mode & 0o7777).toString(8);
    if (!facts.isDirectory()) {
      entries[relative] = `${mode} ${createHash("sha256")
        .update(await readFile(file))
        .digest("hex")}`;
      return;
    }
    entries[`${relative}/`] = mode;
    for (const name of (await readdir(file)).sort()) await visit(path.join(relative, name));
  };
  await visit(".");
  return entries;
}
