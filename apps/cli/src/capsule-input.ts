import { readFile, stat } from "node:fs/promises";
import path from "node:path";
import { TokenwardError } from "@tokenward/core";
import type { Context } from "./context.ts";

// Logs of a job that ran for long are that big; a capsule has a few kilobytes.
const mostBytes = 64 * 1024 * 1024;

/** What `--capsule` and `--identity` name. */
export interface CapsuleInput {
  /** What to call the content in messages. */
  readonly source: string;
  readonly content: Uint8Array;
  /** Absent: this installation's own. */
  readonly identity: IdentityText | undefined;
}

interface IdentityText {
  readonly source: string;
  readonly text: string;
}

/**
 * Reads a capsule, or a log that holds one, and the identity file that opens it.
 *
 * @param capsule a file, or `-` for standard input
 * @throws `ERR_AUTH_CAPSULE_UNREADABLE`, `ERR_STATE_IDENTITY_INVALID`; `ERR_CONFIG_USAGE` where the key itself was given
 */
export async function readCapsuleInput(
  context: Context,
  { capsule, identity }: { readonly capsule: string; readonly identity?: string | undefined },
): Promise<CapsuleInput> {
  // First, so that nobody pastes a capsule in vain.
  const key = identity === undefined ? undefined : await readIdentity(context, identity);
  if (capsule === "-") return { source: "standard input", content: await readStandardInput(context), identity: key };
  const source = path.resolve(context.folder, capsule);
  return { source, content: await readCapsuleFile(source), identity: key };
}

// Sealed text may be pasted: whoever reads it in the scrollback cannot open it.
async function readStandardInput({ output }: Context): Promise<Buffer> {
  const { stdin } = process;
  if (stdin.isTTY) output.note("Paste the block from its BEGIN line to its END line, then press Ctrl-D.");
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of stdin as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > mostBytes) throw unreadable("standard input", "it is larger than 64 MiB");
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

async function readCapsuleFile(file: string): Promise<Buffer> {
  try {
    if ((await stat(file)).size > mostBytes) throw unreadable(file, "it is larger than 64 MiB");
    return await readFile(file);
  } catch (thrown) {
    throw TokenwardError.is(thrown) ? thrown : unreadable(file, fileReason(thrown));
  }
}

async function readIdentity({ folder }: Context, name: string): Promise<IdentityText> {
  // Whoever mistakes `--identity` for the key itself must not find it in a log as well.
  if (/AGE-SECRET-KEY-/i.test(name)) {
    const reason =
      "--identity takes a file, not the key: what stands in a command line can be read by others. Put the key into a file of yours, or into TOKENWARD_IDENTITY without this option.";
    throw new TokenwardError("ERR_CONFIG_USAGE", { reason });
  }
  const source = path.resolve(folder, name);
  try {
    return { source, text: await readFile(source, "utf8") };
  } catch (thrown) {
    throw new TokenwardError("ERR_STATE_IDENTITY_INVALID", { source, reason: fileReason(thrown) });
  }
}

function fileReason(thrown: unknown): string {
  const { code } = thrown as NodeJS.ErrnoException;
  if (code === "ENOENT") return "there is no such file";
  if (code === "EISDIR") return "it is a folder";
  return code === "EACCES" || code === "EPERM" ? "this user may not read it" : `it cannot be read (${String(code)})`;
}

function unreadable(source: string, reason: string): TokenwardError {
  return new TokenwardError("ERR_AUTH_CAPSULE_UNREADABLE", { source, reason });
}
