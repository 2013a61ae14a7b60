import {
  alertSentence,
  createEngine,
  createHttpClient,
  memoryState,
  secret,
  type Engine,
  type GrantPlan,
} from "@tokenward/core";
import { createSandbox, type Consent, type ConsentOptions, type Sandbox } from "@tokenward/sandbox";
import {
  manualClock,
  memoryWriteBack,
  recordingNotifier,
  type ManualClock,
  type MemoryWriteBack,
  type RecordingNotifier,
} from "@tokenward/testing";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { linkedin } from "./index.ts";

const start = new Date("2026-11-22T12:00:00Z");
const daySeconds = 86_400;
const inDays = (days: number): Date => new Date(start.getTime() + days * daySeconds * 1_000);

let sandbox: Sandbox;
let clock: ManualClock;
let engine: Engine;
let store: MemoryWriteBack;
let notifier: RecordingNotifier;
let notes: string[];
beforeEach(async () => {
  sandbox = await createSandbox({ clock: { start, frozen: true } });
  clock = manualClock(start);
  store = memoryWriteBack();
  notifier = recordingNotifier();
  notes = [];
  engine = createEngine({
    state: { ...memoryState(), traits: { ephemeral: false, shared: false } },
    clock,
    env: {},
    notifiers: [{ name: "test", notifier }],
    note: (line) => void notes.push(line),
  });
});
afterEach(async () => await sandbox.close());

/** Lets the same time pass here and at LinkedIn. */
async function pass(seconds: number): Promise<void> {
  await sandbox.control.advance(seconds);
  await clock.advance(seconds * 1_000);
}

/** Imports what LinkedIn's developer portal shows: without `stated`, a token and nothing about it. */
async function connect(
  options: ConsentOptions = {},
  { stated = true, client = true }: { readonly stated?: boolean; readonly client?: boolean } = {},
): Promise<{ readonly plan: GrantPlan; readonly consent: Consent }> {
  const consent = await sandbox.control.consent("linkedin", options);
  const base = `${sandbox.url}/linkedin`;
  const plan: GrantPlan = {
    id: "linkedin",
    refresher: linkedin({
      token_url: consent.tokenUrl,
      introspect_url: `${base}/oauth/v2/introspectToken`,
      userinfo_url: `${base}/v2/userinfo`,
      revoke_url: `${base}/oauth/v2/revoke`,
    }),
    client: client ? { id: consent.clientId, secrets: [secret(consent.clientSecret ?? "")] } : { id: "", secrets: [] },
    writeBack: store,
    writeBackName: "test",
    alertBeforeDays: 14,
  };
  const { refreshToken, refreshExpiresIn } = consent;
  const imported = await engine.importGrant(plan, {
    accessToken: secret(consent.accessToken),
    refreshToken: refreshToken === "" ? undefined : secret(refreshToken),
    ...(stated
      ? {
          accessTokenExpiresAt: inDays(consent.expiresIn / daySeconds),
          refreshTokenExpiresAt: refreshExpiresIn === undefined ? undefined : inDays(refreshExpiresIn / daySeconds),
          scopes: consent.scopes,
        }
      : {}),
  });
  expect(imported).toMatchObject({ action: "healthy", refreshable: refreshToken !== "" });
  return { plan, consent };
}

