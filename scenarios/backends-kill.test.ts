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
import { chosen, seed, seededRandom } from "./harness/seed.ts";

const scale = process.env["TOKENWARD_SCALE"] ?? "small";
const small = scale === "small";
/** How many of each sort; files of SOPS, where a job starts a dozen programs, get half of them. */
const many = { small: 0, full: 6, soak: 400 }[scale] ?? 0;
const lanes = small ? 1 : 2;

/** Milliseconds in which a backend writes: what random kills must hit. */
const writing: Readonly<Record<BackendName, number>> = { gitlab: 40, aws: 60, gcp: 60, sops: 400 };

const everyEvent = refreshSteps.flatMap((step) => [`${step}:start`, `${step}:end`]);
/** Before the probe nothing is written, and one event is like the other. */
const early = everyEvent.slice(0, everyEvent.indexOf("probe:start"));
const late = everyEvent.slice(early.length);

/** The runner's disk dies with each job, so that only what stands beside the grant can tell of an exchange that was cut off. */
describe("jobs that are killed on a runner that keeps nothing", () => {
  for (const name of backendNames) {
    test.concurrent(`${name}: what is in doubt is always found out, and never presented again`, async (context) => {
      const objection = await backendObjection(name);
      context.skip(objection !== undefined, objection);
      const strikes = plan(name, seededRandom(seed + backendNames.indexOf(name)));
      const scenes = await Promise.all(Array.from({ length: lanes }, async () => await setBackendScene(name)));
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
        const wanted: readonly Ending[] = isShort(name)
          ? ["kept", "in doubt"]
          : ["untouched", "kept", "healed", "in doubt"];
        for (const ending of wanted) expect(seen.get(ending) ?? 0, ending).toBeGreaterThan(0);
        for (const { sandbox } of scenes)
          expect(await sandbox.control.counts()).toMatchObject({ replays: 0, revocations: 0 });
      } finally {
        for (const scene of scenes) await scene.close();
      }
    });
  }
});

/** Whether only what differs from backend to backend is tried: what counts in the small form, where each job is slow. */
function isShort(name: BackendName): boolean {
  return small && (name === "gcp" || name === "sops");
}

function plan(name: BackendName, random: () => number): readonly EphemeralStrike[] {
  const pick = <T>(values: readonly T[]): T => values[Math.floor(random() * values.length)] as T;
  const strike = (platform: EphemeralStrike["platform"], point: EphemeralPoint): EphemeralStrike => ({
    platform,
    point,
    first: pick<FirstToken>(["imported", "from the environment"]),
    consentAgain: random() < 0.3,
  });
  const worst = pick(["intent:end", "send:end", "save:start"]);
  if (isShort(name)) return [worst, "save:end"].map((at) => strike("tiktok", { at }));
  const count = name === "sops" ? Math.ceil(many / 2) : many;
  const must = ["probe:end", worst, "save:end"];
  const further = small ? [] : [pick(early), ...chosen(late, name === "sops" ? 3 : late.length, random)];
  const strict = [...new Set([...must, ...further])].map((at) => strike("tiktok", { at }));
  const forgiving = ["send:end", ...chosen(late, count, random)].map((at) =>
    strike(pick(["crm-grace", "crm-retry-safe"]), { at }),
  );
  const scattered = Array.from({ length: count }, () =>
    strike(random() < 0.7 ? "tiktok" : pick(["crm-grace", "crm-retry-safe"]), {
      after: pick(["intent:start", "send:start", "save:start", "save:start"]),
      milliseconds: Math.floor(random() * writing[name]),
    }),
  );
  return [...strict, ...forgiving, ...scattered];
}
