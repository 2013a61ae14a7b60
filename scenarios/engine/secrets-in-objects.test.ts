import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { inspect } from "node:util";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import {
  createHttpClient,
  readImportedGrant,
  secret,
  systemIdentity,
  TokenwardError,
  type GrantPlan,
  type HttpClient,
  type WriteBack,
} from "@tokenward/core";
import { createSandbox, oauth2Platform, type FaultEffects, type Sandbox } from "@tokenward/sandbox";
import { localState } from "@tokenward/state-local";
import { malformedAnswers, memoryWriteBack, recordingNotifier, testIO } from "@tokenward/testing";
import local from "@tokenward/writeback-local";
import { groundGrant, hastyClock, machine, type GroundGrant } from "../harness/engine-ground.ts";
import { recorded } from "../harness/recorded-platform.ts";
import { unguessable } from "../harness/secret-machine.ts";
import { Sentinels } from "../harness/sentinels.ts";

const html = "<html>Bad Gateway</html>";
const mishaps: readonly FaultEffects[] = [
  { refuse: { error: "invalid_grant" } },
  { refuse: { error: "invalid_client" } },
  { refuse: { error: "some_new_error" } },
  { answer: { status: 429, retryAfter: 0 } },
  { answer: { status: 500, body: html } },
  { answer: { status: 502, body: html } },
  { answer: { status: 503, body: html, retryAfter: 1 } },
  { drop: "before" },
  { drop: "after" },
  { drop: { afterBytes: 300 } },
  ...malformedAnswers
    .filter(({ expect: { complaint } }) => complaint)
    .map(({ template }): FaultEffects => ({ rewrite: template })),
];

