import { readFile, realpath, unlink } from "node:fs/promises";
import { randomBytes } from "node:crypto";
import { basename, dirname, join, resolve } from "node:path";
import {
  holdsVersion,
  likeness,
  parseGrantId,
  secret,
  TokenwardError,
  type GrantId,
  type PluginContext,
  type PluginIO,
  type StoredGrant,
  type WriteBack,
} from "@tokenward/core/plugin";
import { makeDraft, refuseUnreplaceable, removeLeftovers, replaceWith } from "./draft.ts";
import { withLock } from "./file-lock.ts";
import { grantKeys } from "./grant-keys.ts";
import { formatOf, openFile, refuseMissing, type OpenFile } from "./open-file.ts";
import type { SopsOptions } from "./options.ts";
import { Publisher } from "./publish.ts";
import { SopsProgram } from "./sops-program.ts";
import { readGrant, recordOf } from "./stored-record.ts";
import { coded, Trouble } from "./trouble.ts";
import { digestOf, forgetUnpublished, noteUnpublished, readUnpublished } from "./unpublished.ts";
import { fileIdentity, isInWorkTree } from "./work-tree.ts";

/** The file and one grant in it, as it was found. */
interface Ground {
  /** The file's real path: what a symbolic link names is replaced, not the link. */
  readonly file: string;
  readonly target: string;
  readonly opened: OpenFile;
  readonly stored: StoredGrant | undefined;
}

// What a record holds beside the tokens: times, scopes, attributes, a claim, generously.
const recordBytes = 4096;

