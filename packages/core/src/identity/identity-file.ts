import { readFile, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { TokenwardError } from "../errors/error.ts";
import { placePrivateFile } from "../private-file.ts";
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
 * Makes a new identity, durably. Of several processes that do so at once exactly one leaves its identity.
 *
 * @throws `ERR_STATE_UNWRITABLE`
 */
export async function createIdentityFile(path: string): Promise<void> {
  const folder = dirname(path);
  try {
    await placePrivateFile(path, newIdentityText(new Date()));
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
