import { fingerprint, type LedgerEntry } from "@tokenward/sandbox";
import type { StoredGrant } from "@tokenward/core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { everyRole, presentedOf, type Role } from "./harness/cast.ts";
import { run } from "./harness/cli.ts";
import { playAll, untilDue, type Play } from "./harness/play.ts";
import { refresh, type Reported } from "./harness/report.ts";
import { snapshotOf } from "./harness/snapshot.ts";
import { copyStore } from "./harness/store-copy.ts";
import { storedGrants } from "./harness/stored-grants.ts";

const exchanging = everyRole.filter(({ presents }) => presents !== "nothing");

/**
 * The five platforms and all presets in one configuration, through what happens to a grant in its life. Each test
 * begins with grants that are alive, and leaves them so; the last one ends them.
 */
describe("every platform and every preset", () => {
  let play: Play;

  beforeAll(async () => {
    play = await playAll(everyRole, { requireEverything: true });
    await play.time.pass(untilDue);
  });
  afterAll(async () => await play.close());

  /** One `auth refresh all`, and what the platforms say about it. */
  const refreshAll = async (env: Readonly<Record<string, string>> = {}): Promise<Act> => {
    const since = await play.newest();
    const report = await refresh(play.workspace, "all", { env: { ...play.time.env, ...env } });
    const { entries } = await play.sandbox.control.ledger({ since });
    return {
      report,
      requests: ({ name }) => entries.filter((entry) => entry.grant === play.grant(name).consent.grantId),
      stored: await storedGrants(
        play.workspace,
        everyRole.map(({ name }) => name),
      ),
    };
  };

  test("a dry run and `auth status` contact nobody and change no byte", async () => {
    const before = await snapshotOf(play.workspace.folder);
    const requests = (await play.sandbox.control.counts()).requests;
    const looked = await refresh(play.workspace, "all", { env: play.time.env }, "--dry-run");
    expect(looked.code, looked.stdout).toBe(0);
    for (const { name, would } of everyRole) {
      expect(looked.of(name), name).toMatchObject({ action: "healthy", would, alert: false, code: null });
    }
    const status = await run(play.workspace, ["auth", "status"], { env: play.time.env });
    expect(status.code, status.stdout).toBe(0);
    expect((await play.sandbox.control.counts()).requests).toBe(requests);
    expect(await snapshotOf(play.workspace.folder)).toEqual(before);
  });

  test("a run exchanges each token once, and the next process goes on with what was saved", async () => {
    const first = await refreshAll();
    expect(first.report.code, first.report.stdout).toBe(0);
    for (const role of everyRole) await expectRenewed(play, role, first);

    await play.time.pass(untilDue);
    // Another machine: the stored grants and the identity that opens them, and no state at all.
    const second = await refreshAll({ TOKENWARD_STATE_DIR: `${play.workspace.folder}/another-state` });
    // Nothing is the matter with a grant; that this machine remembers none of them is what a human should hear.
    expect(second.report.code, second.report.stdout).toBe(1);
    expect(second.report.statuses.filter(({ alert }) => alert)).toEqual([]);
    expect(second.report.stderr).toContain("Make sure that no other machine refreshes the same grants");
    for (const role of everyRole) {
      await expectRenewed(play, role, second);
      expectPresented(role, second, first.stored.get(role.name));
    }
    await play.expectPeace();
  });

  test("a platform without refresh tokens is asked, never spent, and counted down", async () => {
    await play.time.pass(untilDue);
    const { report, requests } = await refreshAll();
    for (const role of everyRole.filter(({ presents }) => presents === "nothing")) {
      expect(requests(role).map(({ endpoint, outcome }) => [endpoint, outcome])).toEqual([["resource", "served"]]);
      const status = report.of(role.name);
      expect(status).toMatchObject({ action: "healthy", refreshable: false, alert: false });
      expect(status.detail).toMatch(/ends on \d{4}-\d\d-\d\d: \d+ days left, and only a human can renew it/);
      expect(status.reauth_by).not.toBeNull();
    }
  });

  test("an older copy of the store comes back: no spent token is presented where that ends the grant", async () => {
    await play.time.pass(untilDue);
    const copy = await copyStore(play.workspace);
    await refreshAll();
    await copy.restore();
    const restored = await refreshAll();
    expect(restored.report.code, restored.report.stdout).toBe(0);
    for (const role of everyRole.filter(({ strict, rotation }) => strict && rotation === "always")) {
      expect(restored.requests(role), role.name).toEqual([]);
      expect(restored.report.of(role.name).detail, role.name).toContain("newest token was put back");
    }
    await play.expectPeace();

    await play.time.pass(untilDue);
    const next = await refreshAll();
    expect(next.report.code, next.report.stdout).toBe(0);
    for (const role of everyRole) await expectRenewed(play, role, next);
    await play.expectPeace();
  });

  test("a narrower consent is said loudly, and costs no token", async () => {
    await play.time.pass(untilDue);
    for (const { consent } of play.grants) {
      await play.sandbox.control.setScopes(consent.grantId, consent.scopes.slice(0, 1));
    }
    const drifted = await refreshAll();
    expect(drifted.report.code).toBe(1);
    for (const role of everyRole) {
      const status = drifted.report.of(role.name);
      const missing = play.grant(role.name).consent.scopes.slice(1);
      // What an answer does not say is unchanged.
      const drift = role.statesScopes && missing.length > 0;
      expect(status, role.name).toMatchObject({ code: drift ? "ERR_AUTH_SCOPE_DRIFT" : null, alert: drift });
      if (drift) for (const scope of missing) expect(status.detail, role.name).toContain(scope);
      await expectRenewed(play, role, drifted);
    }
    await play.expectPeace();

    for (const { consent } of play.grants) await play.sandbox.control.setScopes(consent.grantId, consent.scopes);
    await play.time.pass(untilDue);
    const healed = await refreshAll();
    expect(healed.report.code, healed.report.stdout).toBe(0);
  });

  test("a client that the platform does not know costs no grant its life", async () => {
    await play.time.pass(untilDue);
    const withClient = exchanging.filter(
      ({ name }) => play.grant(name).consent.clientId !== "" && play.hasClient(name),
    );
    for (const { name } of withClient) {
      const { platform, clientId } = play.grant(name).consent;
      await play.sandbox.control.setClient(platform, clientId, { secrets: ["another-secret-of-the-app"] });
    }
    const { report, stored } = await refreshAll();
    expect(report.code).toBe(1);
    for (const role of withClient) {
      expect(report.of(role.name).action, `${role.name}: ${report.of(role.name).detail}`).toBe("failed");
      expect(fingerprint(presentedOf(role, stored.get(role.name)))).toBe(fingerprint(await play.current(role.name)));
    }
    for (const { name } of withClient) {
      const { platform, clientId, clientSecret } = play.grant(name).consent;
      await play.sandbox.control.setClient(platform, clientId, { secrets: [clientSecret ?? ""] });
    }
    const next = await refreshAll();
    expect(next.report.code, next.report.stdout).toBe(0);
    await play.expectPeace();
  });

  test("a dead token needs a human, and nothing is deleted", async () => {
    await play.time.pass(untilDue);
    const before = await storedGrants(
      play.workspace,
      everyRole.map(({ name }) => name),
    );
    for (const { consent } of play.grants) await play.sandbox.control.revoke(consent.grantId);
    const { report, stored } = await refreshAll();
    expect(report.code).toBe(1);
    for (const role of everyRole) {
      const status = report.of(role.name);
      expect(status, role.name).toMatchObject({ action: "reauth-required", alert: true });
      expect(status.code, role.name).toBe("ERR_AUTH_REAUTH_REQUIRED");
      expect(status.detail, role.name).toContain(`tokenward auth ${role.name}`);
      expect(presentedOf(role, stored.get(role.name))).toBe(presentedOf(role, before.get(role.name)));
    }
    expect(await play.sandbox.control.counts()).toMatchObject({ replays: 0 });
  });
});

