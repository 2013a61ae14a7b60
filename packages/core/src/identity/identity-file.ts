import { randomUUID } from "node:crypto";
import { link, mkdir, open, readFile, stat, unlink } from "node:fs/promises";
import { dirname } from "node:path";
import { TokenwardError } from "../errors/error.ts";
import { newIdentityText } from "./identity-text.ts";

/**
 * The content of an identity file, `undefined` where there is none. One that others may read is used all the same,
 * with a process warning: refusing it would stop every refresh over a file mode.
 *
 * @throws `ERR_STATE_IDENTITY_INVALID`
 */
export async function readIdentityFile(path: string): Promise<string | undefined> {
  let content: string;
  try {
    content = await readFile(path, "utf8");
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ENOTDIR") return undefined;
    const reason =
      code === "EACCES" || code === "EPERM"
        ? "this user may not read it"
        : code === "EISDIR"
          ? "it is a folder"
          : `it cannot be read (${code})`;
    throw new TokenwardError("ERR_STATE_IDENTITY_INVALID", { source: path, reason }, { cause: error });
  }
  await warnIfOpen(path);
  return content;
}

async function warnIfOpen(path: string): Promise<void> {
  // Windows has no such modes; its files inherit the profile folder's rights.
  if (process.platform === "win32") return;
  const { mode } = await stat(path);
  if ((mode & 0o077) === 0) return;
  process.emitWarning(`The identity ${path} can be read by other users of this machine. Close it: chmod 600 ${path}`, {
    code: "TOKENWARD_IDENTITY_OPEN",
  });
}

/**
 * Makes a new identity, durably. Of several processes that do so at once exactly one leaves its identity, and
 * nobody ever sees half of one: it is linked into place complete, which fails where another was faster.
 *
 * @throws `ERR_STATE_UNWRITABLE`
 */
export async function createIdentityFile(path: string): Promise<void> {
  const folder = dirname(path);
  const draft = `${path}.${randomUUID()}.new`;
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await writeNew(draft, newIdentityText(new Date()));
    try {
      await link(draft, path);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    } finally {
      await unlink(draft);
    }
    await syncFolder(folder);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new TokenwardError(
      "ERR_STATE_UNWRITABLE",
      {
        path: folder,
        reason: `a new identity cannot be written there (${code ?? "unknown failure"})`,
        remedy: `Give this user write access to ${folder}, or set TOKENWARD_IDENTITY or TOKENWARD_IDENTITY_FILE`,
      },
      { cause: error },
    );
  }
}

async function writeNew(path: string, content: string): Promise<void> {
  const file = await open(path, "wx", 0o600);
  try {
    await file.writeFile(content);
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
