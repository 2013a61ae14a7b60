import { once } from "node:events";
import type { Readable } from "node:stream";
import { refreshSteps } from "@tokenward/core";
import type { Sandbox } from "@tokenward/sandbox";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { runJson, startWatched } from "./harness/cli.ts";
import { connect, consentAgain, createScenarioSandbox, type ScenarioPlatform } from "./harness/platforms.ts";
import { seed, seededRandom } from "./harness/seed.ts";
import type { ReportDocument } from "./harness/status-document.ts";
import { planStrikes, strikeInWords, type Strike, type Undisturbed } from "./harness/strike-plan.ts";
import { StrikeSummary } from "./harness/strike-summary.ts";
import { judgeStrike } from "./harness/strike-verdict.ts";
import { strikeOnce, type Victim } from "./harness/strike.ts";
import { createWorkspace } from "./harness/workspace.ts";

const sizes: Readonly<Record<string, number>> = { small: 200, full: 1_000, soak: 20_000 };
const runs = Number(process.env["KILL_RUNS"] ?? sizes[process.env["TOKENWARD_SCALE"] ?? "small"]);
const platforms = ["tiktok", "crm-grace", "crm-retry-safe", "youtube"] as const;
// Two cores: more lanes would only wait for each other.
const lanes = 2;

type Machine = Map<ScenarioPlatform, Victim>;

let sandbox: Sandbox;
const machines: Machine[] = [];

beforeAll(async () => {
  sandbox = await createScenarioSandbox();
  const made = await Promise.all(Array.from({ length: lanes }, createMachine));
  machines.push(...made);
});

afterAll(async () => {
  for (const machine of machines) for (const { workspace } of machine.values()) await workspace.dispose();
  await sandbox.close();
});

test(`no token is lost in ${String(runs)} processes that are killed or stopped`, async () => {
  const undisturbed = await runUndisturbed(machines[0] as Machine);
  const everyEvent = refreshSteps.flatMap((step) => [`${step}:start`, `${step}:end`]);
  // Else there would be a step that no barrier stands in.
  expect([...(undisturbed.get("tiktok")?.events ?? [])].toSorted()).toEqual(everyEvent.toSorted());

  const strikes = planStrikes(runs, undisturbed, seededRandom());
  const queue = [...strikes];
  const summary = new StrikeSummary(strikes);
  const failures: string[] = [];
  const lane = async (machine: Machine): Promise<void> => {
    for (let strike = queue.shift(); strike !== undefined; strike = queue.shift()) {
      const victim = machine.get(strike.platform) as Victim;
      try {
        const evidence = await strikeOnce(sandbox, victim, strike);
        const verdict = judgeStrike(evidence);
        summary.add(strike, verdict, evidence);
        if (verdict === "in doubt") await replace(machine, victim, strike);
      } catch (error) {
        summary.add(strike, "FAILED");
        failures.push(`${strikeInWords(strike)}: ${String(error)}`);
        await replace(machine, victim, strike);
      }
    }
  };
  await Promise.all(machines.map(lane));

  console.log(`${String(summary)}\nTOKENWARD_SEED=${String(seed)}`);
  expect(failures, `TOKENWARD_SEED=${String(seed)}`).toEqual([]);
  // A plan that hits nothing proves nothing.
  for (const verdict of ["untouched", "kept", "healed", "in doubt", "stopped", "finished"] as const) {
    expect(summary.total(verdict), verdict).toBeGreaterThan(0);
  }
  expect(await sandbox.control.counts()).toMatchObject({ replays: 0, revocations: 0 });
});

test("asked to stop while the platform answers, again and again, a process saves the answer before it ends", async () => {
  const { workspace, grant } = victimOn("tiktok");
  const barrier = await sandbox.control.barrier({ match: { grant: grant.consent.grantId }, at: "after" });
  const { process, finished } = startWatched(workspace, ["auth", "refresh", grant.name, "--json"]);
  await sandbox.control.held(barrier, 1);
  for (const signal of ["SIGTERM", "SIGINT", "SIGTERM"] as const) {
    const heard = once(process.stderr as Readable, "data");
    process.kill(signal);
    expect(String(await heard)).toContain(signal);
  }
  await sandbox.control.release(barrier);
  const { code, signal, stdout } = await finished;
  expect({ code, signal }).toEqual({ code: 0, signal: null });
  expect((JSON.parse(stdout) as ReportDocument).statuses).toMatchObject([{ action: "rotated", code: null }]);
  await expectAlive({ workspace, grant });
});

test("asked to stop while it waits for another process, a process ends and has sent nothing", async () => {
  const { workspace, grant } = victimOn("tiktok");
  const of = { grant: grant.consent.grantId };
  const before = await sandbox.control.counts(of);
  const holder = startWatched(workspace, ["auth", "refresh", grant.name], {
    at: { event: "read:start", signal: "SIGSTOP" },
  });
  // A stopped process would stay for ever where an expectation fails.
  onTestFinished(() => void holder.process.kill("SIGKILL"));
  expect(await holder.events.reached("read:start")).toBe(true);
  const waiting = startWatched(workspace, ["auth", "refresh", grant.name, "--json"]);
  expect(await waiting.events.reached("lease:start")).toBe(true);
  waiting.process.kill("SIGTERM");
  const { code, signal, stdout } = await waiting.finished;
  expect({ code, signal }).toEqual({ code: 1, signal: null });
  expect((JSON.parse(stdout) as ReportDocument).statuses).toMatchObject([{ code: "ERR_AUTH_INTERRUPTED" }]);
  expect(await sandbox.control.counts(of)).toEqual(before);
  holder.process.kill("SIGCONT");
  expect((await holder.finished).code).toBe(0);
  await expectAlive({ workspace, grant });
});

function victimOn(platform: ScenarioPlatform): Victim {
  const victim = machines[0]?.get(platform);
  if (victim === undefined) throw new Error(`nothing is connected to ${platform}`);
  return victim;
}

async function expectAlive({ workspace, grant }: Victim): Promise<void> {
  const of = { grant: grant.consent.grantId };
  const before = await sandbox.control.counts(of);
  const { code, document } = await runJson<ReportDocument>(workspace, ["auth", "refresh", grant.name]);
  expect(code).toBe(0);
  expect(document.statuses).toMatchObject([{ action: "rotated" }]);
  expect(await sandbox.control.counts(of)).toMatchObject({ rotations: before.rotations + 1, replays: 0 });
}

async function createMachine(): Promise<Machine> {
  const machine: Machine = new Map();
  for (const platform of platforms) {
    const workspace = await createWorkspace();
    const [grant] = await connect(sandbox, workspace, [{ platform }]);
    if (grant !== undefined) machine.set(platform, { workspace, grant });
  }
  return machine;
}

// What is in doubt stays so until a human consents again.
async function replace(machine: Machine, { workspace, grant }: Victim, { platform }: Strike): Promise<void> {
  machine.set(platform, { workspace, grant: await consentAgain(sandbox, workspace, grant) });
}

async function runUndisturbed(machine: Machine): Promise<ReadonlyMap<ScenarioPlatform, Undisturbed>> {
  const undisturbed = new Map<ScenarioPlatform, Undisturbed>();
  for (const [platform, { workspace, grant }] of machine) {
    const started = performance.now();
    const process = startWatched(workspace, ["auth", "refresh", grant.name]);
    const { code, stderr } = await process.finished;
    await process.events.end();
    expect(code, stderr).toBe(0);
    undisturbed.set(platform, { events: process.events.names, milliseconds: performance.now() - started });
  }
  return undisturbed;
}
