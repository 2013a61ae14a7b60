import { randomBytes } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import {
  decodeGrant,
  encodeGrant,
  messageOf,
  SealError,
  TokenwardError,
  type GrantId,
  type GrantShape,
  type PluginIO,
  type StoredGrant,
} from "@tokenward/core/plugin";
import { proveDurable, writeDurably } from "./durable-file.ts";

const prefix = "grant.";
const extension = ".json";

// What a record holds beside its tokens, generously.
const bytesBesideTokens = 4096;

/**
 * What is stored. A file that cannot be read is an error, never "nothing": taking it for nothing would start anew over a
 * grant that is alive.
 */
export async function readGrant(folder: string, grant: GrantId, io: PluginIO): Promise<StoredGrant | undefined> {
  const path = pathOf(folder, grant);
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw failure("ERR_WRITEBACK_UNREADABLE", grant, error, `Give this user access to ${path}`);
  }
  try {
    const record = JSON.parse(text) as { readonly grant?: unknown; readonly sealed?: unknown };
    if (typeof record.sealed !== "string") throw new TypeError("it holds nothing sealed");
    // A file that was renamed by hand: its token belongs to another grant.
    if (record.grant !== grant) throw new TypeError("it belongs to another grant");
    const plain = await io.identity.decrypt(Buffer.from(record.sealed, "base64"));
    return decodeGrant(grant, Buffer.from(plain).toString("utf8"));
  } catch (error) {
    if (TokenwardError.is(error)) throw error;
    if (error instanceof SealError && error.code === "another") {
      const facts = { grant, identity: io.identity.source, path };
      throw new TokenwardError("ERR_WRITEBACK_SEALED_FOR_ANOTHER", facts, { cause: error, class: "write-back" });
    }
    throw failure("ERR_WRITEBACK_UNREADABLE", grant, error, `Restore ${path}, or move it away and consent again`);
  }
}

/** Replaces what is stored. When it resolves, a power cut loses nothing. */
export async function writeGrant(folder: string, grant: GrantId, next: StoredGrant, io: PluginIO): Promise<void> {
  try {
    await ensureIdentity(folder, io);
    // A save ends a claim, and tokens are in the clear nowhere but in memory.
    const sealed = await io.identity.encrypt(encodeGrant({ ...next, claim: undefined }));
    const record = { v: 1, grant, sealed: Buffer.from(sealed).toString("base64") };
    await writeDurably(pathOf(folder, grant), `${JSON.stringify(record)}\n`);
  } catch (error) {
    if (TokenwardError.is(error)) throw error;
    throw failure("ERR_WRITEBACK_SAVE_FAILED", grant, error, remedyFor(folder));
  }
}

/** Writes as much as a save would, and removes it again. Touches no grant. */
export async function proveWritable(folder: string, grant: GrantId, shape: GrantShape, io: PluginIO): Promise<void> {
  try {
    await ensureIdentity(folder, io);
    // Two tokens, and base64 around them. Random, because some file systems store nothing for zeros.
    const bytes = Math.ceil((2 * shape.longestToken + bytesBesideTokens) * 1.4);
    await proveDurable(pathOf(folder, grant), randomBytes(bytes));
  } catch (error) {
    if (TokenwardError.is(error)) throw error;
    throw failure("ERR_WRITEBACK_UNWRITABLE", grant, error, remedyFor(folder));
  }
}

// A new identity could never open what an older one sealed.
async function ensureIdentity(folder: string, io: PluginIO): Promise<void> {
  await io.identity.ensure({
    sealedDataExists: async () => {
      const names = await readdir(folder).catch(() => []);
      return names.some((name) => name.startsWith(prefix) && name.endsWith(extension));
    },
  });
}

// Two grants never share a name, also where the file system ignores case: a capital is `+` and its small letter.
function pathOf(folder: string, grant: GrantId): string {
  const name = grant.replace("/", ".").replaceAll(/[A-Z]/g, (letter) => `+${letter.toLowerCase()}`);
  return join(folder, `${prefix}${name}${extension}`);
}

function remedyFor(folder: string): string {
  return `Make sure that ${folder} is a folder with room in which this user may write`;
}

type Code = "ERR_WRITEBACK_UNREADABLE" | "ERR_WRITEBACK_SAVE_FAILED" | "ERR_WRITEBACK_UNWRITABLE";

function failure(code: Code, grant: GrantId, cause: unknown, remedy: string): TokenwardError {
  return new TokenwardError(code, { grant, reason: messageOf(cause), remedy }, { cause, class: "write-back" });
}
