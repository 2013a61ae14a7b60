import {
  holdsVersion,
  likeness,
  messageOf,
  parseGrantId,
  TokenwardError,
  type StoredGrant,
} from "@tokenward/core/plugin";
import type { ClientId, GrantId, PluginIO, WriteBack } from "@tokenward/core/plugin";
import { notesOf, pause, type Noted } from "./notes.ts";
import { destroyAll, sweep } from "./old-versions.ts";
import type { GcpOptions } from "./options.ts";
import { missingPermissions, refusalOf, code as status } from "./refusal.ts";
import { secretIdOf } from "./secret-id.ts";
import type { SecretNote } from "./secret-note.ts";
import { secretsApi, type Caller, type SecretsApi } from "./secrets-api.ts";
import { encodeRecord } from "./version-record.ts";
import { look, type View } from "./view.ts";

/** Bytes of a version at most (quotas of Secret Manager, 2026-11-22). */
const mostBytes = 65_536;
/** What a record holds beside its two tokens: times, scopes, attributes, generously. */
const bytesBesideTokens = 4096;
/** How often somebody else may be faster before that is the answer. */
const mostAttempts = 5;
const mostHousekeeping = 3;

/** What the credentials must be allowed to do; the rest is housekeeping. */
const needed = [
  "secretmanager.secrets.get",
  "secretmanager.secrets.update",
  "secretmanager.versions.access",
  "secretmanager.versions.add",
];

/** Makes the write-back; see {@link GcpOptions}. */
export function gcpWriteBack(options: GcpOptions): WriteBack {
  return writeBackOn(secretsApi(options), options, pause);
}

/**
 * The same over any access to the secrets.
 *
 * @param wait what comes before the nth look, where somebody else was faster
 */
