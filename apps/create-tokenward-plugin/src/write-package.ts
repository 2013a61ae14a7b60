import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { CreationError } from "./creation-error.ts";
import type { PackageFiles } from "./template.ts";

/** What may lie in a folder that counts as empty: the repository that the package is going to live in. */
const harmless = new Set([".git"]);

/**
 * Puts the files into a folder that does not exist yet, or is empty: all of them or none. Everything is written beside
 * its place first, and only then moved.
 *
 * @throws {@link CreationError}
 */
export function writePackage(folder: string, files: PackageFiles): void {
  checkFolder(folder);
  // By one process without a pause: there is no moment at which a signal could leave half of it in place.
  const fresh = !existsSync(folder);
  let draft: string | undefined;
  const moved: string[] = [];
  try {
    if (fresh) mkdirSync(path.dirname(folder), { recursive: true });
    draft = mkdtempSync(fresh ? `${folder}.new-` : path.join(folder, ".new-"));
    for (const [file, text] of files) {
      mkdirSync(path.dirname(path.join(draft, file)), { recursive: true });
      writeFileSync(path.join(draft, file), text, { flag: "wx" });
    }
    if (fresh) {
      renameSync(draft, folder);
      return;
    }
    for (const entry of readdirSync(draft)) {
      renameSync(path.join(draft, entry), path.join(folder, entry));
      moved.push(entry);
    }
    rmSync(draft, { recursive: true });
  } catch (error) {
    for (const entry of moved) rmSync(path.join(folder, entry), { recursive: true, force: true });
    if (draft !== undefined) rmSync(draft, { recursive: true, force: true });
    throw new CreationError(`The package could not be written to ${folder}: ${reasonOf(error)}.`, { cause: error });
  }
}

/** @throws {@link CreationError} where the folder is not empty, or no folder */
export function checkFolder(folder: string): void {
  const mistake = folderMistake(folder);
  if (mistake !== undefined) throw new CreationError(mistake);
}

/** Why a package cannot be written to a folder, in one sentence; `undefined` if it can. */
export function folderMistake(folder: string): string | undefined {
  if (folder === "") return "The package needs a folder.";
  const found = statSync(folder, { throwIfNoEntry: false });
  if (found === undefined) return undefined;
  if (!found.isDirectory()) return `${folder} is a file: name a folder that is empty or does not exist yet.`;
  const strays = readdirSync(folder).filter((entry) => !harmless.has(entry));
  if (strays.length === 0) return undefined;
  return `${folder} is not empty (it holds ${String(strays[0])}): name a folder that is empty or does not exist yet.`;
}

function reasonOf(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  const known: Readonly<Record<string, string>> = {
    EACCES: "this user may not write there",
    EPERM: "this user may not write there",
    EROFS: "it is on a read-only disk",
    ENOSPC: "the disk is full",
    ENOTDIR: "a part of the path is a file",
  };
  return known[code ?? ""] ?? message;
}
