import assert from "node:assert/strict";
import { hostname } from "node:os";
import { fingerprint, type LedgerEntry } from "@tokenward/sandbox";
import { importConsent } from "../platforms.ts";
import { told, type BackendScene, type FirstToken, type KeptGrant, type Told } from "./backend-scene.ts";
import { storedPrint } from "./fault-cell.ts";

/** When a process is killed: right at a step's event, or so many milliseconds after it. */
export type EphemeralPoint = { readonly at: string } | { readonly after: string; readonly milliseconds: number };

/** One CI job that is killed, and whose disk is gone with it. */
export interface EphemeralStrike {
  readonly platform: "tiktok" | "crm-grace" | "crm-retry-safe";
  readonly first: FirstToken;
  readonly point: EphemeralPoint;
  /** Whether a human consents anew where the grant is in doubt. */
  readonly consentAgain: boolean;
}

/** How it ended. Anything else is a failure of the product. */
export const endings = [
  /** Nothing had been sent; a later job did the work. */
  "untouched",
  /** The token was sent, and its successor was in the backend. */
  "kept",
  /** It was sent, nobody kept the answer, and the platform forgave. */
  "healed",
  /** Likewise, where presenting it again would end the grant: nothing is presented, and a human is told. */
  "in doubt",
  /** The job had ended by itself. */
  "missed",
] as const;

/** One of {@link endings}. */
export type Ending = (typeof endings)[number];

/** In words: `SIGKILL at save:start, tiktok (imported)`. */
export function strikeInWords({ platform, first, point }: EphemeralStrike): string {
  const where = "at" in point ? `at ${point.at}` : `${String(point.milliseconds)} ms after ${point.after}`;
  return `SIGKILL ${where}, ${platform} (${first})`;
}

// Longer than a claim lives, shorter than a platform forgives.
const untilClaimEnds = 600;

interface Job {
  readonly told: Told;
  readonly exchanges: readonly LedgerEntry[];
}

/**
 * Kills one job; the next comes at once, and one or two more when the claim that it left has ended. No job finds anything of an
 * earlier one but what stands in the backend.
 *
 * @throws AssertionError where a token was replayed, or lost without a word
 */
export async function strikeJob(scene: BackendScene, strike: EphemeralStrike): Promise<Ending> {
  const kept = await scene.connect(strike.platform, strike.first);
  try {
    const { struck, events } = await killedJob(scene, kept, strike);
    const next = await job(kept);
    await scene.time.pass(untilClaimEnds);
    const later = await job(kept);
    // Whatever was waited for must have an end that stays.
    const last = isWaiting(next) ? await job(kept) : later;
    return await judge(scene, kept, { strike, events, struck, jobs: [next, later, last] });
  } finally {
    await kept.dispose();
  }
}

async function killedJob(
  { sandbox }: BackendScene,
  kept: KeptGrant,
  { point }: EphemeralStrike,
): Promise<{ readonly struck: Job; readonly events: readonly string[] }> {
  const at = "at" in point ? { event: point.at, signal: "SIGKILL" as const } : undefined;
  const running = await kept.start(["auth", "refresh", kept.name, "--json"], { ephemeral: true, at });
  if ("after" in point) {
    await running.events.reached(point.after);
    // The one thing that is meant to happen at a random time.
    const timer = setTimeout(() => running.process.kill("SIGKILL"), point.milliseconds);
    await running.finished;
    clearTimeout(timer);
  }
  const finished = await running.finished;
  await running.events.end();
  // What the killed process had sent may still be on its way.
  await sandbox.control.idle();
  if ("at" in point) assert.equal(finished.signal, "SIGKILL", `not killed: ${finished.stdout}${finished.stderr}`);
  return { struck: { told: told(finished), exchanges: await kept.exchanges() }, events: running.events.names };
}

async function job(kept: KeptGrant): Promise<Job> {
  const before = (await kept.exchanges()).length;
  const ended = await kept.tell(["auth", "refresh", kept.name], { ephemeral: true });
  return { told: ended, exchanges: (await kept.exchanges()).slice(before) };
}

interface Evidence {
  readonly strike: EphemeralStrike;
  readonly events: readonly string[];
  readonly struck: Job;
  readonly jobs: readonly [next: Job, later: Job, last: Job];
}