describe("a standard app, over HTTP", () => {
  test("a run proves the token, and learns its end and its scopes", async () => {
    const { plan } = await connect({}, { stated: false });
    const [before] = (await engine.inspectAll([plan])).statuses;
    expect(before).toMatchObject({ action: "healthy", alert: false, would: "health-check", expiresAt: undefined });
    expect(before?.detail).toBe("The end of its LinkedIn token is unknown: a run asks LinkedIn.");
    expect(await sandbox.control.counts()).toMatchObject({ requests: 0 });

    const run = await engine.refresh(plan);
    expect(run).toMatchObject({ action: "healthy", alert: false, refreshable: false, expiresAt: inDays(60) });
    expect(store.stored("linkedin")).toMatchObject({
      accessTokenExpiresAt: inDays(60),
      scopes: ["email", "openid", "profile", "w_member_social"],
    });
    const [after] = (await engine.inspectAll([plan])).statuses;
    expect(after).toEqual({ ...run, would: "health-check" });

    const saves = store.calls.filter((call) => call.operation === "save").length;
    await engine.refresh(plan);
    expect(store.calls.filter((call) => call.operation === "save")).toHaveLength(saves);
    expect(await sandbox.control.counts()).toMatchObject({ requests: 2, tokenRequests: 0 });
  });

  test("counts down: one alert with the date and the command, the same in a dry run", async () => {
    const { plan } = await connect();
    await pass(45 * daySeconds);
    expect(await engine.refreshAll([plan])).toMatchObject({ exitCode: 0, alert: false });
    await pass(6 * daySeconds);
    const sentence = "LinkedIn token expires in 9 days — run `tokenward auth linkedin` (by 2027-01-21).";
    const wanted = {
      exitCode: 1,
      alert: true,
      statuses: [{ action: "reauth-required", detail: sentence, refreshable: false, reauthBy: inDays(60) }],
    };
    expect(await engine.inspectAll([plan])).toMatchObject(wanted);
    expect(await engine.refreshAll([plan])).toMatchObject(wanted);
    await engine.refreshAll([plan]);
    expect(notifier.alerts.map((alert) => [alert.edge, alert.severity, alertSentence(alert)])).toEqual([
      ["opened", "warn", "LinkedIn token expires in 9 days — run `tokenward auth linkedin`"],
    ]);
    await pass(9 * daySeconds);
    const ended = await engine.refresh(plan);
    expect(ended).toMatchObject({ action: "reauth-required", severity: "critical", code: "ERR_AUTH_REAUTH_REQUIRED" });
    expect(ended.detail).toContain("its access token ended on 2027-01-21. Consent again: `tokenward auth linkedin`");
    expect(notifier.alerts.map(({ edge }) => edge)).toEqual(["opened", "escalated"]);
    const { plan: again } = await connect();
    expect(await engine.refresh({ ...again, alertBeforeDays: 3 })).toMatchObject({ action: "healthy" });
  });

  test("a revoked token is found before its end", async () => {
    const { plan, consent } = await connect();
    await pass(10 * daySeconds);
    await sandbox.control.revoke(consent.grantId);
    const status = await engine.refresh(plan);
    expect(status).toMatchObject({ action: "reauth-required", severity: "critical" });
    expect(status.detail).toContain("LinkedIn says that the access token was revoked");
    expect(store.stored("linkedin")?.accessToken?.reveal()).toBe(consent.accessToken);
  });

  test("an end that LinkedIn states otherwise is believed", async () => {
    const { plan } = await connect({ accessLifetimeSeconds: 5 * daySeconds }, { stated: false });
    await engine.importGrant(plan, {
      accessToken: store.stored("linkedin")?.accessToken,
      accessTokenExpiresAt: inDays(60),
    });
    expect((await engine.refresh(plan)).detail).toContain("LinkedIn token expires in 5 days");
  });

  test("scopes that were withdrawn are drift", async () => {
    const { plan, consent } = await connect();
    await sandbox.control.setScopes(consent.grantId, ["openid", "profile"]);
    const status = await engine.refresh({ ...plan, requiredScopes: ["w_member_social"] });
    expect(status).toMatchObject({ action: "healthy", alert: true, code: "ERR_AUTH_SCOPE_DRIFT" });
  });

  test("a wrong client is the client's fault, and the token stays", async () => {
    const { plan, consent } = await connect();
    const client = { id: consent.clientId, secrets: [secret("not-the-secret-1")] };
    const status = await engine.refresh({ ...plan, client });
    expect(status).toMatchObject({ action: "failed", code: "ERR_AUTH_CLIENT_REJECTED", severity: "page" });
    expect(status.detail).toContain("Auth tab");
  });

  test.each([
    [{ status: 503 }],
    [{ status: 429 }],
    [{ status: 200, body: "<html></html>" }],
    [{ status: 400, body: { error: "invalid_request" } }],
  ])("a look that fails is a note: %j", async (answer) => {
    const { plan } = await connect();
    await sandbox.control.fault({ match: { endpoint: "resource" }, answer });
    expect(await engine.refresh(plan)).toMatchObject({ action: "healthy", alert: false });
    expect(notes.join()).toContain(`status ${answer.status}`);
  });

  test("an end that stays unknown is told to a human", async () => {
    const { plan } = await connect({}, { stated: false });
    await sandbox.control.fault({ match: { endpoint: "resource" }, answer: { status: 503 } });
    expect(await engine.refresh(plan)).toMatchObject({ action: "healthy", alert: true, severity: "warn" });
    const nobody = { ...plan, client: { id: "", secrets: [] } };
    const wanted = {
      action: "healthy",
      alert: true,
      severity: "warn",
      detail: expect.stringContaining("client_secret"),
    };
    expect((await engine.inspectAll([nobody])).statuses[0]).toMatchObject({ ...wanted, would: "re-authorize" });
    expect(await engine.refresh(nobody)).toMatchObject(wanted);
  });

  test("a token that the write-back lost is put back, as a dry run says", async () => {
    const { plan, consent } = await connect();
    await engine.refresh(plan);
    store.remove("linkedin");
    expect((await engine.inspectAll([plan])).statuses[0]).toMatchObject({ action: "healthy", would: "recover" });
    expect(await engine.refresh(plan)).toMatchObject({ action: "healthy", alert: false });
    expect(store.stored("linkedin")?.accessToken?.reveal()).toBe(consent.accessToken);
  });

  test("without a client it asks userinfo, where the scopes allow that", async () => {
    const { plan, consent } = await connect({}, { client: false });
    await pass(daySeconds);
    expect(await engine.refresh(plan)).toMatchObject({ action: "healthy", alert: false });
    expect(await sandbox.control.counts()).toMatchObject({ requests: 1 });
    await sandbox.control.revoke(consent.grantId);
    expect(await engine.refresh(plan)).toMatchObject({ action: "reauth-required" });
  });

  test("without a client and those scopes it only counts, and says nothing about that", async () => {
    const { plan } = await connect({ scopes: ["w_member_social"] }, { client: false });
    expect(await engine.refresh(plan)).toMatchObject({ action: "healthy", alert: false, refreshable: false });
    expect(notes).toEqual([]);
    expect(await sandbox.control.counts()).toMatchObject({ requests: 0 });
  });

  test("65601 and 65602 mean nothing in a token's first minute, and its death afterwards", async () => {
    const { plan } = await connect({ settings: { propagationSeconds: 90 } }, { client: false });
    for (const _either of [1, 2]) {
      await pass(20);
      expect(await engine.refresh(plan)).toMatchObject({
        action: "skipped",
        alert: false,
        code: "ERR_AUTH_PROPAGATING",
      });
    }
    await pass(20);
    expect(await engine.refresh(plan)).toMatchObject({ action: "reauth-required" });
    await pass(40);
    expect(await engine.refresh(plan)).toMatchObject({ action: "healthy", alert: false });
  });
});

