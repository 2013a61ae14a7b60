import {
  createEngine,
  memoryState,
  secret,
  systemClock,
  type Clock,
  type Engine,
  type GrantPlan,
} from "@tokenward/core";
import { createSandbox, presetPlatforms, type Consent, type Sandbox } from "@tokenward/sandbox";
import { malformedAnswers, memoryWriteBack, testIO, type MemoryWriteBack } from "@tokenward/testing";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { oauth2 } from "../index.ts";
import type { PresetName } from "./preset-name.ts";
import { presetNames, presets } from "./presets.ts";

const daySeconds = 86_400;
// Nothing here is about how long a repetition waits.
const patient: Clock = { ...systemClock, sleep: async () => undefined };

let sandbox: Sandbox;
let engine: Engine;
let store: MemoryWriteBack;
beforeEach(async () => {
  const yesterday = new Date(Date.now() - daySeconds * 1000);
  sandbox = await createSandbox({ platforms: presetPlatforms(), clock: { start: yesterday } });
  engine = createEngine({ state: memoryState(), env: {}, clock: patient });
  store = memoryWriteBack();
});
afterEach(async () => await sandbox.close());

const renewsAccess = (name: PresetName): boolean => presets[name].options.presents === "access-token";

/** A grant that a human gave a day ago, so that it is old enough for every platform. */
async function connect(name: PresetName): Promise<{ readonly plan: GrantPlan; readonly consent: Consent }> {
  const consent = await sandbox.control.consent(name);
  await sandbox.control.advance(daySeconds + 60);
  const plan: GrantPlan = {
    id: name,
    refresher: oauth2({ preset: name, token_url: consent.tokenUrl, cadence: "every-run" }),
    client: { id: consent.clientId, secrets: [secret(consent.clientSecret ?? "")] },
    writeBack: store,
    writeBackName: "test",
  };
  const since = Date.now() - (daySeconds + 60) * 1000;
  const imported = renewsAccess(name)
    ? {
        accessToken: secret(consent.accessToken),
        accessTokenExpiresAt: new Date(since + consent.expiresIn * 1000),
        rotatedAt: new Date(since),
      }
    : { refreshToken: secret(consent.refreshToken) };
  await engine.importGrant(plan, imported);
  return { plan, consent };
}

/** The stored token that the next exchange presents. */
async function storedToken(name: PresetName): Promise<string | undefined> {
  const stored = await store.read(name, testIO());
  return (renewsAccess(name) ? stored?.accessToken : stored?.refreshToken)?.reveal();
}

