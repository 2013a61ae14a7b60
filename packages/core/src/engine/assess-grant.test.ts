import { afterEach, describe, expect, test, vi } from "vitest";
import { TokenwardError } from "../errors/error.ts";
import type { StoredGrant } from "../grant.ts";
import { memoryState } from "../memory-state.ts";
import type { GrantPlan } from "../plan.ts";
import type { Assessment, Refresher, Verified } from "../refresher.ts";
import { secret } from "../secret.ts";
import type { WriteBack } from "../write-back.ts";
import { createEngine } from "./create-engine.ts";
import type { Engine } from "./engine.ts";

const day = 86_400_000;
const now = new Date("2026-11-22T12:00:00Z");
const inDays = (days: number): Date => new Date(now.getTime() + days * day);
const clock = { now: () => now, monotonic: () => 0, sleep: async () => undefined };

const counted: StoredGrant = {
  id: "feed",
  platform: "feed",
  generation: 1,
  accessToken: secret("at-counted-1"),
  accessTokenExpiresAt: inDays(40),
  scopes: ["read", "write"],
  rotatedAt: inDays(-20),
};

interface Ground {
  readonly engine: Engine;
  readonly plan: GrantPlan;
  readonly notes: string[];
  readonly saves: StoredGrant[];
  readonly verify: ReturnType<typeof vi.fn<NonNullable<Refresher["verify"]>>>;
  stored: StoredGrant | undefined;
}

/** A platform whose tokens only a human renews, and which can be asked about them. */
function ground(
  seen: Verified | (() => Promise<Verified>),
  more: {
    readonly grant?: Partial<StoredGrant>;
    readonly assessment?: Partial<Assessment>;
    readonly refresher?: Partial<Refresher>;
    readonly plan?: Partial<GrantPlan>;
    readonly signal?: AbortSignal;
  } = {},
): Ground {
  const verify = vi.fn<NonNullable<Refresher["verify"]>>(async () =>
    typeof seen === "function" ? await seen() : seen,
  );
  const refresher: Refresher = {
    platform: "feed",
    traits: { rotation: "sometimes", reuse: "retry-safe" },
    assess: ({ accessTokenExpiresAt: end }) => ({
      verdict: end === undefined ? "unknown" : end <= now ? "reauth-required" : "healthy",
      reason: end === undefined ? "its end is unknown" : `it ends on ${end.toISOString().slice(0, 10)}`,
      reauthBy: end,
      verify: true,
      refreshable: false,
      ...more.assessment,
    }),
    verify,
    ...more.refresher,
  };
  const saves: StoredGrant[] = [];
  const notes: string[] = [];
  const built: Ground = {
    engine: undefined as never,
    plan: undefined as never,
    notes,
    saves,
    verify,
    stored: undefined,
  };
  built.stored = { ...counted, ...more.grant };
  const writeBack: WriteBack = {
    traits: { compareAndSwap: "atomic", outlivesRun: true },
    target: () => "test:feed",
    read: async () => built.stored,
    probe: async () => undefined,
    save: async (_id, next) => {
      saves.push(next);
      built.stored = next;
    },
  };
  const plan: GrantPlan = {
    id: "feed",
    refresher,
    client: { id: "app", secrets: [] },
    writeBack,
    writeBackName: "test",
    ...more.plan,
  };
  const engine = createEngine({
    state: memoryState(),
    clock,
    env: {},
    note: (line) => void notes.push(line),
    signal: more.signal,
  });
  return Object.assign(built, { engine, plan });
}

afterEach(() => vi.restoreAllMocks());

