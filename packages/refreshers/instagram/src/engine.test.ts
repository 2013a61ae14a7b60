import { createEngine, memoryState, secret, type Engine, type GrantPlan } from "@tokenward/core";
import { createSandbox, type Consent, type ConsentOptions, type Sandbox } from "@tokenward/sandbox";
import { memoryWriteBack, testIO, type MemoryWriteBack } from "@tokenward/testing";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { instagram, type InstagramOptions } from "./index.ts";

const daySeconds = 86_400;
const dayMs = daySeconds * 1_000;
let sandbox: Sandbox;
let engine: Engine;
let store: MemoryWriteBack;
beforeEach(async () => {
  sandbox = await createSandbox({ clock: { start: new Date(Date.now() - 90 * dayMs) } });
  engine = createEngine({ state: memoryState(), env: {} });
  store = memoryWriteBack();
});
afterEach(async () => await sandbox.close());

/** A grant whose human consented so many days ago, imported; the sandbox's clock shows the real time then. */
async function connect(
  daysAgo: number,
  options: ConsentOptions = {},
  more: InstagramOptions = {},
): Promise<{ readonly plan: GrantPlan; readonly consent: Consent }> {
  const consentedAt = new Date(Date.now() - daysAgo * dayMs);
  await sandbox.control.advance((90 - daysAgo) * daySeconds);
  const platform = more.login === "facebook" ? "instagram-facebook" : "instagram";
  const consent = await sandbox.control.consent(platform, options);
  await sandbox.control.advance(daysAgo * daySeconds);
  const plan: GrantPlan = {
    id: "instagram",
    refresher: instagram({
      token_url: consent.tokenUrl,
      me_url: `${sandbox.url}/${platform}/v25.0/me`,
      debug_token_url: `${sandbox.url}/${platform}/debug_token`,
      ...more,
    }),
    client: { id: consent.clientId, secrets: [secret(consent.clientSecret ?? "")] },
    writeBack: store,
    writeBackName: "test",
  };
  await engine.importGrant(plan, {
    accessToken: secret(consent.accessToken),
    accessTokenExpiresAt: new Date(consentedAt.getTime() + consent.expiresIn * 1_000),
    rotatedAt: consentedAt,
  });
  return { plan, consent };
}