describe.each(presetNames)("%s, through the engine", (name) => {
  const { rotation, reuse } = presets[name].options;
  const renewed = { always: ["rotated"], sometimes: ["refreshed", "rotated"], never: ["healthy"] }[
    rotation ?? "sometimes"
  ];

  test("a dry run asks nobody; a run saves what came, and the next one presents it", async () => {
    const { plan, consent } = await connect(name);
    const dry = await engine.inspectAll([plan]);
    expect(dry.statuses).toMatchObject([{ would: rotation === "always" ? "rotate" : (expect.any(String) as string) }]);
    expect(await sandbox.control.counts()).toMatchObject({ requests: 0 });
    for (let run = 0; run < (presets[name].options.minimum_age === undefined ? 3 : 1); run += 1) {
      const report = await engine.refreshAll([plan]);
      expect(report.statuses).toMatchObject([{ alert: false }]);
      if (rotation === "always") expect(report.statuses[0]?.action).toBe("rotated");
      expect(await storedToken(name)).toBe(await sandbox.control.currentRefreshToken(consent.grantId));
    }
    expect(await sandbox.control.counts()).toMatchObject({ refusals: 0, replays: 0 });
  });

  test("an answer that got lost is repeated where that is forgiven, and nowhere else", async () => {
    const { plan, consent } = await connect(name);
    await sandbox.control.fault({ drop: "after" });
    const { action } = await engine.refresh(plan);
    if (reuse === "strict") {
      expect(action).toBe("in-doubt");
      expect((await engine.refresh(plan)).action).toBe("in-doubt");
      expect(await sandbox.control.counts()).toMatchObject({ tokenRequests: 1, replays: 0 });
      return;
    }
    // Threads has renewed the token that it is asked for again, and calls it too young now. Nothing is lost.
    expect(name === "threads" ? ["skipped"] : renewed).toContain(action);
    expect(await storedToken(name)).toBe(await sandbox.control.currentRefreshToken(consent.grantId));
    expect(await sandbox.control.counts()).toMatchObject({ replays: 0, revocations: 0 });
  });

  test("a save that fails is made up for before anything is presented again", async () => {
    const { plan, consent } = await connect(name);
    store.failNext("save", new Error("the store is down"), 4);
    await engine.refresh(plan);
    const { tokenRequests } = await sandbox.control.counts();
    expect(tokenRequests).toBe(1);
    await engine.refresh(plan);
    expect(await storedToken(name)).toBe(await sandbox.control.currentRefreshToken(consent.grantId));
    expect(await sandbox.control.counts()).toMatchObject({ replays: 0 });
  });

  test("a damaged answer costs no token", async () => {
    const { plan, consent } = await connect(name);
    const damaged = malformedAnswers.find((answer) => answer.name === "something behind it");
    if (damaged === undefined) throw new Error("the corpus has lost the answer with something behind it");
    await sandbox.control.fault({ rewrite: damaged.template });
    await engine.refresh(plan);
    expect(await storedToken(name)).toBe(await sandbox.control.currentRefreshToken(consent.grantId));
    expect(await sandbox.control.counts()).toMatchObject({ tokenRequests: 1, replays: 0 });
  });

  test("a dead grant needs a human, and keeps what is stored", async () => {
    const { plan, consent } = await connect(name);
    await sandbox.control.revoke(consent.grantId);
    const report = await engine.refreshAll([plan]);
    expect(report).toMatchObject({ exitCode: 1, statuses: [{ action: "reauth-required", alert: true }] });
    expect(await storedToken(name)).toBe(consent.refreshToken);
  });
});

test.each(presetNames.filter((name) => presets[name].options.rotation === "always"))(
  "%s: a spent token that comes back from a backup is never sent, unless that is forgiven",
  async (name) => {
    const { plan, consent } = await connect(name);
    await engine.refresh(plan);
    await engine.importGrant(plan, { refreshToken: secret(consent.refreshToken) });
    await engine.refresh(plan);
    expect(await sandbox.control.counts()).toMatchObject({ replays: 0, revocations: 0 });
    expect(await storedToken(name)).toBe(await sandbox.control.currentRefreshToken(consent.grantId));
  },
);

test.each(presetNames.filter((name) => !["threads", "facebook-pages", "quickbooks"].includes(name)))(
  "%s: a missing scope is announced after its tokens were saved",
  async (name) => {
    const { plan, consent } = await connect(name);
    const { action, alert, detail } = await engine.refresh({ ...plan, requiredScopes: ["nobody.granted.this"] });
    expect([action, alert]).toEqual([expect.stringMatching(/^(rotated|refreshed|healthy)$/), true]);
    expect(detail).toContain("nobody.granted.this");
    expect(await storedToken(name)).toBe(await sandbox.control.currentRefreshToken(consent.grantId));
  },
);

test("Salesforce states no lifetime, so a run asks once and then knows it", async () => {
  const { plan, consent } = await connect("salesforce");
  const refresher = oauth2({
    preset: "salesforce",
    token_url: consent.tokenUrl,
    introspection_url: `${sandbox.url}/salesforce/introspect`,
  });
  const asking = { ...plan, refresher };
  expect((await engine.refresh(asking)).action).toBe("refreshed");
  const healthy = await engine.refresh(asking);
  expect(healthy.action).toBe("healthy");
  const left = (healthy.expiresAt?.getTime() ?? 0) - Date.now();
  expect(Math.abs(left / 1000 - 7_200)).toBeLessThan(120);
  expect((await engine.refresh(asking)).action).toBe("healthy");
  const looks = (await sandbox.control.ledger()).entries.filter(({ path }) => path.endsWith("/introspect"));
  expect(looks).toHaveLength(1);
});
