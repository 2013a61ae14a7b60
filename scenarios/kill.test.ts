import { refreshSteps } from "@tokenward/core";
import type { Sandbox } from "@tokenward/sandbox";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startWatched } from "./harness/cli.ts";
import { connect, consentAgain, createScenarioSandbox, type ScenarioPlatform } from "./harness/platforms.ts";
import { seed, seededRandom } from "./harness/seed.ts";
import { planStrikes, strikeInWords, type Strike, type Undisturbed } from "./harness/strike-plan.ts";
import { StrikeSummary } from "./harness/strike-summary.ts";
import { fellIntoGap, judgeStrike } from "./harness/strike-verdict.ts";
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
  const summary = new StrikeSummary();
  const failures: string[] = [];
  let gap = 0;
  const lane = async (machine: Machine): Promise<void> => {
    for (let strike = queue.shift(); strike !== undefined; strike = queue.shift()) {
      const victim = machine.get(strike.platform) as Victim;
      try {
        const evidence = await strikeOnce(sandbox, victim, strike);
        const verdict = judgeStrike(evidence);
        if (fellIntoGap(evidence)) gap += 1;
        summary.add(strike, verdict);
        if (verdict === "in doubt") await replace(machine, victim, strike);
      } catch (error) {
        summary.add(strike, "FAILED");
        failures.push(`${strikeInWords(strike)}: ${String(error)}`);
        await replace(machine, victim, strike);
      }
    }
  };
  await Promise.all(machines.map(lane));

  console.log(
    `${String(summary)}\n\n${String(gap)} answers arrived in processes that were killed before they were durable; ` +
      `none of their tokens was presented again. (TOKENWARD_SEED=${String(seed)})`,
  );
  expect(failures, `TOKENWARD_SEED=${String(seed)}`).toEqual([]);
  // A plan that hits nothing proves nothing.
  for (const verdict of ["untouched", "kept", "healed", "in doubt", "stopped", "finished"] as const) {
    expect(summary.total(verdict), verdict).toBeGreaterThan(0);
  }
  expect(await sandbox.control.counts()).toMatchObject({ replays: 0, revocations: 0 });
});

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
