import assert from "node:assert/strict";
import { fingerprint, type Consent } from "@tokenward/sandbox";
import type { Told } from "./backend-scene.ts";
import { storedPrint } from "./fault-cell.ts";
import type { Host } from "./host.ts";
import { assertCurrent, consentAgain, type Encounter, type Meeting } from "./meeting.ts";

// What a machine that came too late may say. Nothing is wrong then, and nothing was spent.
const refusals = ["ERR_AUTH_LEASE_BUSY", "ERR_WRITEBACK_CONFLICT", "ERR_WRITEBACK_UNWRITABLE"];

/** One exchanged; every other one has its token, or was turned away before it sent anything. */
export async function assertOneExchange(encounter: Encounter, meeting: Meeting): Promise<void> {
  const { ends, exchanges, claimed } = meeting;
  assert.equal(claimed, 1, `${String(claimed)} machines held a claim at once: ${inWords(meeting)}`);
  assert.deepEqual(
    exchanges.map(({ presented, outcome }) => ({ presented, outcome })),
    [{ presented: "current", outcome: "rotated" }],
    inWords(meeting),
  );
  assert.equal(ends.filter(({ status }) => status?.action === "rotated").length, 1, inWords(meeting));
  for (const end of ends) assertDoneOrRefused(end);
  await assertPeace(encounter);
  await assertCurrent(encounter);
}

function assertDoneOrRefused({ status, code, stdout, stderr }: Told): void {
  if (status?.action === "rotated" || status?.action === "healthy") {
    assert.deepEqual({ code, error: status.code, alert: status.alert }, { code: 0, error: null, alert: false }, stdout);
    return;
  }
  assert.equal(code, 1, stdout + stderr);
  assert.ok(refusals.includes(String(status?.code)), stdout + stderr);
}

/** Every machine goes on by itself. */
export async function assertAllGoOn(encounter: Encounter): Promise<void> {
  for (const host of encounter.hosts) await assertGoesOn(encounter, host);
}

/** A machine goes on by itself. */
export async function assertGoesOn(encounter: Encounter, host: Host | undefined): Promise<void> {
  const next = await host?.refresh();
  assert.ok(next !== undefined, "there is no such machine");
  const found = { code: next.code, action: next.status?.action, alert: next.status?.alert };
  assert.deepEqual(found, { code: 0, action: "rotated", alert: false }, next.stdout + next.stderr);
  await assertPeace(encounter);
  await assertCurrent(encounter);
}

/** Nothing was presented that the platform punishes. */
export async function assertPeace({ scene, kept }: Encounter): Promise<void> {
  const { replays, revocations } = await scene.sandbox.control.counts({ grant: kept.grant.consent.grantId });
  assert.deepEqual({ replays, revocations }, { replays: 0, revocations: 0 });
}

/**
 * Two presented the same token, and the platform ended the grant for it. Every machine says so at the latest with its
 * next run, by exit code, status and a critical alert; a new consent ends the trouble for all of them.
 *
 * @returns whether it was reported by one of the runs themselves
 */
export async function assertReported(encounter: Encounter, { ends }: Meeting): Promise<boolean> {
  for (const host of encounter.hosts) {
    const next = await host.refresh();
    assert.deepEqual(
      { code: next.code, action: next.status?.action, alert: next.status?.alert },
      { code: 1, action: "reauth-required", alert: true },
      `${host.name} does not say that the grant is lost: ${next.stdout}${next.stderr}`,
    );
    assert.equal((await openAlerts(host)).at(-1), "critical", host.name);
  }
  await assertHealedByConsent(encounter);
  return ends.some(({ status }) => status?.action === "reauth-required" || status?.code === "ERR_AUTH_REPLAYED");
}

async function openAlerts(host: Host): Promise<readonly string[]> {
  const edges = await host.alerts();
  return edges.filter(({ edge }) => edge !== "resolved").map(({ severity }) => severity);
}

/** Nobody presents the token; both say so and one of them names the other. A new consent ends it. */
export async function assertInDoubt(encounter: Encounter, found: Told, by: "journal" | { readonly claimOf: Host }) {
  const code = by === "journal" ? "ERR_AUTH_IN_DOUBT" : "ERR_AUTH_CLAIMED";
  assert.deepEqual(
    { exit: found.code, action: found.status?.action, code: found.status?.code, alert: found.status?.alert },
    { exit: 1, action: "in-doubt", code, alert: true },
    found.stdout + found.stderr,
  );
  if (by !== "journal") assert.ok(found.status?.detail.includes(by.claimOf.name), found.status?.detail);
  await assertPeace(encounter);
}

/** After a new consent every machine works again. */
export async function assertHealedByConsent(encounter: Encounter): Promise<void> {
  const { scene, kept, hosts } = encounter;
  const consent: Consent = await consentAgain(encounter);
  for (const host of hosts) {
    const next = await host.refresh();
    assert.deepEqual(
      { code: next.code, alert: next.status?.alert },
      { code: 0, alert: false },
      next.stdout + next.stderr,
    );
  }
  const stored = await storedPrint(scene.backend, kept);
  assert.equal(stored, fingerprint(await scene.sandbox.control.currentRefreshToken(consent.grantId)));
}

/** What each machine reported, for a failure. */
export function inWords({ ends, exchanges }: Meeting): string {
  const said = ends.map(
    ({ host, status, signal }) => `${host.name}: ${status?.action ?? String(signal)} ${status?.detail ?? ""}`,
  );
  return [...said, ...exchanges.map(({ presented, outcome }) => `${presented} ${outcome}`)].join("; ");
}