describe("a refresh-enabled app, over HTTP", () => {
  const presents = "refresh-token" as const;

  test("renews when due, and its end does not move", async () => {
    const { plan } = await connect({ presents });
    expect(await engine.refresh(plan)).toMatchObject({ action: "healthy", refreshable: true, reauthBy: inDays(365) });
    await pass(59 * daySeconds);
    expect((await engine.inspectAll([plan])).statuses[0]).toMatchObject({ would: "refresh" });
    const run = await engine.refresh(plan);
    expect(run).toMatchObject({ action: "refreshed", alert: false, expiresAt: inDays(119), reauthBy: inDays(365) });
    expect(store.stored("linkedin")?.scopes).toEqual(["email", "openid", "profile", "w_member_social"]);
    expect(await sandbox.control.counts()).toMatchObject({ requests: 1, refreshes: 1 });
  });

  test("an answer whose end jumps is not believed, nor one that leaves it out beside a new token", async () => {
    const { plan, consent } = await connect({ presents, rotation: "sometimes", rotateEvery: 1 });
    await pass(59 * daySeconds);
    await sandbox.control.fault({ refreshExpiresIn: 365 * daySeconds, when: { nth: 1 } });
    expect(await engine.refresh(plan)).toMatchObject({ action: "rotated", reauthBy: inDays(365) });
    await pass(59 * daySeconds);
    const body = '{"access_token":"{{access_token}}","refresh_token":"{{refresh_token}}","expires_in":5184000}';
    await sandbox.control.fault({ rewrite: { body }, when: { nth: 1 } });
    expect(await engine.refresh(plan)).toMatchObject({ action: "rotated", reauthBy: inDays(365) });
    expect(store.stored("linkedin")?.refreshToken?.reveal()).toBe(
      await sandbox.control.currentRefreshToken(consent.grantId),
    );
    // An end that comes nearer is another matter: the human would rather know.
    await pass(59 * daySeconds);
    await sandbox.control.fault({ refreshExpiresIn: 10 * daySeconds, when: { nth: 1 } });
    expect(await engine.refresh(plan)).toMatchObject({ reauthBy: inDays(187), alert: true });
  });

  test("announces the end 14 days before, while access tokens shrink towards it", async () => {
    const { plan } = await connect({ presents });
    await pass(340 * daySeconds);
    expect(await engine.refresh(plan)).toMatchObject({ action: "refreshed", alert: false, expiresAt: inDays(365) });
    await pass(20 * daySeconds);
    const wanted = "LinkedIn refresh token expires in 5 days — run `tokenward auth linkedin` (by 2027-11-22).";
    const [dry] = (await engine.inspectAll([plan])).statuses;
    expect(dry).toMatchObject({ alert: true, would: "refresh" });
    const run = await engine.refresh(plan);
    expect(run).toMatchObject({ action: "refreshed", alert: true, severity: "warn", reauthBy: inDays(365) });
    expect(run.detail).toBe(`Renewed and saved; the platform kept the same token. But ${wanted}`);
    await pass(5 * daySeconds);
    expect(await engine.refresh(plan)).toMatchObject({ action: "reauth-required" });
    expect(await sandbox.control.counts()).toMatchObject({ tokenRequests: 2 });
  });

  test.each(["invalid_request", "invalid_grant"])("a dead refresh token that is called %s", async (deadTokenError) => {
    const { plan, consent } = await connect({ presents, settings: { deadTokenError } });
    await pass(59 * daySeconds);
    await sandbox.control.revoke(consent.grantId);
    const status = await engine.refresh(plan);
    expect(status).toMatchObject({ action: "reauth-required", severity: "critical" });
    expect(status.detail).toContain(`LinkedIn answered ${deadTokenError}`);
  });

  test("the same code without the phrase is a mistake in the request", async () => {
    const { plan, consent } = await connect({ presents });
    await pass(59 * daySeconds);
    await sandbox.control.fault({ refuse: { error: "invalid_request", description: "A parameter is missing" } });
    expect(await engine.refresh(plan)).toMatchObject({ action: "failed", code: "ERR_AUTH_CLIENT_REJECTED" });
    expect(await sandbox.control.isAlive(consent.grantId, consent.refreshToken)).toBe(true);
  });

  test("without a client it says so, and sends nothing", async () => {
    const { plan } = await connect({ presents }, { client: false });
    await pass(59 * daySeconds);
    const status = await engine.refresh(plan);
    expect(status).toMatchObject({ action: "failed", code: "ERR_AUTH_REQUEST_INVALID", refreshable: true });
    expect(status.detail).toContain("no client id is configured");
    expect(await sandbox.control.counts()).toMatchObject({ requests: 0 });
  });

  test("a lost answer is asked for again: presenting the same token twice is taken for harmless", async () => {
    const { plan } = await connect({ presents });
    await pass(59 * daySeconds);
    await sandbox.control.fault({ drop: "after" });
    const running = engine.refresh(plan);
    await sandbox.control.arrived({ endpoint: "token" }, 1, { stage: "done" });
    while (clock.sleeping === 0) await new Promise((resolve) => setImmediate(resolve));
    await clock.advance(60_000);
    expect(await running).toMatchObject({ action: "refreshed", alert: false });
    expect(await sandbox.control.counts()).toMatchObject({ refreshes: 2, revocations: 0 });
  });

  test("an unknown end of the access token is looked up, and a dead one says nothing about the grant", async () => {
    const { plan } = await connect({ presents }, { stated: false });
    expect(await engine.refresh(plan)).toMatchObject({ action: "healthy", expiresAt: inDays(60) });
    expect(await sandbox.control.counts()).toMatchObject({ requests: 1, tokenRequests: 0 });
    await engine.importGrant(plan, {
      accessToken: secret("AQXdead-and-gone"),
      refreshToken: store.stored("linkedin")?.refreshToken,
    });
    await pass(120);
    expect(await engine.refresh(plan)).toMatchObject({ action: "refreshed" });
  });
});

test("revocation ends the grant", async () => {
  const { plan, consent } = await connect({ presents: "refresh-token" });
  const { revocation } = plan.refresher;
  const stored = store.stored("linkedin")!;
  const answer = await createHttpClient({ env: {} }).send(revocation!.request(stored, plan.client));
  expect(revocation!.interpret(answer)).toEqual({ kind: "revoked" });
  expect(await sandbox.control.isAlive(consent.grantId, consent.refreshToken)).toBe(false);
  expect(() => revocation!.request(stored, { id: "", secrets: [] })).toThrow("client_secret");
});