describe("a look at the platform, where the refresher wants one", () => {
  test("happens in a run, once, and never in a dry run", async () => {
    const { engine, plan, verify, saves } = ground({ works: true });
    const [dry] = (await engine.inspectAll([plan])).statuses;
    expect(verify).not.toHaveBeenCalled();
    const run = await engine.refresh(plan);
    expect(verify).toHaveBeenCalledTimes(1);
    expect(run).toMatchObject({
      action: "healthy",
      alert: false,
      detail: "It ends on 2027-01-01.",
      refreshable: false,
    });
    expect(dry).toEqual({ ...run, would: "health-check" });
    expect(saves).toEqual([]);
  });

  test("saves what it learned where that changed, and the scope check sees it", async () => {
    const seen = { works: true, accessTokenExpiresAt: inDays(30), scopes: ["read"] };
    const built = ground(seen, { plan: { requiredScopes: ["write"] } });
    const { engine, plan, saves } = built;
    expect(await engine.refresh(plan)).toMatchObject({
      action: "healthy",
      code: "ERR_AUTH_SCOPE_DRIFT",
      expiresAt: inDays(30),
      alert: true,
    });
    expect(saves).toMatchObject([{ generation: 2, accessTokenExpiresAt: inDays(30), scopes: ["read"] }]);
    // A few seconds are the way an answer took, and an order means nothing.
    built.stored = { ...counted, accessTokenExpiresAt: new Date(inDays(30).getTime() + 5_000), scopes: ["read"] };
    await engine.refresh(plan);
    expect(saves).toHaveLength(1);
    built.stored = { ...counted, accessTokenExpiresAt: undefined, scopes: undefined };
    expect(await engine.refresh(plan)).toMatchObject({ expiresAt: inDays(30) });
    expect(saves).toHaveLength(2);
  });

  test("goes on with what it learned where that cannot be saved", async () => {
    const built = ground({ works: true, accessTokenExpiresAt: inDays(30) });
    const failing = { ...built.plan.writeBack, save: async () => await Promise.reject(new Error("read-only")) };
    const status = await built.engine.refresh({ ...built.plan, writeBack: failing });
    expect(status).toMatchObject({ action: "healthy", alert: false, expiresAt: inDays(30) });
    expect(built.stored).toMatchObject({ generation: 1, accessTokenExpiresAt: inDays(40) });
  });

  test.each([
    [{ works: false, class: "reauth", detail: "it was revoked." }, "it was revoked"],
    [{ works: false }, "does not accept its access token any more"],
  ] as const)("a dead token needs a human: %j", async (seen, words) => {
    const { engine, plan, saves } = ground(seen);
    const status = await engine.refresh(plan);
    expect(status).toMatchObject({
      action: "reauth-required",
      code: "ERR_AUTH_REAUTH_REQUIRED",
      severity: "critical",
      alert: true,
    });
    expect(status.detail).toContain(words);
    expect(status.detail).toContain("`tokenward auth feed`");
    expect(saves).toEqual([]);
  });

  test("a dead token is not believed once another one is stored", async () => {
    const built: Ground = ground(async () => {
      built.stored = { ...counted, generation: 2, accessToken: secret("at-newer-1") };
      return { works: false, class: "reauth" };
    });
    expect(await built.engine.refresh(built.plan)).toMatchObject({ action: "healthy", alert: false });
  });

  test("a token that is too new to be known is skipped without an alert", async () => {
    const { engine, plan } = ground({ works: false, class: "propagating" });
    expect(await engine.refresh(plan)).toMatchObject({
      action: "skipped",
      alert: false,
      code: "ERR_AUTH_PROPAGATING",
    });
  });

  test("a rejected client fails, and the countdown is not forgotten", async () => {
    const seen = { works: false, class: "client", detail: "its secret is wrong" } as const;
    const quiet = ground(seen);
    expect(await quiet.engine.refresh(quiet.plan)).toMatchObject({
      action: "failed",
      code: "ERR_AUTH_CLIENT_REJECTED",
      severity: "page",
    });
    const near = ground(seen, { assessment: { alert: true } });
    const { detail } = await near.engine.refresh(near.plan);
    expect(detail).toMatch(/its secret is wrong.* And it ends on 2027-01-01\.$/s);
  });

  test.each([
    [async () => await Promise.reject<Verified>(new Error("connect ECONNREFUSED"))],
    [{ works: false, class: "transient", detail: "it answered with status 502" }],
    [{ works: false, class: "throttled" }],
    [{ works: false, class: "scopes" }],
    [{ works: false, class: "in-doubt" }],
  ] as const)("a look that fails changes nothing, and is a note: %j", async (seen) => {
    const { engine, plan, notes, saves } = ground(seen);
    expect(await engine.refresh(plan)).toMatchObject({ action: "healthy", alert: false });
    expect(notes).toHaveLength(1);
    expect(saves).toEqual([]);
  });

  test("a run that is asked to stop breaks it off", async () => {
    const stop = new AbortController();
    const built: Ground = ground({ works: true }, { signal: stop.signal });
    built.verify.mockImplementation(async (_grant, _client, _token, io) => {
      const broken = new Promise<never>((_, reject) =>
        io.signal.addEventListener("abort", () => reject(new Error("broken off"))),
      );
      stop.abort();
      return await broken;
    });
    expect(await built.engine.refresh(built.plan)).toMatchObject({ action: "healthy", alert: false });
    expect(built.notes.join()).toContain("broken off");
  });

  test("nothing to ask with is no news, unless facts are missing", async () => {
    const mute = async (): Promise<Verified> => {
      throw new TokenwardError("ERR_AUTH_REQUEST_INVALID", { grant: "feed", reason: "no client" }, { class: "client" });
    };
    const known = ground(mute);
    expect(await known.engine.refresh(known.plan)).toMatchObject({ action: "healthy", alert: false });
    expect(known.notes).toEqual([]);
    const unknown = ground(mute, { grant: { accessTokenExpiresAt: undefined } });
    expect(await unknown.engine.refresh(unknown.plan)).toMatchObject({
      action: "healthy",
      alert: true,
      severity: "warn",
      detail: "Its end is unknown. This run could not find out.",
    });
    expect(unknown.notes.join()).toContain("no client");
    const [dry] = (await unknown.engine.inspectAll([unknown.plan])).statuses;
    expect(dry).toMatchObject({
      action: "healthy",
      alert: false,
      would: "health-check",
      detail: "Its end is unknown.",
    });
    const blind = ground(mute, { grant: { accessTokenExpiresAt: undefined }, assessment: { verify: false } });
    expect((await blind.engine.inspectAll([blind.plan])).statuses[0]).toMatchObject({ alert: true, severity: "warn" });
  });

  test("what another process has just saved is not asked about again", async () => {
    const built = ground({ works: true });
    let reads = 0;
    const writeBack: WriteBack = {
      ...built.plan.writeBack,
      read: async () => ({ ...counted, generation: ++reads }),
    };
    const status = await built.engine.refresh({ ...built.plan, writeBack });
    expect(status).toMatchObject({ action: "healthy", detail: "Another process refreshed it meanwhile." });
    expect(built.verify).not.toHaveBeenCalled();
  });
});