/** Everything that a program which uses Tokenward gets into its hands, looked at as deeply as Node can look. */
describe("secrets in errors, statuses, alerts, notes and events", () => {
  const sentinels = new Sentinels();
  const seen = new Map<string, unknown[]>();
  let sandbox: Sandbox;
  let folder: string;
  const clientSecret = unguessable("cs-");

  const note = (what: string, ...things: unknown[]): void => {
    seen.set(what, [...(seen.get(what) ?? []), ...things]);
  };
  const onEvent = (event: unknown): void => note("event", event);

  beforeAll(async () => {
    sentinels.add("client secret", clientSecret);
    const platforms = [
      oauth2Platform({ name: "crm" }),
      oauth2Platform({ name: "safe", policy: { reuse: "retry-safe" } }),
    ];
    sandbox = await createSandbox({ platforms: platforms.map((platform) => recorded(platform, sentinels)) });
    folder = await mkdtemp(path.join(tmpdir(), "tokenward-objects-"));
    subscribe("tokenward:refresh", onEvent);
  });
  afterAll(async () => {
    unsubscribe("tokenward:refresh", onEvent);
    await sandbox.close();
    await rm(folder, { recursive: true, force: true });
  });
  afterEach(() => {
    const leaks = [...seen].flatMap(([what, things]) =>
      things.flatMap((thing) => lookAt(thing)).map((hit) => `${what}: ${hit}`),
    );
    seen.clear();
    expect([...new Set(leaks)]).toEqual([]);
  });

  const lookAt = (thing: unknown): readonly string[] => views(thing).flatMap((view) => sentinels.inPrinted(view));

  /** The same, and whatever it throws is looked at before it goes on. */
  const watched = <T extends object>(name: string, target: T): T =>
    new Proxy(target, {
      get: (object, key, receiver) => {
        const value: unknown = Reflect.get(object, key, receiver);
        if (typeof value !== "function") return value;
        return async (...args: unknown[]): Promise<unknown> => {
          try {
            return await (Reflect.apply(value, object, args) as Promise<unknown>);
          } catch (thrown) {
            note(`${name}.${String(key)}`, thrown);
            throw thrown;
          }
        };
      },
    });
  const known = async (platform: string, id: string, writeBack = memoryWriteBack()): Promise<GroundGrant> => {
    await sandbox.control.setClient(platform, "sandbox-client", { secrets: [clientSecret] });
    const consent = { clientId: "sandbox-client", account: id };
    const traits = { reuse: platform === "safe" ? ("retry-safe" as const) : ("strict" as const) };
    const grant = await groundGrant(sandbox, platform, { id, consent, writeBack, traits });
    sentinels.add("refresh token", grant.consent.refreshToken);
    sentinels.add("access token", grant.consent.accessToken);
    return grant;
  };

  it("would be seen at any depth", async () => {
    const { consent } = await known("crm", "crm");
    const cause = Object.assign(new Error("deep"), {
      response: { headers: [["authorization", consent.refreshToken]] },
    });
    const hidden = Object.defineProperty({}, "hidden", { value: new Map([["key", { token: consent.accessToken }]]) });
    for (const thing of [
      new Error("outer", { cause: new Error("inner", { cause }) }),
      new AggregateError([new Error(`Bearer ${clientSecret}`)]),
      { a: [{ b: hidden }] },
      { symbol: { [Symbol("s")]: Buffer.from(consent.refreshToken) } },
    ]) {
      expect(lookAt(thing)).not.toEqual([]);
    }
    expect(lookAt({ token: secret(consent.refreshToken) })).toEqual([]);
  });

  it("are in nothing that an engine hands out, whatever a platform answers", async () => {
    const http: HttpClient = watched("http", createHttpClient({ env: {} }));
    const notifier = recordingNotifier();
    const notifiers = [{ name: "pager", notifier }];
    const options = { http, clock: hastyClock(), notifiers, note: (message: string) => note("note", message) };
    const engine = machine(options);
    const plans: GrantPlan[] = [];
    for (const [index, fault] of mishaps.entries()) {
      for (const platform of ["crm", "safe"]) {
        const grant = await known(platform, `${platform}/a${index}`);
        const match = { grant: grant.consent.grantId };
        await sandbox.control.fault({ match, when: "always", echo: true, ...fault });
        plans.push({ ...grant.plan, writeBack: watched("write-back", grant.writeBack) });
      }
    }
    const report = await engine.refreshAll(plans, { onStatus: (status) => note("status", status) });
    note("report", report);
    note("dry run", await engine.inspectAll(plans));
    for (const plan of plans.slice(0, 20)) note("recovery", await engine.recover(plan, { retryOnce: true }));
    note("alert", ...notifier.attempts);
    note("plan", ...plans);
    expect(new Set(report.statuses.map(({ code }) => code)).size).toBeGreaterThan(5);
    expect(seen.get("http.send")?.length).toBeGreaterThan(5);
    expect(seen.get("event")?.length).toBeGreaterThan(100);
  });

  it("are in no error of the HTTP client", async () => {
    const { consent } = await known("crm", "crm");
    const http = createHttpClient({ env: { HTTPS_PROXY: `http://user:${clientSecret}@127.0.0.1:1` } });
    const body = { form: { refresh_token: secret(consent.refreshToken), client_secret: secret(clientSecret) } };
    const headers = { authorization: secret(`Bearer ${consent.accessToken}`) };
    const query = { token: secret(consent.refreshToken) };
    await sandbox.control.fault({ when: "always", drop: "before" });
    for (const url of [
      consent.tokenUrl,
      "http://127.0.0.1:9/token",
      "https://127.0.0.1:9/token",
      "https://nobody.invalid/token",
      "http://elsewhere.example/token",
      "https://user:password@127.0.0.1/token",
      "no address",
    ]) {
      const sent = http.send({ method: "POST", url, query, headers, body }, { deadline: 2_000 });
      await expect(sent.catch((thrown: unknown) => Promise.reject(remember("http", thrown)))).rejects.toThrow();
    }
    const odd = { ...headers, "x-odd": secret(`${consent.accessToken}\r\n`) };
    await expect(http.send({ method: "GET", url: consent.tokenUrl, headers: odd })).rejects.toSatisfy((thrown) => {
      remember("http", thrown);
      return TokenwardError.is(thrown);
    });
    await sandbox.control.clearFaults();
  });

  it("are in no error of an import, a store or a state", async () => {
    const { consent, plan } = await known("crm", "crm");
    for (const text of [
      consent.refreshToken,
      `{"refresh_token":"${consent.refreshToken}`,
      `{"rt":"${clientSecret}"}`,
    ]) {
      expect(() => {
        try {
          readImportedGrant(text, "crm", new Date());
        } catch (thrown) {
          throw remember("import", thrown);
        }
      }).toThrow();
    }
    const env = { TOKENWARD_IDENTITY: `AGE-SECRET-KEY-1${clientSecret}` };
    const io = testIO({ env, identity: systemIdentity(env) });
    const writeBack: WriteBack = local.create({ store: "file", path: path.join(folder, "grants") }, { folder, env });
    const stored = memoryWriteBackOf(plan);
    const state = localState({ folder: path.join(folder, "state"), env });
    for (const attempt of [
      async () => await writeBack.save("crm", stored, { generation: 0 }, io),
      async () => await writeBack.probe("crm", { longestToken: 100, rotates: true }, io),
      async () => await state.hold("t", async (held) => await held.close({ last: stored }), { waitAtMost: 0 }),
    ]) {
      await expect(attempt().catch((thrown: unknown) => Promise.reject(remember("store", thrown)))).rejects.toThrow();
    }
    await state.close();
  });

  it("are in no error that quotes another's", async () => {
    const { plan, consent } = await known("crm", "crm/z");
    const angry = new Error(`PUT /secrets?token=${consent.refreshToken} failed`, {
      cause: { config: { headers: { "x-vault-token": clientSecret } } },
    });
    const failing: WriteBack = { ...plan.writeBack, probe: async () => await Promise.reject(angry) };
    const status = await machine({ clock: hastyClock() }).refresh({ ...plan, writeBack: failing });
    expect(status).toMatchObject({ action: "failed", code: "ERR_WRITEBACK_UNWRITABLE" });
    note("status", status);
    note(
      "error",
      new TokenwardError("ERR_WRITEBACK_UNWRITABLE", { grant: "crm", reason: angry.message }, { cause: angry }),
    );
    expect((await sandbox.control.counts({ grant: consent.grantId })).requests).toBe(0);
  });

  function remember(what: string, thrown: unknown): Error {
    note(what, thrown);
    return thrown as Error;
  }
});

