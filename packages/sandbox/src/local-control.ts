import type { Books } from "./books.ts";
import type { SandboxControl } from "./control.ts";
import { withOverrides } from "./family.ts";
import type { OpenEntry } from "./ledger.ts";
import { matches, type Match } from "./match.ts";
import { stages } from "./case.ts";
import type { RequestDesk } from "./request-desk.ts";

/** The control API in the sandbox's own process. */
export function localControl(books: Books, desk: RequestDesk): SandboxControl {
  const { waiting, barriers, faults, signals } = desk;
  const look = (): void => {
    barriers.review();
    waiting.look();
  };
  return {
    consent: async (platform, options = {}) => books.consent(books.platform(platform), options),
    consentMany: async (platform, count, options = {}) => {
      const mounted = books.platform(platform);
      return Array.from({ length: count }, (_, index) =>
        books.consent(mounted, { ...options, account: `${options.account ?? "account"}-${String(index + 1)}` }),
      );
    },
    regrant: async (grantId, options = {}) => {
      const old = books.family(grantId);
      if (options.revokeOld === true) books.endFamily(old, "revoked");
      return books.consent(old.mounted, { account: old.account.name, clientId: old.clientId, ...options });
    },
    setScopes: async (grantId, scopes) => {
      const family = books.family(grantId);
      family.statesScopes = Array.isArray(scopes);
      family.scopes = scopes ?? family.scopes;
    },
    revoke: async (grantId) => books.endFamily(books.family(grantId), "revoked"),
    change: async (grantId, changes) => {
      const family = books.family(grantId);
      family.policy = withOverrides(family.policy, changes);
      if (changes.settings !== undefined) family.settings = { ...family.settings, ...changes.settings };
    },
    configure: async (platform, changes) => {
      const mounted = books.platform(platform);
      mounted.policy = withOverrides(mounted.policy, changes);
      if (changes.settings !== undefined) mounted.settings = { ...mounted.settings, ...changes.settings };
    },
    setClient: async (platform, clientId, options) => {
      books.setClient(books.platform(platform), clientId, options);
    },
    grant: async (grantId) => {
      const family = books.family(grantId);
      const ends = Number.isFinite(family.refreshExpiresAt);
      return {
        grantId,
        platform: family.mounted.dialect.name,
        account: family.account.name,
        clientId: family.clientId,
        scopes: family.scopes,
        generation: family.generation,
        exchanges: family.exchanges,
        revoked: family.revoked,
        refreshExpiresAt: ends ? new Date(family.refreshExpiresAt).toISOString() : undefined,
        policy: family.policy,
      };
    },
    currentRefreshToken: async (grantId) => books.presentable(books.family(grantId)),
    isAlive: async (grantId, refreshToken) => {
      const family = books.family(grantId);
      const found = books.identify(family.mounted, refreshToken);
      const kind = family.policy.presents === "access-token" ? "access" : "refresh";
      if (found?.family !== family || found.identity.kind !== kind) return false;
      const state = books.judge(family, found.identity);
      const young = state === "too-early" && family.policy.tooEarly === "remaining-life";
      return state === "current" || state === "forgiven" || young;
    },
    ledger: async (query = {}) => ({ ...countsOf(books, query), entries: books.ledger.read(query) }),
    counts: async (of = {}) => ({ ...countsOf(books, of) }),
    fault: async (fault) => faults.arm(fault),
    script: async (match, steps) =>
      steps.flatMap((step, index) => (step === null ? [] : [faults.arm({ ...step, match, when: { nth: index + 1 } })])),
    clearFaults: async (id) => faults.disarm(id),
    barrier: async (options) => {
      const id = barriers.add(options);
      barriers.review();
      return id;
    },
    held: async (barrierId, count, options) => {
      await waiting.until(
        () => (barriers.waiting(barrierId) >= count ? true : undefined),
        () => `${String(barriers.waiting(barrierId))} of ${String(count)} requests wait at ${barrierId}`,
        options,
      );
    },
    release: async (barrierId) => barriers.release(barrierId),
    arrived: async (match, count, options = {}) => {
      const stage = options.stage ?? "arrived";
      const numbers = watch(books, match, stages[stage], options.since ?? 0);
      return await waiting.until(
        () => (numbers().length >= count ? [...numbers()] : undefined),
        () => `${String(numbers().length)} of ${String(count)} requests like ${JSON.stringify(match)} are ${stage}`,
        options,
      );
    },
    idle: async (options) => {
      await waiting.until(
        () => (desk.underWay === 0 ? true : undefined),
        () => `${String(desk.underWay)} requests are under way`,
        options,
      );
    },
    signal: async (name, value = "") => {
      signals.send(name, value);
      look();
    },
    waitForSignals: async (name, count, options) =>
      await waiting.until(
        () => (signals.values(name).length >= count ? [...signals.values(name)] : undefined),
        () => `${String(signals.values(name).length)} of ${String(count)} signals "${name}" were sent`,
        options,
      ),
    now: async () => new Date(books.clock.now()),
    advance: async (seconds) => books.clock.advance(seconds),
  };
}

// Looks at every request once and again only until it is as far as wanted: thousands may come while somebody waits.
function watch(books: Books, match: Match, stage: number, since: number): () => readonly number[] {
  const reached: number[] = [];
  let before: OpenEntry[] = [];
  let cursor = since;
  return () => {
    const fresh = [...books.ledger.after(cursor)].filter((entry) => matches(match, entry));
    cursor = books.ledger.last;
    const candidates = [...before, ...fresh];
    reached.push(...candidates.filter((entry) => entry.stage >= stage).map((entry) => entry.n));
    before = candidates.filter((entry) => entry.stage < stage);
    return reached;
  };
}

function countsOf(
  books: Books,
  of: { readonly platform?: string | undefined; readonly grant?: string | undefined },
): Books["counts"] {
  if (of.grant !== undefined) return books.family(of.grant).counts;
  return of.platform === undefined ? books.counts : books.platform(of.platform).counts;
}