/** Makes the write-back; see {@link SopsOptions}. */
export function sopsWriteBack(options: SopsOptions, context: PluginContext): WriteBack {
  const configured = resolve(context.folder, options.file);
  const format = formatOf(configured);
  const timeout = options.timeout ?? 15_000;
  const program = new SopsProgram(
    options.sops === undefined ? undefined : resolve(context.folder, options.sops),
    timeout,
  );
  const publisher = options.publish === undefined ? undefined : new Publisher(options.publish, context.folder, timeout);

  let identity: Promise<string> | undefined;
  const targetOf = async (subject: string): Promise<string> =>
    `sops:${await (identity ??= fileIdentity(configured))}#${subject}`;

  const look = async (grant: GrantId, io: PluginIO): Promise<Ground> => {
    const keys = grantKeys(grant, format);
    const file = await realpath(configured).catch(() => configured);
    const target = await targetOf(grant);
    const opened = await openFile(file, configured, program, io);
    return { file, target, opened, stored: await readGrant(grant, keys, opened, target) };
  };

  /** Looks, and changes the file, while no other process does. */
  const locked = async <T>(grant: GrantId, io: PluginIO, work: (ground: Ground) => Promise<T>): Promise<T> => {
    const file = await realpath(configured).catch(() => configured);
    // It has a sentence of its own, before a lock file is left beside nothing.
    await refuseMissing(file, configured);
    return await withLock(
      join(dirname(file), `.${basename(file)}.tokenward-lock`),
      timeout,
      io.signal,
      async () => await work(await settle(grant, await look(grant, io), io)),
    );
  };

  /** Lets `sops` write a grant into a copy beside the file, and proves that the copy says what it should. */
  const draftOf = async (next: StoredGrant, { file, target, opened }: Ground, io: PluginIO): Promise<string> => {
    const keys = grantKeys(next.id, format);
    const wanted: readonly (readonly [readonly string[], string | undefined])[] = [
      [keys.refreshToken, next.refreshToken?.reveal()],
      [keys.accessToken, next.accessToken?.reveal()],
      [keys.record, recordOf(next, target)],
    ];
    await removeLeftovers(file);
    const draft = await makeDraft(file, opened.bytes);
    try {
      for (const [path, value] of wanted) {
        const present = await opened.text(path);
        if (present === value) continue;
        if (value === undefined) await program.unset(draft, format, path, opened.services, io);
        else await program.set(draft, format, path, value, opened.services, io);
      }
      const written = await openFile(draft, configured, program, io);
      for (const [path, value] of wanted) {
        if ((await written.text(path)) !== value) throw changedOtherwise();
      }
      refuseSideEffects(
        opened,
        written,
        wanted.map(([path]) => path),
      );
      return draft;
    } catch (thrown) {
      await unlink(draft).catch(() => undefined);
      throw thrown;
    }
  };

  /** Puts a content in the file's place for all, or for nobody: where others would not get it, the old one returns. */
  const publishInPlace = async (
    draft: string,
    grant: string,
    { file, opened }: Ground,
    io: PluginIO,
  ): Promise<void> => {
    try {
      await replaceWith(draft, file);
    } catch (thrown) {
      await unlink(draft).catch(() => undefined);
      throw thrown;
    }
    if (publisher === undefined) return;
    try {
      await publisher.run("save", file, grant, io);
    } catch (thrown) {
      await replaceWith(await makeDraft(file, opened.bytes), file);
      throw thrown;
    }
    await forgetUnpublished(file);
  };

  const write = async (next: StoredGrant, ground: Ground, io: PluginIO): Promise<void> => {
    const { file, opened } = ground;
    const draft = await draftOf(next, ground, io);
    if (publisher !== undefined) {
      const binding = next.claim === undefined;
      const content = await readFile(draft);
      try {
        await noteUnpublished(file, { grant: next.id, base: digestOf(opened.bytes), content, binding });
      } catch (thrown) {
        await unlink(draft).catch(() => undefined);
        throw thrown;
      }
    }
    await publishInPlace(draft, next.id, ground, io);
  };

  /** Before any other change: the one that was not published, or of which that is not known, is brought to its end. */
  const settle = async (grant: GrantId, ground: Ground, io: PluginIO): Promise<Ground> => {
    const { file, opened } = ground;
    const waiting = publisher === undefined ? undefined : await readUnpublished(file);
    if (publisher === undefined || waiting === undefined) return ground;
    const stands = digestOf(opened.bytes);
    if (stands === waiting.base && waiting.binding) {
      await removeLeftovers(file);
      await publishInPlace(await makeDraft(file, waiting.content), waiting.grant, ground, io);
      return await look(grant, io);
    }
    // It was made and not published, or taken back while others may have it.
    if (stands === waiting.base || stands === digestOf(waiting.content)) {
      await publisher.run("save", file, waiting.grant, io);
    }
    await forgetUnpublished(file);
    return ground;
  };

  return {
    traits: {
      // The lock makes it atomic on this machine; another checkout of the file is only found out when it is published.
      compareAndSwap: "checked",
      outlivesRun: options.publish !== undefined || !isCi(context.env) || !isInWorkTree(configured),
    },
    target: async (subject) => await targetOf(subject),

    read: async (grant, io) =>
      await coded("ERR_WRITEBACK_UNREADABLE", grant, configured, async () => {
        const { file, opened, stored } = await look(grant, io);
        if (stored === undefined) return undefined;
        const waiting = publisher === undefined ? undefined : await readUnpublished(file);
        const stands = waiting?.grant === grant && digestOf(waiting.content) === digestOf(opened.bytes);
        // A claim that stands alone is nothing to complete.
        return stands && stored.generation !== 0 ? { ...stored, unfinished: true } : stored;
      }),

    probe: async (grant, shape, io) =>
      await coded("ERR_WRITEBACK_UNWRITABLE", grant, configured, async () => {
        await program.require(io);
        await locked(grant, io, async (ground) => {
          await refuseUnreplaceable(ground.file);
          // Everything but the rename, with values of that size that mean nothing.
          const noise = randomBytes(Math.ceil((shape.longestToken + recordBytes) / 2)).toString("hex");
          const token = secret(noise.slice(0, shape.longestToken));
          const rehearsed = {
            ...(ground.stored ?? { id: grant, ...parseGrantId(grant), generation: 1 }),
            refreshToken: token,
            accessToken: token,
            attributes: { rehearsal: noise.slice(0, recordBytes) },
          };
          await unlink(await draftOf(rehearsed, ground, io));
          await publisher?.run("probe", ground.file, grant, io);
        });
      }),

    claim: async (grant, intent, expected, io) =>
      await coded("ERR_WRITEBACK_UNWRITABLE", grant, configured, async () => {
        await locked(grant, io, async (ground) => {
          const { stored, target } = ground;
          const open = stored?.claim?.id;
          if (intent === undefined ? open === undefined : open === intent.id) return;
          if (open !== undefined && open !== expected.claim) throw conflict(grant);
          if (!holdsVersion(stored, expected, target)) throw conflict(grant);
          const base = stored ?? { id: grant, ...parseGrantId(grant), generation: 0 };
          await write({ ...base, claim: intent }, ground, io);
        });
      }),

    save: async (grant, next, expected, io) =>
      await coded("ERR_WRITEBACK_SAVE_FAILED", grant, configured, async () => {
        await locked(grant, io, async (ground) => {
          const { stored, target } = ground;
          const like = likeness(stored, next);
          if (like === "other" && !holdsVersion(stored, expected, target)) throw conflict(grant);
          if (like !== "same" || stored?.claim !== undefined) await write({ ...next, claim: undefined }, ground, io);
        });
      }),

    retire: async (grant, expected, io, movedTo) =>
      await coded("ERR_WRITEBACK_UNWRITABLE", grant, configured, async () => {
        await locked(grant, io, async (ground) => {
          const { stored, target } = ground;
          if (stored?.retired !== undefined) return;
          if (!holdsVersion(stored, expected, target)) throw conflict(grant);
          const generation = (stored?.generation ?? expected.generation ?? 0) + 1;
          const retired = { at: io.clock.now(), movedTo };
          await write({ id: grant, ...parseGrantId(grant), generation, retired }, ground, io);
        });
      }),
  };
}

function changedOtherwise(): Trouble {
  return new Trouble(
    "`sops set` wrote something else than it was given, so the file was left as it is",
    "Check that `sops` is the program of getsops/sops",
  );
}

/** Fails where `sops` changed a value, a recipient or an order that was not asked for. */
function refuseSideEffects(before: OpenFile, after: OpenFile, ours: readonly (readonly string[])[]): void {
  if (before.leaves === undefined || after.leaves === undefined) return;
  const own = new Set(ours.map((path) => path.join("\0")));
  const others = ({ leaves = [], metadata }: OpenFile): string =>
    JSON.stringify([
      leaves.filter(({ path }) => !own.has(path.join("\0"))),
      metadata?.age,
      metadata?.services,
      metadata?.macOnlyEncrypted,
    ]);
  if (others(before) !== others(after)) throw changedOtherwise();
}

function conflict(grant: GrantId): TokenwardError {
  return new TokenwardError("ERR_WRITEBACK_CONFLICT", { grant }, { class: "write-back" });
}

function isCi(env: PluginContext["env"]): boolean {
  const ci = env["CI"];
  return ci !== undefined && ci !== "" && ci !== "false" && ci !== "0";
}