interface Act {
  readonly report: Reported;
  /** The requests of the grant, in their order. */
  requests(role: Role): readonly LedgerEntry[];
  readonly stored: ReadonlyMap<string, StoredGrant>;
}

/** The platform exchanged once what was current, and what it would exchange next is what is stored. */
async function expectRenewed(play: Play, role: Role, act: Act): Promise<void> {
  const exchanges = act.requests(role).filter(({ endpoint }) => endpoint === "token");
  const { action } = act.report.of(role.name);
  if (role.presents === "nothing") {
    expect([action, exchanges], role.name).toEqual(["healthy", []]);
    return;
  }
  expect(exchanges, role.name).toHaveLength(1);
  const [exchange] = exchanges;
  expect(exchange, role.name).toMatchObject({ presented: "current", delivery: "answered" });
  const stored = fingerprint(presentedOf(role, act.stored.get(role.name)));
  expect(stored, `${role.name}: what is stored is what the platform issued`).toBe(
    fingerprint(await play.current(role.name)),
  );
  const changed = stored !== exchange?.fingerprint;
  if (changed) expect(action, role.name).toBe("rotated");
  else expect(["refreshed", "healthy"], role.name).toContain(action);
  if (role.rotation === "always") expect(changed, role.name).toBe(true);
  if (role.rotation === "never") expect(changed, role.name).toBe(false);
}

function expectPresented(role: Role, act: Act, stored: StoredGrant | undefined): void {
  if (role.presents === "nothing") return;
  const [exchange] = act.requests(role).filter(({ endpoint }) => endpoint === "token");
  expect(exchange?.fingerprint, role.name).toBe(fingerprint(presentedOf(role, stored)));
}
