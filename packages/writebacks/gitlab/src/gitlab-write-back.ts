import {
  environmentPrefix,
  holdsVersion,
  likeness,
  parseGrantId,
  sameSecret,
  TokenwardError,
  type GrantId,
  type PluginIO,
  type StoredGrant,
  type WriteBack,
} from "@tokenward/core/plugin";
import { gitlabApi, type Caller } from "./gitlab-api.ts";
import type { GitlabOptions } from "./options.ts";
import { recordLayout } from "./record-layout.ts";
import { variablesLayout } from "./variables-layout.ts";

/** How often a claim is looked at before its owner believes in it; docs/gitlab.md has what that is worth. */
const mostLooks = 3;

/** Makes the write-back; see {@link GitlabOptions}. */
export function gitlabWriteBack(options: GitlabOptions): WriteBack {
  const api = gitlabApi(options);
  const layout = options.layout === "record" ? recordLayout(api) : variablesLayout(api);
  const kind = options.group === undefined ? "" : "group-";

  const targetFor = async (subject: GrantId, caller: Caller): Promise<string> =>
    `gitlab:${api.url}#${kind}${await api.number(caller)}:${environmentPrefix(subject)}@${api.scope}`;
  const calling = (grant: GrantId, io: PluginIO, code: Caller["code"]): Caller => ({ grant, io, code });

  return {
    traits: { compareAndSwap: "checked", outlivesRun: true },

    target: async (subject, io) => await targetFor(subject, calling(subject, io, "ERR_WRITEBACK_UNREADABLE")),

    read: async (grant, io) => {
      const caller = calling(grant, io, "ERR_WRITEBACK_UNREADABLE");
      return await layout.read(grant, await targetFor(grant, caller), caller);
    },

    probe: async (grant, { longestToken }, io) => {
      const caller = calling(grant, io, "ERR_WRITEBACK_UNWRITABLE");
      await layout.prove(grant, longestToken, await targetFor(grant, caller), caller);
    },

    claim: async (grant, intent, expected, io) => {
      const caller = calling(grant, io, "ERR_WRITEBACK_UNWRITABLE");
      const target = await targetFor(grant, caller);
      const stored = await layout.read(grant, target, caller);
      const open = stored?.claim?.id;
      if (intent === undefined ? open === undefined : open === intent.id) return;
      if (!holdsVersion(stored, expected, target) || (open !== undefined && open !== expected.claim))
        throw conflict(grant);
      const base = stored ?? { id: grant, ...parseGrantId(grant), generation: 0 };
      await layout.annotate({ ...base, claim: intent }, target, caller);
      // Advisory: GitLab compares nothing, so of two that wrote at the same moment the later one's claim stands. Looked at
      // for longer than another one needs from its comparison to its write, so that the earlier one gets to see it.
      // Whoever was halted before writing may also find that the token it read has been exchanged since.
      for (let looks = intent === undefined ? mostLooks : 1; looks <= mostLooks; looks++) {
        const standing = await layout.read(grant, target, caller);
        const overtaken = intent !== undefined && !holdsVersion(standing, expected, target);
        // Nothing will be spent on its word, so it must not stand in anybody's way.
        if (overtaken && standing?.claim?.id === intent.id)
          await layout.annotate({ ...standing, claim: undefined }, target, caller);
        if (standing?.claim?.id !== intent?.id || overtaken) throw conflict(grant);
      }
    },

    save: async (grant, next, expected, io) => {
      const caller = calling(grant, io, "ERR_WRITEBACK_SAVE_FAILED");
      const target = await targetFor(grant, caller);
      const stored = await layout.read(grant, target, caller);
      const like = likeness(stored, next);
      // The same save ran before, and its caller did not hear of it.
      if (like === "same" && stored?.claim === undefined) return;
      if (like === "other" && !isPart(stored, next) && !holdsVersion(stored, expected, target)) throw conflict(grant);
      await layout.write(next, target, caller);
    },

    retire: async (grant, expected, io, movedTo) => {
      const caller = calling(grant, io, "ERR_WRITEBACK_UNWRITABLE");
      const target = await targetFor(grant, caller);
      const stored = await layout.read(grant, target, caller);
      if (stored?.retired === undefined && !holdsVersion(stored, expected, target)) throw conflict(grant);
      const bare = { id: grant, ...parseGrantId(grant) };
      const generation = (expected.generation ?? stored?.generation ?? 0) + 1;
      const retired = stored?.retired ?? { at: io.clock.now(), movedTo };
      const again = stored?.retired !== undefined;
      await layout.bury(
        { ...bare, generation: again ? stored.generation : generation, retired },
        again ? undefined : stored,
        target,
        caller,
      );
    },

    credentialExpiry: async (io) => await api.tokenEnd(io),
  };
}

/** Whether a save got as far as the token that is presented, or the record about it, and no further. */
function isPart(stored: StoredGrant | undefined, next: StoredGrant): boolean {
  if (stored === undefined || stored.retired !== undefined) return false;
  const recorded = stored.generation === next.generation && stored.accessToken === undefined;
  if (stored.generation !== undefined && !recorded) return false;
  return next.refreshToken === undefined
    ? sameSecret(stored.accessToken, next.accessToken)
    : sameSecret(stored.refreshToken, next.refreshToken);
}

function conflict(grant: GrantId): TokenwardError {
  return new TokenwardError("ERR_WRITEBACK_CONFLICT", { grant }, { class: "write-back" });
}
