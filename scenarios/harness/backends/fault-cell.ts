import assert from "node:assert/strict";
import { mkdtemp, writeFile } from "node:fs/promises";
import path from "node:path";
import { environmentPrefix } from "@tokenward/core/plugin";
import { fingerprint } from "@tokenward/sandbox";
import type { Fault } from "tokenward-counterparts/backend";
import type { StepEvents } from "../step-events.ts";
import type { BackendScene, FirstToken, KeptGrant, Told } from "./backend-scene.ts";
import { told } from "./backend-scene.ts";
import { stoppedAt } from "./stopped.ts";
import { capsulesIn, identityText, openCapsule } from "./recovery-capsule.ts";

/** When a backend begins to fail. */
export const moments = ["before the run", "at the probe", "between probe and save", "at the save"] as const;

/** One of {@link moments}. */
export type Moment = (typeof moments)[number];

/** By `auth recover` on the machine, by its next run, or from the capsule by a machine that knows nothing. */
export const deliveries = ["recover", "next refresh", "capsule"] as const;

/** One of {@link deliveries}. */
export type Delivery = (typeof deliveries)[number];

/** One square of the matrix. */
export interface FaultCell {
  readonly fault: Fault;
  readonly moment: Moment;
  readonly first: FirstToken;
  /** How the new token is delivered once the backend works again. */
  readonly delivery: Delivery;
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
  const kept = await scene.connect("tiktok", cell.first, { timeout: timeoutFor(cell, scene.backend) });
  try {
    const failed = await failingRun(scene, kept, cell);
    const sentence = await judgeFailure(kept, cell, failed);
    if (cell.insist) {
      const again = await kept.tell(["auth", "refresh", kept.name]);
      assert.equal(again.code, 1, "a second run found nothing wrong");
      assert.equal(
        (await kept.exchanges()).length,
        spends(cell) ? 1 : 0,
        "more was spent, although nothing can be saved",
      );
    }
    await scene.backend.heal();
    await judgeHealing(scene, kept, cell, failed.told.stderr);
    return sentence;
  } finally {
    await scene.backend.heal();
    await scene.sandbox.control.release();
    await kept.dispose();
  }
}

// An unanswered call takes that long. A busy machine must not make one of what is answered; reading Google's client alone
// takes a second. And where a backend does answer, its client's own patience must come first.
function timeoutFor({ fault }: FaultCell, { name }: BackendScene["backend"]): number {
  if (fault !== "timeout") return 15_000;
  return name === "gcp" ? 8_000 : 4_000;
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
  assert.doesNotMatch(status.detail, /\.\.|undefined|\(unknown\)/, "a sentence was put together wrongly");
  // What to do: an imperative, and then the command or the next run.
  assert.match(status.detail, spent ? /\S, then run `tokenward auth recover/ : /\S, then run again\./);

  const alerts = await kept.alerts();
  assert.deepEqual(
    alerts.map(({ edge, severity, code }) => ({ edge, severity, code })),
    [{ edge: "opened", severity: spent ? "critical" : "page", code: status.code }],
  );
  assert.equal(alerts[0]?.detail, status.detail);

  const capsules = capsulesIn(run.stderr);
  assert.equal(capsules.length, spent ? 1 : 0, "capsules are for tokens that could not be saved");
  for (const capsule of capsules) {
    const sealed = await openCapsule(capsule);
    assert.ok(sealed.includes(await kept.current()), "the capsule holds another token");
  }
  return inGeneral(status.detail, kept);
}

/** What is the same for every grant, so that faults can be compared by what was said about them. */
function inGeneral(detail: string, { name }: KeptGrant): string {
  return detail
    .replace(/ A recovery capsule of it is .*$/s, "")
    .replaceAll(name, "<grant>")
    .replaceAll(environmentPrefix(name), "<GRANT>")
    .replaceAll(/127\.0\.0\.1:\d+/g, "<address>");
}

async function judgeHealing(
  { backend }: BackendScene,
  kept: KeptGrant,
  cell: FaultCell,
  printed: string,
): Promise<void> {
  if (spends(cell) && cell.delivery === "capsule") await deliverElsewhere(backend, kept, printed);
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
}

/** A machine that has only the failed run's log and the identity. The second time, it says that there is nothing to do. */
async function deliverElsewhere(backend: BackendScene["backend"], kept: KeptGrant, printed: string): Promise<void> {
  const folder = await mkdtemp(path.join(kept.workspace.folder, "elsewhere-"));
  const [log, identity] = [path.join(folder, "job.log"), path.join(folder, "key.txt")];
  await writeFile(log, printed);
  await writeFile(identity, await identityText(), { mode: 0o600 });
  const command = ["auth", "recover", "--capsule", log, "--identity", identity];
  for (let time = 1; time <= 2; time++) {
    const delivered = await kept.tell(command, { elsewhere: true });
    assert.equal(delivered.code, 0, delivered.stdout + delivered.stderr);
    assert.equal(
      await storedPrint(backend, kept),
      fingerprint(await kept.current()),
      "the capsule brought another token",
    );
  }
  await kept.renew();
}

/** What a plain reader of the backend finds, as the ledger names it. */
export async function storedPrint(backend: BackendScene["backend"], { name }: KeptGrant): Promise<string | undefined> {
  const stored = await backend.refreshToken(name);
  return stored === undefined ? undefined : fingerprint(stored);
}
