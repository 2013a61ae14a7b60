import { createEngine, memoryState, secret, withTraits, type Engine, type GrantPlan } from "@tokenward/core";
import { createSandbox, type Consent, type ConsentOptions, type Sandbox } from "@tokenward/sandbox";
import { manualClock, memoryWriteBack, testIO, type MemoryWriteBack } from "@tokenward/testing";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { podium, type PodiumOptions } from "./index.ts";

let sandbox: Sandbox;
let engine: Engine;
let store: MemoryWriteBack;
beforeEach(async () => {
  sandbox = await createSandbox();
  engine = createEngine({ state: memoryState(), env: {} });
  store = memoryWriteBack();
});
afterEach(async () => await sandbox.close());

async function connect(
  wanted: ConsentOptions = {},
  options: PodiumOptions = {},
): Promise<{ readonly plan: GrantPlan; readonly consent: Consent }> {
  const consent = await sandbox.control.consent("podium", wanted);
  const plan: GrantPlan = {
    id: "podium/acme-rv",
    refresher: podium({ token_url: consent.tokenUrl, ...options }),
    client: { id: consent.clientId, secrets: [secret(consent.clientSecret ?? "")] },
    writeBack: store,
    writeBackName: "test",
  };
  await engine.importGrant(plan, { refreshToken: secret(consent.refreshToken) });
  return { plan, consent };
}

async function storedToken(): Promise<string | undefined> {
  return (await store.read("podium/acme-rv", testIO()))?.refreshToken?.reveal();
}

describe("through the engine", () => {
  test("saves a rotated token, and a run exchanges although nothing is due", async () => {
    const { plan, consent } = await connect();
    for (let run = 0; run < 3; run += 1) {
      expect(await engine.refreshAll([plan])).toMatchObject({ exitCode: 0, statuses: [{ action: "rotated" }] });
      expect(await storedToken()).toBe(await sandbox.control.currentRefreshToken(consent.grantId));
    }
    expect(await sandbox.control.counts()).toMatchObject({ rotations: 3, replays: 0 });
  });

  test.each([
    ["repeated", { repeatUnchangedToken: true }],
    ["left out", { repeatUnchangedToken: false }],
  ])("keeps the old refresh token where it is %s", async (_, wanted) => {
    const { plan, consent } = await connect({ rotation: "never", ...wanted });
    for (let run = 0; run < 2; run += 1) {
      const report = await engine.refreshAll([plan]);
      expect(report).toMatchObject({ exitCode: 0, statuses: [{ action: "refreshed", alert: false }] });
      expect(await storedToken()).toBe(consent.refreshToken);
    }
    expect(await sandbox.control.counts()).toMatchObject({ refreshes: 2, replays: 0 });
  });

  test("changes the token now and then, in a form, and never presents an old one", async () => {
    const { plan } = await connect({ rotation: "sometimes", rotateEvery: 2 }, { body: "form" });
    const actions: string[] = [];
    for (let run = 0; run < 4; run += 1) actions.push((await engine.refresh(plan)).action);
    expect(await sandbox.control.counts()).toMatchObject({ rotations: 2, refreshes: 2, replays: 0 });
    expect(actions).toEqual(["refreshed", "rotated", "refreshed", "rotated"]);
  });

  test("a lost answer is in doubt and never presented again, unless reuse is known to be safe", async () => {
    const { plan } = await connect({ reuse: "retry-safe", forgivenReceives: "same-successor" });
    await sandbox.control.fault({ drop: "after" });
    expect((await engine.refresh(plan)).action).toBe("in-doubt");
    expect((await engine.refresh(plan)).action).toBe("in-doubt");
    expect(await sandbox.control.counts()).toMatchObject({ tokenRequests: 1 });

    store = memoryWriteBack({ name: "second" });
    engine = createEngine({ state: memoryState(), env: {} });
    const { plan: known } = await connect({ reuse: "retry-safe", forgivenReceives: "same-successor" });
    const safe = { ...known, refresher: withTraits(known.refresher, { reuse: "retry-safe" }) };
    await sandbox.control.fault({ drop: "after" });
    expect((await engine.refresh(safe)).action).toBe("rotated");
  });

  test("absent scopes are no drift; stated ones are compared, by either name", async () => {
    const { plan } = await connect();
    expect(await engine.refresh(plan)).toMatchObject({ action: "rotated", alert: false });
    await sandbox.control.configure("podium", { settings: { statesScope: true } });
    const dotted = { ...plan, requiredScopes: ["conversations.read", "contacts.write", "locations.read"] };
    expect(await engine.refresh(dotted)).toMatchObject({ action: "rotated", alert: false });
    const beyond = { ...plan, requiredScopes: ["contacts.read", "payments.read"] };
    const drifted = await engine.refresh(beyond);
    expect(drifted).toMatchObject({ action: "rotated", alert: true, detail: expect.stringContaining("payments.read") });
    expect(drifted.detail).not.toContain("contacts.read");
  });

  test("a dead token needs a human, and keeps what is stored", async () => {
    const { plan, consent } = await connect();
    await sandbox.control.revoke(consent.grantId);
    const report = await engine.refreshAll([plan]);
    expect(report).toMatchObject({ exitCode: 1, statuses: [{ action: "reauth-required", alert: true }] });
    expect(await storedToken()).toBe(consent.refreshToken);
  });
});

test.each([
  [90, 84, 85, "2026-04-01"],
  [30, 28, 29, "2026-01-31"],
])(
  "under an idle limit of %i days, a failure on day %i is a page and on day %i critical",
  async (limit, page, critical, death) => {
    const start = new Date("2026-01-01T00:00:00Z");
    const clock = manualClock(start);
    engine = createEngine({ state: memoryState(), env: {}, clock });
    const { plan } = await connect();
    const failing: GrantPlan = {
      ...plan,
      refresher: withTraits(plan.refresher, { idleLimitDays: limit }),
      client: { ...plan.client, secrets: [secret("wrong-secret-1")] },
    };
    for (const [day, severity] of [
      [page, "page"],
      [critical, "critical"],
    ] as const) {
      clock.jump(start.getTime() + day * 86_400_000 - clock.now().getTime());
      const status = await engine.refresh(failing);
      expect(status).toMatchObject({ action: "failed", severity, reauthBy: new Date(`${death}T00:00:00Z`) });
      expect(status.detail).toContain(`Unused, its refresh token dies on ${death}.`);
    }
  },
);
