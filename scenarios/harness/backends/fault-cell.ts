import assert from "node:assert/strict";
import { fingerprint } from "@tokenward/sandbox";
import type { Fault } from "tokenward-counterparts/backend";
import type { StepEvents } from "../step-events.ts";
import type { BackendScene, FirstToken, KeptGrant, Told } from "./backend-scene.ts";
import { told } from "./backend-scene.ts";
import { stoppedAt } from "./stopped.ts";
import { capsulesIn, openCapsule } from "./recovery-capsule.ts";

/** When a backend begins to fail. */
export const moments = ["before the run", "at the probe", "between probe and save", "at the save"] as const;

/** One of {@link moments}. */
export type Moment = (typeof moments)[number];

/** One square of the matrix. */
export interface FaultCell {
  readonly fault: Fault;
  readonly moment: Moment;
  readonly first: FirstToken;
  /** How the new token is delivered once the backend works again. */
  readonly delivery: "recover" | "next refresh";
  /** Whether one more run is made before it works again. */
  readonly insist: boolean;
}

/** In words: `throttled at the save (imported)`. */
export function cellInWords({ fault, moment, first, delivery }: FaultCell): string {
  return `${fault} ${moment} (${first}, ${delivery})`;
}

interface FailedRun {
  readonly told: Told;
  readonly events: StepEvents;
}

/**
 * Lets a backend fail during one run, heals it, and follows the token.
 *
 * @returns what the human was told
 * @throws AssertionError where a token was spent in vain, lost, or replayed, or where humans were not told exactly once
 */
export async function proveCell(scene: BackendScene, cell: FaultCell): Promise<string> {
  const kept = await scene.connect("tiktok", cell.first);
  try {
    const failed = await failingRun(scene, kept, cell);
    const sentence = await judgeFailure(kept, cell, failed);
    if (cell.insist) {
      const again = await kept.tell(["auth", "refresh", kept.name]);
      assert.equal(again.code, 1, "a second run found nothing wrong");
      assert.equal((await kept.exchanges()).length, spends(cell) ? 1 : 0, "more was spent, although nothing can be saved");
    }
    await scene.backend.heal();
    await judgeHealing(scene, kept, cell);
    return sentence;
  } finally {
    await scene.backend.heal();
    await scene.sandbox.control.release();
    await kept.dispose();
  }
}

/** Whether the probe had succeeded when the backend began to fail. */
function spends({ moment }: FaultCell): boolean {
  return moment === "between probe and save" || moment === "at the save";
}

async function failingRun({ backend, sandbox }: BackendScene, kept: KeptGrant, cell: FaultCell): Promise<FailedRun> {
  const refresh = ["auth", "refresh", kept.name, "--json"];
  switch (cell.moment) {
    case "before the run": {
      await backend.fail(cell.fault, "all");
      const running = await kept.start(refresh);
      return { told: told(await running.finished), events: running.events };
    }
    case "at the probe": {
      const running = await kept.start(refresh, { at: { event: "probe:start", signal: "SIGSTOP" } });
      try {
        const stopped = await stoppedAt(running, "probe:start");
        assert.ok(stopped, `the probe was not reached: ${stopped ? "" : (await running.finished).stdout}`);
        await backend.fail(cell.fault, "all");
      } finally {
        running.process.kill("SIGCONT");
      }
      return { told: told(await running.finished), events: running.events };
    }
    case "between probe and save":
    case "at the save": {
      const match = { grant: kept.grant.consent.grantId };
      const barrier = await sandbox.control.barrier({ match, at: "after" });
      const running = await kept.start(refresh);
      const ended = running.finished.then(({ stdout, stderr }) => `${stdout}${stderr}`);
      const early = await Promise.race([sandbox.control.held(barrier, 1).then(() => undefined), ended]);
      assert.equal(early, undefined, "the run ended before it sent anything");
      await backend.fail(cell.fault, cell.moment === "at the save" ? "save" : "all");
      await sandbox.control.release(barrier);
      return { told: told(await running.finished), events: running.events };
    }
  }
}

async function judgeFailure(kept: KeptGrant, cell: FaultCell, { told: run, events }: FailedRun): Promise<string> {
  const { status } = run;
  await events.end();
  assert.ok(status !== undefined, `no report: ${run.stdout}${run.stderr}`);
  const exchanges = await kept.exchanges();
  const spent = spends(cell);
  assert.equal(exchanges.length, spent ? 1 : 0, `${String(exchanges.length)} exchanges; ${status.detail}`);
  // Behind the probe, and only there, the intent is next.
  assert.equal(events.has("intent:start"), spent, "a probe was wrong");
  assert.deepEqual(
    { code: run.code, action: status.action, alert: status.alert },
    { code: 1, action: "failed", alert: true },
    status.detail,
  );
  const codes = spent ? ["ERR_WRITEBACK_SAVE_FAILED"] : ["ERR_WRITEBACK_UNWRITABLE", "ERR_WRITEBACK_UNREADABLE"];
  assert.ok(codes.includes(String(status.code)), `${String(status.code)}: ${status.detail}`);
  // What to do: an imperative, and then the command or the next run.
  assert.match(status.detail, spent ? /\S, then run `tokenward auth recover/ : /\S, then run again\./);

  const alerts = await kept.alerts();
  assert.deepEqual(
    alerts.map(({ edge, severity, code }) => ({ edge, severity, code })),
    [{ edge: "opened", severity: spent ? "critical" : "page", code: status.code }],
  );
  assert.equal(alerts[0]?.summary, status.detail);

  const capsules = capsulesIn(run.stderr);
  assert.equal(capsules.length, spent ? 1 : 0, "capsules are for tokens that could not be saved");
  for (const capsule of capsules) {
    const sealed = await openCapsule(capsule);
    assert.ok(sealed.includes(await kept.current()), "the capsule holds another token");
  }
  return status.detail.replaceAll(kept.name, "<grant>");
}

async function judgeHealing({ backend }: BackendScene, kept: KeptGrant, cell: FaultCell): Promise<void> {
  const recovering = spends(cell) && cell.delivery === "recover";
  const before = (await kept.exchanges()).length;
  const next = await kept.tell(["auth", recovering ? "recover" : "refresh", kept.name]);
  assert.equal(next.code, 0, next.stdout + next.stderr);
  assert.equal(next.status?.alert, false, next.stdout);
  const exchanges = await kept.exchanges();
  assert.equal(exchanges.length, before + (recovering ? 0 : 1));
  assert.ok(
    exchanges.every(({ presented, outcome }) => presented === "current" && outcome === "rotated"),
    JSON.stringify(exchanges),
  );
  assert.equal(await storedPrint(backend, kept), fingerprint(await kept.current()), "what is stored is not current");
  const edges = (await kept.alerts()).map(({ edge }) => edge);
  assert.deepEqual(edges, ["opened", "resolved"]);
  if (!recovering) return;

  // Whoever comes from elsewhere finds all that is needed.
  const elsewhere = await kept.tell(["auth", "refresh", kept.name], { elsewhere: true });
  assert.equal(elsewhere.status?.action, "rotated", elsewhere.stdout + elsewhere.stderr);
  assert.equal(await storedPrint(backend, kept), fingerprint(await kept.current()), "what is stored is not current");
}

/** What a plain reader of the backend finds, as the ledger names it. */
export async function storedPrint(backend: BackendScene["backend"], { name }: KeptGrant): Promise<string | undefined> {
  const stored = await backend.refreshToken(name);
  return stored === undefined ? undefined : fingerprint(stored);
}