async function judge(scene: BackendScene, kept: KeptGrant, evidence: Evidence): Promise<Ending> {
  const { struck, jobs } = evidence;
  const [next, later, last] = jobs;
  const counts = await scene.sandbox.control.counts({ grant: kept.grant.consent.grantId });
  assert.deepEqual({ replays: counts.replays, revocations: counts.revocations }, { replays: 0, revocations: 0 });
  assert.ok(struck.exchanges.length <= 1, "the killed job sent more than one request");

  // A live claim is respected: it may be that of a job which still runs.
  const waiting = isWaiting(next);
  if (waiting) {
    assert.deepEqual(next.exchanges, [], "a job did not respect another one's claim");
    assert.equal(next.told.code, 1);
    assert.ok(evidence.events.includes("intent:start"), "a claim, although nothing was about to be sent");
  } else assertRotated(next);

  if (later.told.status?.action === "in-doubt") {
    await assertHonestDoubt(scene, kept, evidence);
    return "in doubt";
  }
  assertRotated(later);
  assertRotated(last);
  assert.equal(last.exchanges[0]?.presented, "current");
  assert.equal(
    await storedPrint(scene.backend, kept),
    fingerprint(await kept.current()),
    "what is stored is not current",
  );
  const [sent] = struck.exchanges;
  if (struck.told.signal === null) return "missed";
  if (sent === undefined) return "untouched";
  const [following] = (waiting ? later : next).exchanges;
  return following?.presented === "forgiven" ? "healed" : "kept";
}

function isWaiting({ told: { status } }: Job): boolean {
  return status?.code === "ERR_AUTH_LEASE_BUSY";
}

function assertRotated({ told: run, exchanges }: Job): void {
  assert.equal(run.code, 0, run.stdout + run.stderr);
  assert.equal(run.status?.code, null);
  assert.equal(exchanges.length, 1, "each job exchanges once");
  assert.ok(["current", "forgiven"].includes(String(exchanges[0]?.presented)), exchanges[0]?.presented);
}

// On a runner without a disk, an answer that was not saved is lost. That is known, and nobody tries again by himself.
async function assertHonestDoubt(
  scene: BackendScene,
  kept: KeptGrant,
  { strike, events, struck, jobs }: Evidence,
): Promise<void> {
  const [next, later, last] = jobs;
  assert.equal(strike.platform, "tiktok", "a platform that forgives leaves no doubt");
  assert.ok(events.includes("intent:start"), "in doubt, although nothing was about to be sent");
  assert.ok(!events.includes("save:end"), "the token had been saved");
  assert.equal(next.told.status?.code, "ERR_AUTH_LEASE_BUSY", "the claim was not respected while it lived");
  for (const { told: run, exchanges } of [later, last]) {
    assert.deepEqual(exchanges, [], "a token in doubt was presented again");
    assert.deepEqual(
      { code: run.code, action: run.status?.action, error: run.status?.code, alert: run.status?.alert },
      { code: 1, action: "in-doubt", error: "ERR_AUTH_CLAIMED", alert: true },
    );
    assert.ok(run.status?.detail.includes(hostname()), `it does not name the host: ${String(run.status?.detail)}`);
  }
  if (struck.exchanges.length === 0 && !strike.consentAgain) {
    // Nothing had been sent, which only a human can find out.
    const risked = await kept.tell(["auth", "recover", kept.name, "--retry-once"], { ephemeral: true });
    assert.equal(risked.code, 0, risked.stdout + risked.stderr);
    assert.equal(await storedPrint(scene.backend, kept), fingerprint(await kept.current()));
  }
  if (!strike.consentAgain) return;
  const { control } = scene.sandbox;
  const consent = await control.regrant(kept.grant.consent.grantId);
  await kept.renew();
  await importConsent(kept.workspace, kept.name, consent, { ...scene.backend.env, ...scene.time.env });
  const renewed = await kept.tell(["auth", "refresh", kept.name], { ephemeral: true });
  assert.equal(renewed.status?.action, "rotated", renewed.stdout + renewed.stderr);
  const stored = await storedPrint(scene.backend, kept);
  assert.equal(stored, fingerprint(await control.currentRefreshToken(consent.grantId)));
}
