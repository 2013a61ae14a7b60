import { randomBytes } from "node:crypto";
import { open, readdir, readFile, stat, unlink } from "node:fs/promises";
import { join } from "node:path";
import { messageOf, SealError, TokenwardError, type GrantId, type PluginIO } from "@tokenward/core/plugin";
import { makeFolder, replaceWith, writeDraft, type LeftoverDrafts } from "./durable-file.ts";
import { explain, explainReading, type Explained } from "./file-system-failure.ts";
import type { OpenedFiles } from "./opened-files.ts";
import { grantFileName, isGrantFile } from "./grant-file-name.ts";
import type { GrantStore } from "./store.ts";

/** Bytes that sealing adds at most: age's header, and 16 bytes for each 64 KiB. */
const sealedOverhead = 1024;

/** What a store of files remembers between two calls. Nothing of it is needed; it saves work. */
export interface FileMemory {
  readonly leftovers: LeftoverDrafts;
  readonly opened: OpenedFiles;
}

/** Keeps each grant in a file of its own, sealed by age for this installation's identity. */
export function fileStore(folder: string, { leftovers, opened }: FileMemory): GrantStore {
  const pathOf = (grant: GrantId): string => join(folder, grantFileName(grant));
  return {
    kind: "file",
    where: `age-encrypted files in ${folder}`,

    found: () => Promise.resolve(),

    load: async (grant, io) => {
      const path = pathOf(grant);
      const sealed = await readSealed(grant, path);
      if (sealed === undefined) return undefined;
      return opened.textOf(path, sealed) ?? opened.remember(path, sealed, await unsealText(grant, path, sealed, io));
    },

    prove: async (grant, bytes, io) => {
      const path = pathOf(grant);
      try {
        await makeFolder(folder);
        await io.identity.ensure({ sealedDataExists: async () => await holdsGrants(folder) });
        // Random, because some file systems store nothing for zeros.
        const draft = await writeDraft(path, randomBytes(bytes + sealedOverhead));
        await unlink(draft);
        await refuseUnreplaceable(path);
      } catch (thrown) {
        if (TokenwardError.is(thrown)) throw thrown;
        throw new TokenwardError(
          "ERR_WRITEBACK_UNWRITABLE",
          { grant, ...explain(thrown, folder) },
          { cause: thrown, class: "write-back" },
        );
      }
    },

    replace: async (grant, text, io) => {
      const path = pathOf(grant);
      try {
        await makeFolder(folder);
        await io.identity.ensure({ sealedDataExists: async () => await holdsGrants(folder) });
        const sealed = Buffer.from(await io.identity.encrypt(text));
        const draft = await writeDraft(path, sealed);
        // Read back before the old one is gone: a disk that lies must not take both.
        if (!sealed.equals(await readFile(draft))) {
          await unlink(draft);
          throw new Error(`the disk of ${folder} gave back something else than was written`);
        }
        await replaceWith(draft, path);
        opened.remember(path, sealed, text);
      } catch (thrown) {
        if (TokenwardError.is(thrown) && thrown.code.startsWith("ERR_STATE_")) throw thrown;
        throw new TokenwardError(
          "ERR_WRITEBACK_SAVE_FAILED",
          { grant, ...explain(thrown, folder) },
          { cause: thrown, class: "write-back" },
        );
      }
      // The save stands; what cannot be tidied up now is tidied up by the next one.
      await leftovers.remove(path).catch(() => undefined);
    },
  };
}

/** Whether sealed grants lie in a folder, which a new identity could never open. */
async function holdsGrants(folder: string): Promise<boolean> {
  return (await readdir(folder)).some((name) => isGrantFile(name));
}

async function readSealed(grant: GrantId, path: string): Promise<Buffer | undefined> {
  try {
    return await readFile(path);
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw unreadable(grant, explainReading(thrown, path), thrown);
  }
}

async function unsealText(grant: GrantId, path: string, sealed: Uint8Array, io: PluginIO): Promise<string> {
  try {
    return Buffer.from(await io.identity.decrypt(sealed)).toString("utf8");
  } catch (thrown) {
    if (TokenwardError.is(thrown)) throw thrown;
    if (thrown instanceof SealError && thrown.code === "another") {
      throw new TokenwardError(
        "ERR_WRITEBACK_SEALED_FOR_ANOTHER",
        { grant, identity: io.identity.source, path },
        { cause: thrown, class: "write-back" },
      );
    }
    const remedy = `Restore ${path} from a backup that is not older than the last refresh, or move it away and consent again (\`tokenward auth ${grant}\`)`;
    throw unreadable(grant, { reason: `${path} is damaged: ${messageOf(thrown)}`, remedy }, thrown);
  }
}

/**
 * What a draft in the same folder does not show: a file that rename may not replace. Touches neither its content nor
 * its times.
 */
async function refuseUnreplaceable(path: string): Promise<void> {
  const [file, folder] = await Promise.all([stat(path).catch(() => undefined), stat(join(path, ".."))]);
  if (file === undefined) return;
  if (file.isDirectory()) throw Object.assign(new Error("a folder"), { code: "EISDIR", path });
  const uid = process.getuid?.();
  const sticky = (folder.mode & 0o1000) !== 0;
  if (sticky && uid !== undefined && uid !== 0 && uid !== file.uid && uid !== folder.uid) {
    throw Object.assign(new Error("not its owner in a sticky folder"), { code: "EPERM" });
  }
  try {
    // Opening for writing is what an immutable mark forbids, whoever asks.
    await (await open(path, "r+")).close();
  } catch (thrown) {
    // A file mode alone does not stop a rename.
    if ((thrown as NodeJS.ErrnoException).code !== "EACCES") throw thrown;
  }
}

function unreadable(grant: GrantId, explained: Explained, cause: unknown): TokenwardError {
  return new TokenwardError("ERR_WRITEBACK_UNREADABLE", { grant, ...explained }, { cause, class: "write-back" });
}