function memoryWriteBackOf(plan: GrantPlan): Parameters<WriteBack["save"]>[1] {
  const stored = (plan.writeBack as ReturnType<typeof memoryWriteBack>).stored(plan.id);
  if (stored === undefined) throw new Error("nothing is stored");
  return stored;
}

/** A thing as text in every way in which logs come to show things. */
function views(thing: unknown): readonly string[] {
  const everything = { depth: Infinity, showHidden: true, maxArrayLength: null, maxStringLength: null, getters: true };
  const texts = [inspect(thing, everything), inspect(thing, { ...everything, customInspect: false }), String(thing)];
  try {
    texts.push(JSON.stringify(thing) ?? "");
  } catch {
    // What has no JSON is in none.
  }
  if (!(thing instanceof Error)) return [...texts, ...bytesIn(texts)];
  const own = Object.getOwnPropertyNames(thing).map((name) => inspect(Reflect.get(thing, name), everything));
  const nested = [thing.cause, ...((thing as Partial<AggregateError>).errors ?? [])].filter(
    (inner) => inner !== undefined,
  );
  const inner = nested.flatMap((one) => views(one));
  return [...texts, ...own, thing.stack ?? "", ...inner, ...bytesIn(texts)];
}

/** Buffers print as bytes: `<Buffer 72 74 …>`. */
function bytesIn(texts: readonly string[]): readonly string[] {
  return texts.flatMap(
    (text) => text.match(/(?:[0-9a-f]{2}[ ,]+){8,}/g)?.map((hex) => hex.replaceAll(/[ ,]/g, "")) ?? [],
  );
}
