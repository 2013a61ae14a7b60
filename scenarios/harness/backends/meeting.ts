import assert from "node:assert/strict";
import { fingerprint, type Consent, type LedgerEntry } from "@tokenward/sandbox";
import type { BackendScene, KeptGrant, Told } from "./backend-scene.ts";
import { storedPrint } from "./fault-cell.ts";
import { makeHosts, type Host, type HostRun } from "./host.ts";
import { importConsent } from "../platforms.ts";

/** Several machines that refresh one grant at the same time. */
export interface Encounter {
  readonly scene: BackendScene;
  readonly kept: KeptGrant;
  readonly hosts: readonly Host[];
}

/** What one encounter came to. */
export interface Meeting {
  readonly ends: readonly (Told & { readonly host: Host })[];
  /** How many went on from their claim to sending. */
  readonly claimed: number;
  readonly exchanges: readonly LedgerEntry[];
}

/** Lets so many machines know one grant. */
export async function prepare(
  scene: BackendScene,
  count: number,
  ...[platform, first]: Parameters<BackendScene["connect"]>
): Promise<Encounter> {
  const kept = await scene.connect(platform, first);
  return { scene, kept, hosts: await makeHosts(scene, kept, count) };
}

/** Forgets them. */
export async function partWith({ kept, hosts, scene }: Encounter): Promise<void> {
  await scene.sandbox.control.release();
  await Promise.all([kept, ...hosts.map(({ workspace }) => workspace)].map(async (one) => await one.dispose()));
}

/** Lets machines begin runs, sees to it that none is left behind, and reports in the order of the machines. */
export async function meet(
  { kept, hosts }: Encounter,
  work: (enter: (run: Promise<HostRun>) => Promise<HostRun>) => Promise<void>,
): Promise<Meeting> {
  const before = (await kept.exchanges()).length;
  const runs: HostRun[] = [];
  try {
    await work(async (starting) => {
      const run = await starting;
      runs.push(run);
      return run;
    });
  } catch (error) {
    for (const { watched } of runs) watched.process.kill("SIGKILL");
    await Promise.all(runs.map(async ({ ended }) => await ended));
    throw error;
  }
  // They entered in whatever order they came up.
  runs.sort((one, other) => hosts.indexOf(one.host) - hosts.indexOf(other.host));
  const ends = await Promise.all(runs.map(async ({ host, ended }) => ({ host, ...(await ended) })));
  await Promise.all(runs.map(async ({ watched }) => await watched.events.end()));
  return {
    ends,
    claimed: runs.filter(({ watched }) => watched.events.has("send:start")).length,
    exchanges: (await kept.exchanges()).slice(before),
  };
}

/** All have looked and probed before the first one claims; then they are let go so many milliseconds after each other. */
export async function race(encounter: Encounter, offsets: readonly number[]): Promise<Meeting> {
  const { hosts } = encounter;
  return await meet(encounter, async (enter) => {
    const runs = await Promise.all(hosts.map(async (host) => await enter(host.start([["intent:start", "SIGSTOP"]]))));
    for (const run of runs) await standsAt(run, "intent:start");
    await Promise.all(runs.map(async (run, index) => await goOnAfter(run, offsets[index] ?? 0)));
  });
}

async function goOnAfter(run: HostRun, milliseconds: number): Promise<void> {
  // The one thing that is meant to happen at a random time.
  if (milliseconds > 0) await new Promise((resolve) => setTimeout(resolve, milliseconds));
  run.goOn();
}

/**
 * Both have read everything that a claim depends on, and stand before writing it. The first one writes, and is stopped
 * again before it sends; then the second one writes. Whoever is let go first sends first.
 */
export async function insideTheWindow(
  encounter: Encounter,
  firstSender: number,
  event = "claim:write",
): Promise<Meeting> {
  return await meet(encounter, async (enter) => {
    const stops = [
      [event, "SIGSTOP"],
      ["intent:end", "SIGSTOP"],
    ] as const;
    const runs = await Promise.all(encounter.hosts.map(async (host) => await enter(host.start(stops))));
    for (const run of runs) await standsAt(run, event);
    const claiming: HostRun[] = [];
    for (const run of runs) {
      run.goOn();
      if (await run.stopped("intent:end")) claiming.push(run);
    }
    assert.ok(claiming.length > 0, "nobody's claim was written");
    const order = firstSender === 0 ? claiming : claiming.toReversed();
    for (const run of order) {
      run.goOn();
      await run.ended;
    }
  });
}

/** Both stand before their claims; one goes on and is killed at an event, then the other goes on. */
export async function oneKilled(encounter: Encounter, event: string): Promise<Meeting> {
  const [victim, other] = encounter.hosts;
  return await meet(encounter, async (enter) => {
    if (victim === undefined || other === undefined) throw new Error("two machines are needed");
    const runs = await Promise.all([
      enter(
        victim.start([
          ["intent:start", "SIGSTOP"],
          [event, "SIGKILL"],
        ]),
      ),
      enter(other.start([["intent:start", "SIGSTOP"]])),
    ]);
    for (const run of runs) await standsAt(run, "intent:start");
    for (const run of runs) {
      run.goOn();
      await run.ended;
    }
    // What the killed process had sent may still be on its way.
    await encounter.scene.sandbox.control.idle();
  });
}

/**
 * One stands still, and its clock with it, for longer than a claim lives; the other one does a whole run meanwhile. Then
 * the first goes on, believing that no time has passed.
 */
export async function oneStalled(encounter: Encounter, event: string, seconds: number): Promise<Meeting> {
  const [stalled, other] = encounter.hosts;
  return await meet(encounter, async (enter) => {
    if (stalled === undefined || other === undefined) throw new Error("two machines are needed");
    const run = await enter(stalled.start([[event, "SIGSTOP"]]));
    await standsAt(run, event);
    await encounter.scene.time.pass(seconds);
    await (
      await enter(other.start())
    ).ended;
    run.goOn();
  });
}

async function standsAt(run: HostRun, event: string): Promise<void> {
  if (await run.stopped(event)) return;
  run.watched.process.kill("SIGKILL");
  const { stdout, stderr } = await run.ended;
  assert.fail(`it ended before ${event}, or passed it by: ${stdout}${stderr}`);
}

/** What the backend holds is what the platform would exchange next. */
export async function assertCurrent({ scene, kept }: Encounter): Promise<void> {
  const [stored, current] = [await storedPrint(scene.backend, kept), fingerprint(await kept.current())];
  assert.equal(stored, current, "what is stored is not current");
}

/** A human consents anew and imports it on the machine where the grant was first connected. */
export async function consentAgain({ scene, kept }: Encounter): Promise<Consent> {
  const consent = await scene.sandbox.control.regrant(kept.grant.consent.grantId);
  await kept.renew();
  await importConsent(kept.workspace, kept.name, consent, kept.environment());
  return consent;
}
