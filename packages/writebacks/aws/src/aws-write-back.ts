import {
  holdsVersion,
  likeness,
  parseGrantId,
  TokenwardError,
  type GrantId,
  type PluginIO,
  type StoredGrant,
  type WriteBack,
} from "@tokenward/core/plugin";
import { isOfAws } from "./endpoint.ts";
import type { AwsOptions } from "./options.ts";
import { encodeRecord } from "./secret-record.ts";
import { currentStage, idAfter, nextStage, secretsApi, type Caller } from "./secrets-api.ts";
import { look, type View } from "./view.ts";

/** Bytes of a secret's text at most (quotas of Secrets Manager, 2026-11-22). */
const mostBytes = 65_536;
/** What a record holds beside its two tokens: times, scopes, attributes, a claim, generously. */
const bytesBesideTokens = 4096;

/** Makes the write-back; see {@link AwsOptions}. */
export function awsWriteBack(options: AwsOptions): WriteBack {
  const api = secretsApi(options);
  const withAccess = options.access_token === true;
  const nameOf = (subject: string): string => `${options.prefix ?? "tokenward"}/${subject}`;
  const calling = (grant: GrantId, io: PluginIO, code: Caller["code"]): Caller => ({ grant, io, code });
  const targetFor = async (subject: string, caller: Caller): Promise<string> => {
    const [account, region] = await Promise.all([api.account(caller), api.region(caller)]);
    const { endpoint } = options;
    const elsewhere = endpoint === undefined || isOfAws(endpoint) ? "" : `@${new URL(endpoint).host}`;
    return `aws:${account}:${region}${elsewhere}:${nameOf(subject)}`;
  };

  /** Writes a version over what was seen. `taken`: somebody else has written one over the same. */
  const write = async (
    grant: StoredGrant,
    seen: View,
    target: string,
    caller: Caller,
    keepsAccess = withAccess,
  ): Promise<{ readonly id: string } | "taken"> => {
    const name = nameOf(grant.id);
    const id = idAfter(target, seen.newest?.id);
    const record = {
      grant: { ...grant, unfinished: undefined },
      current: seen.current?.id,
      others: seen.record?.others ?? {},
    };
    const text = encodeRecord(record, keepsAccess);
    refuseLength(Buffer.byteLength(text), name, caller);
    if (seen.newest === undefined) {
      if ((await api.create(name, id, text, caller)) === "made") return { id };
      // The secret is there, but no version of it: made by hand without a value, or by somebody just now.
      return (await api.put(name, id, text, [currentStage], caller)) === "made" ? { id } : "taken";
    }
    return (await api.put(name, id, text, [nextStage], caller)) === "made" ? { id } : "taken";
  };

  /** Makes a waiting version current, over the one that it was made over, and over no other. */
  const promote = async (id: string, seen: View, name: string, caller: Caller): Promise<"done" | "moved on"> => {
    if (seen.current === undefined || seen.current.id === id) return "done";
    const moved = await api.move(name, currentStage, { from: seen.current.id, to: id }, caller);
    if (moved === "moved") return "done";
    return (await api.version(name, currentStage, caller))?.id === id ? "done" : "moved on";
  };

  /** Does everything that a save over what was seen needs, with nothing coming of it. */
  const prove = async ({ newest, current }: View, name: string, caller: Caller): Promise<void> => {
    if (newest === undefined) throw disturbed(name, caller);
    // The same text under the same id: accepted like any other, and nothing is made of it.
    const put = await api.put(name, newest.id, newest.text ?? "", newest.stages, caller);
    if (put === "taken") throw disturbed(name, caller);
    if (current === undefined) return;
    // A promotion moves a stage. While nothing waits, the one for waiting versions says nothing, and may be moved to where
    // it lies. Else who may move stages is told that it does not lie on this version, and who may not is told that.
    const holder = newest === current ? (await api.version(name, nextStage, caller))?.id : current.id;
    await api.move(name, nextStage, { from: holder, to: current.id }, caller);
  };

  return {
    traits: { compareAndSwap: "atomic", outlivesRun: true },

    target: async (subject, io) => await targetFor(subject, calling(subject, io, "ERR_WRITEBACK_UNREADABLE")),

    read: async (grant, io) => {
      const caller = calling(grant, io, "ERR_WRITEBACK_UNREADABLE");
      return (await look(api, nameOf(grant), await targetFor(grant, caller), caller)).grant;
    },

    probe: async (grant, { longestToken }, io) => {
      const caller = calling(grant, io, "ERR_WRITEBACK_UNWRITABLE");
      const target = await targetFor(grant, caller);
      const name = nameOf(grant);
      const seen = await look(api, name, target, caller);
      const others = Buffer.byteLength(JSON.stringify(seen.record?.others ?? {}));
      refuseLength((withAccess ? 2 : 1) * longestToken + bytesBesideTokens + others, name, caller);
      if (seen.newest !== undefined) {
        await prove(seen, name, caller);
        return;
      }
      // A record that says nothing: the first save needs the permission to make a secret, too.
      await write({ id: grant, ...parseGrantId(grant) }, seen, target, caller);
      await prove(await look(api, name, target, caller), name, caller);
    },

    claim: async (grant, intent, expected, io) => {
      const caller = calling(grant, io, "ERR_WRITEBACK_UNWRITABLE");
      const target = await targetFor(grant, caller);
      const seen = await look(api, nameOf(grant), target, caller);
      const open = seen.grant?.claim?.id;
      if (intent === undefined ? open === undefined : open === intent.id) return;
      if (!holdsVersion(seen.grant, expected, target) || (open !== undefined && open !== expected.claim))
        throw conflict(grant);
      const base = seen.record?.grant ?? { id: grant, ...parseGrantId(grant) };
      // A claim changes nothing else, so what a human put there stays.
      if ((await write({ ...base, claim: intent }, seen, target, caller, true)) !== "taken") return;
      // Taken by a request of ours that went unanswered, or by a faster one.
      const now = await look(api, nameOf(grant), target, caller);
      if (now.grant?.claim?.id !== intent?.id) throw conflict(grant);
    },

    save: async (grant, next, expected, io) => {
      const caller = calling(grant, io, "ERR_WRITEBACK_SAVE_FAILED");
      const target = await targetFor(grant, caller);
      const name = nameOf(grant);
      const seen = await look(api, name, target, caller);
      const kept = asKept(next, withAccess);
      // The same save ran before, and its caller did not hear of it; or it was not promoted.
      if (likeness(seen.grant, kept) === "same" && seen.grant?.claim === undefined && seen.newest !== undefined) {
        if ((await promote(seen.newest.id, seen, name, caller)) === "done") return;
        throw conflict(grant);
      }
      if (likeness(seen.grant, kept) === "other" && !holdsVersion(seen.grant, expected, target)) throw conflict(grant);
      const written = await write({ ...next, claim: undefined }, seen, target, caller);
      if (written !== "taken") {
        if ((await promote(written.id, seen, name, caller)) === "done") return;
        throw conflict(grant);
      }
      const now = await look(api, name, target, caller);
      if (likeness(now.grant, kept) !== "same" || now.newest === undefined) throw conflict(grant);
      if ((await promote(now.newest.id, now, name, caller)) !== "done") throw conflict(grant);
    },

    retire: async (grant, expected, io, movedTo) => {
      const caller = calling(grant, io, "ERR_WRITEBACK_UNWRITABLE");
      const target = await targetFor(grant, caller);
      const name = nameOf(grant);
      const seen = await look(api, name, target, caller);
      let id = seen.newest?.id;
      if (seen.grant?.retired === undefined) {
        if (!holdsVersion(seen.grant, expected, target)) throw conflict(grant);
        const generation = (expected.generation ?? seen.grant?.generation ?? 0) + 1;
        const tombstone = { id: grant, ...parseGrantId(grant), generation, retired: { at: io.clock.now(), movedTo } };
        const written = await write(tombstone, seen, target, caller);
        if (written === "taken") throw conflict(grant);
        id = written.id;
      }
      if (id !== undefined && (await promote(id, seen, name, caller)) !== "done") throw conflict(grant);
      // AWS keeps the version before in a stage of its own; without a stage it is deprecated, and goes.
      const previous = await api.version(name, "AWSPREVIOUS", caller);
      if (previous !== undefined && previous.id !== id)
        await api.move(name, "AWSPREVIOUS", { from: previous.id }, caller);
    },
  };
}

/** A grant as it reads back from here. */
function asKept(grant: StoredGrant, withAccess: boolean): StoredGrant {
  if (withAccess || grant.refreshToken === undefined) return grant;
  return { ...grant, accessToken: undefined, accessTokenExpiresAt: undefined };
}

function refuseLength(bytes: number, name: string, { grant, code }: Caller): void {
  if (bytes <= mostBytes) return;
  const facts = {
    reason: `${bytes} bytes are more than a secret may hold (${mostBytes})`,
    remedy: `Move what else is in ${name} elsewhere, or use another \`prefix\``,
  };
  throw new TokenwardError(code, { grant, ...facts }, { class: "write-back" });
}

function disturbed(name: string, { grant, code }: Caller): TokenwardError {
  const facts = {
    reason: `a version of the secret ${name} with other content was made at the same moment`,
    remedy: "Find out what else writes to it",
  };
  return new TokenwardError(code, { grant, ...facts }, { class: "write-back" });
}

function conflict(grant: GrantId): TokenwardError {
  return new TokenwardError("ERR_WRITEBACK_CONFLICT", { grant }, { class: "write-back" });
}
