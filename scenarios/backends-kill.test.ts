import { refreshSteps } from "@tokenward/core";
import { describe, expect, test } from "vitest";
import { setBackendScene, type FirstToken } from "./harness/backends/backend-scene.ts";
import {
  endings,
  strikeInWords,
  strikeJob,
  type Ending,
  type EphemeralPoint,
  type EphemeralStrike,
} from "./harness/backends/ephemeral-strike.ts";
import { workOff } from "./harness/backends/lanes.ts";
import { backendNames, backendObjection, type BackendName } from "./harness/backends/real-backends.ts";
import { seed, seededRandom } from "./harness/seed.ts";

const scale = process.env["TOKENWARD_SCALE"] ?? "small";
const atRandom = { small: 3, full: 24, soak: 400 }[scale] ?? 3;
const lanes = scale === "small" ? 1 : 2;

/** Milliseconds in which a backend writes: what random kills must hit. */
const writing: Readonly<Record<BackendName, number>> = { gitlab: 40, aws: 60, gcp: 60, sops: 400 };

const everyEvent = refreshSteps.flatMap((step) => [`${step}:start`, `${step}:end`]);
const worst = ["intent:end", "send:end", "save:start", "save:end"];

/** The runner's disk dies with each job, so that only what stands beside the grant can tell of an exchange that was cut off. */
describe("jobs that are killed on a runner that keeps nothing", () => {
  for (const name of backendNames) {
    test.concurrent(`${name}: what is in doubt is always found out, and never presented again`, async (context) => {
      const objection = await backendObjection(name);
      context.skip(objection !== undefined, objection);
      const strikes = plan(name, seededRandom());
      const scenes = await Promise.all(Array.from({ length: lanes }, async () => await setBackendScene(name, 10_000)));
      const seen = new Map<Ending, number>();
      try {
        const failures = await workOff(
          strikes,
          scenes,
          async (strike, scene) => {
            const ending = await strikeJob(scene, strike);
            seen.set(ending, (seen.get(ending) ?? 0) + 1);
          },
          strikeInWords,
        );
        const summary = endings.map((ending) => `${ending} ${String(seen.get(ending) ?? 0)}`).join(", ");
        console.log(`${name}: ${String(strikes.length)} jobs killed: ${summary}. TOKENWARD_SEED=${String(seed)}`);
        expect(failures, `TOKENWARD_SEED=${String(seed)}`).toEqual([]);
        // A plan that hits nothing proves nothing.
        for (const ending of ["untouched", "kept", "healed", "in doubt"] as const)
          expect(seen.get(ending) ?? 0, ending).toBeGreaterThan(0);
        for (const { sandbox } of scenes)
          expect(await sandbox.control.counts()).toMatchObject({ replays: 0, revocations: 0 });
      } finally {
        for (const scene of scenes) await scene.close();
      }
    });
  }
});

function plan(name: BackendName, random: () => number): readonly EphemeralStrike[] {
  const pick = <T>(values: readonly T[]): T => values[Math.floor(random() * values.length)] as T;
  const strike = (platform: EphemeralStrike["platform"], point: EphemeralPoint): EphemeralStrike => ({
    platform,
    point,
    first: pick<FirstToken>(["imported", "from the environment"]),
    consentAgain: random() < 0.3,
  });
  const strict = (scale === "small" ? ["probe:end", ...worst] : everyEvent).map((at) => strike("tiktok", { at }));
  const forgiving = (scale === "small" ? worst.slice(1, 2) : everyEvent.slice(everyEvent.indexOf("probe:start"))).map(
    (at) => strike(pick(["crm-grace", "crm-retry-safe"]), { at }),
  );
  const scattered = Array.from({ length: atRandom }, () =>
    strike(random() < 0.7 ? "tiktok" : pick(["crm-grace", "crm-retry-safe"]), {
      after: pick(["intent:start", "send:start", "save:start", "save:start"]),
      milliseconds: Math.floor(random() * writing[name]),
    }),
  );
  return [...strict, ...forgiving, ...scattered];
}