describe("through the engine", () => {
  test("renews from the 24th hour on, and skips a younger token without an alert", async () => {
    const { plan, consent } = await connect(2);
    const dry = await engine.inspectAll([plan]);
    expect(dry.statuses[0]).toMatchObject({ would: "refresh", alert: false });
    expect(await sandbox.control.counts()).toMatchObject({ requests: 0 });
    const first = await engine.refreshAll([plan]);
    expect(first).toMatchObject({ exitCode: 0, statuses: [{ action: "rotated", alert: false }] });
    const stored = await store.read("instagram", testIO());
    expect(stored?.accessToken?.reveal()).toBe(await sandbox.control.currentRefreshToken(consent.grantId));
    expect(stored?.scopes).toEqual(consent.scopes);
    expect(Math.round(((stored?.accessTokenExpiresAt?.getTime() ?? 0) - Date.now()) / dayMs)).toBe(60);
    const second = await engine.refreshAll([plan]);
    expect(second).toMatchObject({ exitCode: 0, alert: false, statuses: [{ action: "skipped", alert: false }] });
    expect(await sandbox.control.counts()).toMatchObject({ requests: 1, refreshes: 1 });
  });

  test("the same text again is a success whose new end is saved", async () => {
    const { plan, consent } = await connect(30, { rotation: "never" });
    expect(await engine.refresh(plan)).toMatchObject({ action: "refreshed", alert: false });
    const stored = await store.read("instagram", testIO());
    expect(stored?.accessToken?.reveal()).toBe(consent.accessToken);
    expect(Math.round(((stored?.accessTokenExpiresAt?.getTime() ?? 0) - Date.now()) / dayMs)).toBe(60);
  });

  test("an ended token needs a human, and nothing is sent", async () => {
    const { plan } = await connect(61);
    expect(await engine.refreshAll([plan])).toMatchObject({
      exitCode: 1,
      statuses: [{ action: "reauth-required", alert: true, severity: "critical" }],
    });
    expect(await sandbox.control.counts()).toMatchObject({ requests: 0 });
  });

  test("a lost answer is asked for again: renewing is harmless to repeat", async () => {
    const { plan } = await connect(2);
    await sandbox.control.fault({ drop: "after" });
    expect(await engine.refresh(plan)).toMatchObject({ action: "rotated", alert: false });
    expect(await sandbox.control.counts()).toMatchObject({ refreshes: 2, replays: 0, revocations: 0 });
  });

  test("a renewal whose answer was lost and that is then called too young is no mistake of anybody's", async () => {
    const { plan } = await connect(2, { rotation: "never" });
    await sandbox.control.fault({ drop: "after" });
    expect(await engine.refresh(plan)).toMatchObject({ action: "skipped", alert: false, code: "ERR_AUTH_TOO_EARLY" });
    await sandbox.control.advance(2 * daySeconds);
    expect(await engine.refresh(plan)).toMatchObject({ action: "refreshed", alert: false });
  });

  test("a platform that still calls it too early, by its own clock, is believed without an alert", async () => {
    const { plan } = await connect(1.01, { minimumAgeSeconds: 1.02 * daySeconds });
    expect(await engine.refreshAll([plan])).toMatchObject({
      exitCode: 0,
      statuses: [{ action: "skipped", alert: false }],
    });
    expect(await sandbox.control.counts()).toMatchObject({ requests: 1, refusals: 1 });
  });

  test("permissions that shrank are drift, and the token is kept", async () => {
    const { plan, consent } = await connect(2);
    await sandbox.control.setScopes(consent.grantId, ["instagram_business_content_publish"]);
    const drifted = await engine.refresh(plan);
    expect(drifted).toMatchObject({ action: "rotated", alert: true, code: "ERR_AUTH_SCOPE_DRIFT" });
    expect(drifted.detail).toContain("instagram_business_basic");
    const stored = await store.read("instagram", testIO());
    expect(stored?.accessToken?.reveal()).toBe(await sandbox.control.currentRefreshToken(consent.grantId));
  });

  test("a permission that renewing needs and lacks is no drift: nothing was exchanged", async () => {
    const { plan } = await connect(2);
    await sandbox.control.fault({ refuse: { error: "10" } });
    const status = await engine.refresh(plan);
    expect(status).toMatchObject({ action: "failed", alert: true, code: "ERR_AUTH_SCOPES_REFUSED" });
    expect(status.detail).toContain("instagram_business_basic");
    expect(status.detail).not.toContain("saved");
  });

  test("Facebook Login renews at any age, and a token without an end stays without one", async () => {
    const { plan } = await connect(0, { settings: { endless: true } }, { login: "facebook" });
    for (const _run of [1, 2]) expect(await engine.refresh(plan)).toMatchObject({ action: "rotated", alert: false });
    expect((await store.read("instagram", testIO()))?.accessTokenExpiresAt).toBeUndefined();
  });

  test("Facebook Login: a run learns the scopes and the end of data access, and announces that", async () => {
    const { plan, consent } = await connect(50, { settings: { dataAccessDays: 55 } }, { login: "facebook" });
    const status = await engine.refresh({ ...plan, requiredScopes: ["instagram_manage_insights"] });
    expect(status).toMatchObject({ alert: true, code: "ERR_AUTH_SCOPE_DRIFT" });
    const stored = await store.read("instagram", testIO());
    expect(stored?.scopes).toEqual(consent.scopes);
    expect(stored?.attributes?.["data_access_expires_at"]).toMatch(/^\d{4}-/);
    const again = await engine.refresh({ ...plan, requiredScopes: [] });
    expect(again).toMatchObject({ action: "rotated", alert: true });
    expect(again.detail).toContain("access to the account's data ends on");
  });

  test("an end that a renewal leaves where it was raises an alert while there is time", async () => {
    const { plan } = await connect(51, {}, { login: "facebook" });
    await sandbox.control.fault({ match: { endpoint: "token" }, expiresIn: 9 * daySeconds });
    const status = await engine.refresh(plan);
    expect(status).toMatchObject({ action: "rotated", alert: true });
    expect(status.detail).toContain("its last renewal did not move that");
    // The next one does, and all is well.
    expect(await engine.refresh(plan)).toMatchObject({ action: "rotated", alert: false });
  });
});