export function writeBackOn(api: SecretsApi, options: GcpOptions, wait: typeof pause): WriteBack {
  const notes = notesOf(api);
  const withAccess = options.access_token === true;
  const policy = options.old_versions ?? "destroy";
  const idOf = (subject: GrantId | ClientId): string => secretIdOf(options.prefix ?? "tokenward", subject);
  const calling = (grant: GrantId, io: PluginIO, code: Caller["code"]): Caller => ({ grant, io, code });
  const targetFor = async (subject: GrantId | ClientId, caller: Caller): Promise<string> => {
    const elsewhere = options.endpoint === undefined ? "" : `@${new URL(options.endpoint).host}`;
    return `gcp:${await api.project(caller)}${elsewhere}:${idOf(subject)}`;
  };

  /**
   * Puts a record behind everything that is there, or finds that it is there already.
   *
   * @param decide `true`: what was to be written counts already; else what to write over what was seen. Throws a conflict
   * @returns the number that it has, what was seen before, and whether it was there already
   */
  const place = async (
    decide: (seen: View) => StoredGrant | true,
    keepsAccess: boolean,
    caller: Caller,
  ): Promise<{ readonly number: number; readonly seen: View; readonly again: boolean }> => {
    const id = idOf(caller.grant);
    let doubt: TokenwardError | undefined;
    for (let attempt = 1; attempt <= mostAttempts; attempt++) {
      await wait(attempt, caller);
      const seen = await look(api, notes, id, caller);
      const grant = decide(seen);
      if (grant === true) return { number: seen.head?.number ?? seen.tail, seen, again: true };
      const record = { grant, parent: seen.tail, others: seen.head?.record.others ?? {} };
      const bytes = encodeRecord(record, keepsAccess);
      refuseLength(bytes.length, id, caller);
      if (seen.secret === undefined && seen.tail === 0) await notes.write(id, seen, seen.note, caller);
      const added = await api.add(id, bytes, caller);
      if ("doubt" in added) {
        // Whether it was done is seen in the next look, and only then it is tried again. Without time left, later.
        doubt = added.doubt;
        if (added.over && !caller.io.signal.aborted && (await arrived(seen, bytes, caller)))
          return { number: seen.tail + 1, seen, again: false };
        if (added.over) throw added.doubt;
        continue;
      }
      doubt = undefined;
      // Secret Manager compared the checksum; where it did not, the bytes themselves are compared.
      const whole = added.checked || (await holds(id, added.number, bytes, caller));
      if (whole && added.number === seen.tail + 1) return { number: added.number, seen, again: false };
      // Somebody was faster. Ours counts for nobody; without it nobody has to look at it either.
      await api.close(id, added.number, "destroy", caller).catch(() => undefined);
    }
    throw doubt ?? conflict(caller.grant);
  };

  const arrived = async (seen: View, bytes: Uint8Array, caller: Caller): Promise<boolean> =>
    await holds(idOf(caller.grant), seen.tail + 1, bytes, caller).catch(() => false);

  const holds = async (id: string, number: number, bytes: Uint8Array, caller: Caller): Promise<boolean> => {
    const content = await api.version(id, number, caller);
    return content instanceof Uint8Array && Buffer.compare(content, bytes) === 0;
  };

  /** Writes a note that is made of the one that is seen, as often as somebody else is faster. */
  const amend = async (
    first: Noted,
    next: (note: SecretNote) => Omit<SecretNote, "serial">,
    caller: Caller,
    attempts = mostAttempts,
  ): Promise<boolean> => {
    const id = idOf(caller.grant);
    let seen = first;
    for (let attempt = 1; attempt <= attempts; attempt++) {
      if (attempt > 1) {
        await wait(attempt, caller);
        seen = await notes.read(id, caller);
      }
      if ((await notes.write(id, seen, next(seen.note), caller)) === "written") return true;
    }
    return false;
  };

  /** After a save: takes the claim away, and notes what counts. Nothing of it is needed for the save to count. */
  const settle = async (number: number, seen: View, swept: SecretNote["swept"], caller: Caller): Promise<void> => {
    // Whoever claimed the new version meanwhile keeps that claim.
    const next = ({ claim, ...note }: SecretNote): Omit<SecretNote, "serial"> => ({
      head: Math.max(note.head, number),
      swept: {
        destroy: Math.max(note.swept.destroy, swept.destroy),
        disable: Math.max(note.swept.disable, swept.disable),
      },
      claim: claim !== undefined && claim.base >= number ? claim : undefined,
    });
    try {
      const first = seen.secret === undefined ? await notes.read(idOf(caller.grant), caller) : seen;
      await amend(first, next, caller, mostHousekeeping);
    } catch (thrown) {
      const reason = TokenwardError.is(thrown) ? String(thrown.facts["reason"]) : messageOf(thrown);
      caller.io.note(`${caller.grant} is saved, but what stands beside its secret is not up to date: ${reason}.`);
    }
  };

  const tidy = async (number: number, { note, head }: View, caller: Caller): Promise<SecretNote["swept"]> => {
    if (policy === "keep") return note.swept;
    const range = { after: note.swept[policy], before: number, except: head?.number };
    return { ...note.swept, [policy]: await sweep(api, idOf(caller.grant), range, policy, caller) };
  };

  return {
    traits: { compareAndSwap: "atomic", outlivesRun: true },

    target: async (subject, io) => await targetFor(subject, calling(subject, io, "ERR_WRITEBACK_UNREADABLE")),

    read: async (grant, io) =>
      (await look(api, notes, idOf(grant), calling(grant, io, "ERR_WRITEBACK_UNREADABLE"))).grant,

    probe: async (grant, { longestToken }, io) => {
      const caller = calling(grant, io, "ERR_WRITEBACK_UNWRITABLE");
      const id = idOf(grant);
      const seen = await look(api, notes, id, caller);
      const others = Buffer.byteLength(JSON.stringify(seen.head?.record.others ?? {}));
      refuseLength((withAccess ? 2 : 1) * longestToken + bytesBesideTokens + others, id, caller);
      // Changes nothing but the etag; where there is no secret, an empty one is made.
      const { head } = seen;
      const same = (note: SecretNote): SecretNote => ({ ...note, head: Math.max(note.head, head?.number ?? 0) });
      if (!(await amend(seen, same, caller))) throw unwritable(caller, contended(id));
      const lacking = await api.lacking(id, needed, caller);
      if (lacking !== undefined && lacking.length > 0) throw unwritable(caller, missingPermissions(lacking, id));
    },

    claim: async (grant, intent, expected, io) => {
      const caller = calling(grant, io, "ERR_WRITEBACK_UNWRITABLE");
      const target = await targetFor(grant, caller);
      const id = idOf(grant);
      for (let attempt = 1; attempt <= mostAttempts; attempt++) {
        await wait(attempt, caller);
        const seen = await look(api, notes, id, caller);
        const open = seen.grant?.claim?.id;
        if (intent === undefined ? open === undefined : open === intent.id) return;
        if (!holdsVersion(seen.grant, expected, target) || (open !== undefined && open !== expected.claim))
          throw conflict(grant);
        const base = seen.head?.number ?? 0;
        const note = { head: base, swept: seen.note.swept, claim: intent && { base, intent } };
        if ((await notes.write(id, seen, note, caller)) === "changed") continue;
        // An add does not touch the etag. If one came in between, the claim is about the past, and the next look says so.
        if (intent === undefined || (await api.version(id, seen.tail + 1, caller)) === "missing") return;
      }
      throw conflict(grant);
    },

    save: async (grant, next, expected, io) => {
      const caller = calling(grant, io, "ERR_WRITEBACK_SAVE_FAILED");
      const target = await targetFor(grant, caller);
      const kept = asKept(next, withAccess);
      const decide = (seen: View): StoredGrant | true => {
        const like = likeness(seen.grant, kept);
        // The same save ran before, and its caller did not hear of it.
        if (like === "same") return true;
        if (like === "other" && !holdsVersion(seen.grant, expected, target)) throw conflict(grant);
        return { ...next, claim: undefined, unfinished: undefined };
      };
      const { number, seen, again } = await place(decide, withAccess, caller);
      // Of a save that was there already, the one before is not known; the next save clears up after it.
      const swept = again ? seen.note.swept : await tidy(number, seen, caller);
      await settle(number, seen, swept, caller);
    },

    retire: async (grant, expected, io, movedTo) => {
      const caller = calling(grant, io, "ERR_WRITEBACK_UNWRITABLE");
      const target = await targetFor(grant, caller);
      const decide = (seen: View): StoredGrant | true => {
        if (seen.grant?.retired !== undefined) return true;
        if (!holdsVersion(seen.grant, expected, target)) throw conflict(grant);
        const generation = (expected.generation ?? seen.grant?.generation ?? 0) + 1;
        return { id: grant, ...parseGrantId(grant), generation, retired: { at: io.clock.now(), movedTo } };
      };
      const { number, seen } = await place(decide, false, caller);
      // Whatever the policy says: no token of it may be left to read.
      let destroy = seen.note.swept.destroy;
      try {
        const range = { after: destroy, before: number };
        await destroyAll(api, idOf(grant), range, (last) => (destroy = last), caller);
      } finally {
        await settle(number, seen, { ...seen.note.swept, destroy }, caller);
      }
    },
  };
}

/** A grant as it reads back from here. */
function asKept(grant: StoredGrant, withAccess: boolean): StoredGrant {
  if (withAccess || grant.refreshToken === undefined) return grant;
  return { ...grant, accessToken: undefined, accessTokenExpiresAt: undefined };
}

function contended(secret: string): ReturnType<typeof refusalOf> {
  return refusalOf({ code: status.aborted }, { project: "", secret, permission: "", milliseconds: 0 });
}

function unwritable({ grant, code }: Caller, refusal: ReturnType<typeof refusalOf>): TokenwardError {
  return new TokenwardError(code, { grant, ...refusal }, { class: "write-back" });
}

function refuseLength(bytes: number, secret: string, caller: Caller): void {
  if (bytes <= mostBytes) return;
  throw unwritable(caller, {
    reason: `${bytes} bytes are more than a version of a secret may hold (${mostBytes})`,
    remedy: `Move what else is in ${secret} elsewhere, or use another \`prefix\``,
  });
}

function conflict(grant: GrantId): TokenwardError {
  return new TokenwardError("ERR_WRITEBACK_CONFLICT", { grant }, { class: "write-back" });
}