describe("a grant that can be exchanged", () => {
  const exchangeable: Partial<Refresher> = {
    request: () => ({ method: "POST", url: "http://127.0.0.1:1/token", body: { form: {} } }),
    interpret: () => ({ kind: "refused", class: "in-doubt", detail: "nothing" }),
  };
  const refreshToken = secret("rt-counted-1");

  test.each([[{ works: false }], [{ works: false, class: "client" }], [{ works: false, class: "transient" }]] as const)(
    "is exchanged whatever a look at its access token said: %j",
    async (seen) => {
      const { engine, plan } = ground(seen, {
        grant: { refreshToken, accessTokenExpiresAt: undefined },
        assessment: { refreshable: undefined },
        refresher: exchangeable,
      });
      // Nobody listens there: it was tried.
      expect(await engine.refresh(plan)).toMatchObject({ code: "ERR_AUTH_NOT_REACHED", refreshable: true });
    },
  );

  test("is refreshable, and its sibling without the token to present is not", async () => {
    const more = { assessment: { refreshable: undefined }, refresher: exchangeable };
    const full = ground({ works: true }, { ...more, grant: { refreshToken } });
    expect(await full.engine.refresh(full.plan)).toMatchObject({ refreshable: true });
    const bare = ground({ works: true }, more);
    expect(await bare.engine.refresh(bare.plan)).toMatchObject({ refreshable: false });
  });
});

describe("import", () => {
  test("takes an access token alone where that is all there ever is", async () => {
    const built = ground({ works: true });
    const imported = { accessToken: secret("at-imported-1"), accessTokenExpiresAt: inDays(60) };
    expect(await built.engine.importGrant(built.plan, imported)).toMatchObject({
      action: "healthy",
      refreshable: false,
    });
    expect(built.stored).toMatchObject({ generation: 2, accessTokenExpiresAt: inDays(60) });
    const forgotten = ground({ works: true }, { assessment: { refreshable: undefined } });
    const status = await forgotten.engine.importGrant(forgotten.plan, imported);
    expect(status).toMatchObject({ action: "failed", code: "ERR_AUTH_IMPORT_INVALID" });
    expect(forgotten.stored).toMatchObject({ generation: 1 });
  });
});
