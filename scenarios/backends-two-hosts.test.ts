import { describe, expect, test } from "vitest";
import { setBackendScene, type FirstToken } from "./harness/backends/backend-scene.ts";
import {
  emptyTally,
  killPoints,
  stallPoints,
  roundInWords,
  tryRound,
  type Round,
  type Tally,
} from "./harness/backends/encounter-rounds.ts";
import { workOff } from "./harness/backends/lanes.ts";
import {
  backendNames,
  backendObjection,
  exclusiveBackends,
  type BackendName,
} from "./harness/backends/real-backends.ts";
import { chosen, seed, seededRandom } from "./harness/seed.ts";

const scale = process.env["TOKENWARD_SCALE"] ?? "small";
const small = scale === "small";
const times = { small: 1, full: 3, soak: 60 }[scale] ?? 1;
const lanes = small ? 1 : 2;

/** Milliseconds between the first and the last machine of a race at most: what a claim takes. */
const spread: Readonly<Record<BackendName, number>> = { gitlab: 12, aws: 30, gcp: 20, sops: 300 };

/**
 * Machines without any common state but the place where the grant is kept. Where that place turns the second of two
 * claims away, there is one exchange, whatever happens. Elsewhere there is a window: it is measured here, and whatever
 * is lost in it is said.
 */
describe("several machines that refresh one grant at once", () => {
  for (const name of backendNames) {
    const exclusive = exclusiveBackends.includes(name);
    const promise = exclusive ? "one exchange, and never a replay" : "what is lost in the window is always said";
    test.concurrent(`${name}: ${promise}`, async (context) => {
      const objection = await backendObjection(name);
      context.skip(objection !== undefined, objection);
      const random = seededRandom(seed + backendNames.indexOf(name));
      const rounds = plan(name, random);
      const scenes = await Promise.all(Array.from({ length: lanes }, async () => await setBackendScene(name)));
      const tallies = { race: emptyTally(), window: emptyTally(), killed: emptyTally(), stalled: emptyTally() };
      try {
        const failures = await workOff(
          rounds,
          scenes,
          async (round, scene) => {
            const first: FirstToken = random() < 0.5 ? "imported" : "from the environment";
            await tryRound(scene, round, { first, exclusive, tally: tallies[round.kind] });
          },
          roundInWords,
        );
        for (const kind of ["race", "window"] as const) console.log(inNumbers(name, kind, tallies[kind]));
        expect(failures, `TOKENWARD_SEED=${String(seed)}`).toEqual([]);
        // Otherwise nobody was in the window, and nothing was proven about it.
        if (!exclusive) expect(tallies.window.spentTwice).toBe(tallies.window.rounds);
      } finally {
        for (const scene of scenes) await scene.close();
      }
    });
  }
});

function plan(name: BackendName, random: () => number): readonly Round[] {
  const offsets = (machines: number): readonly number[] =>
    Array.from({ length: machines }, () => Math.floor(random() * spread[name]));
  // Where there is a window, it is looked for more often; a file of SOPS takes a dozen programs for each run.
  const often = { gitlab: 5 * times, aws: 2 * times, gcp: 2 * times, sops: times }[name];
  const races = Array.from({ length: small ? Number(name !== "gcp") : often }, (_, index) =>
    offsets(index % 3 === 2 ? 4 : 2),
  );
  const windows = Array.from({ length: small && name === "sops" ? 0 : times }, () => (random() < 0.5 ? 0 : 1));
  // A checkout's claim is published by git, which nothing here can stop in the middle.
  const isStop = (at: string): boolean => name !== "sops" || at !== "claim:write";
  const stalls = stallPoints
    .filter(isStop)
    .flatMap((at) => (["tiktok", "crm-grace"] as const).map((platform): Round => ({ kind: "stalled", at, platform })));
  const kills = killPoints.filter(isStop).map((at): Round => ({ kind: "killed", at }));
  const all: readonly Round[] = [
    ...races.map((apart): Round => ({ kind: "race", offsets: apart })),
    ...windows.map((firstSender): Round => ({ kind: "window", firstSender })),
    ...chosen(kills, small ? Number(name !== "gcp") : name === "gitlab" ? kills.length : 4, random),
    ...chosen(stalls, small ? Number(name === "gitlab" || name === "gcp") : 3, random),
  ];
  return chosen(all, all.length, random);
}

function inNumbers(name: BackendName, kind: "race" | "window", tally: Tally): string {
  const { rounds, claimedTwice, spentTwice, lost } = tally;
  const what = kind === "race" ? `let go within ${String(spread[name])} ms` : "forced into the window";
  return (
    `${name}: ${String(rounds)} times ${what}: both claimed ${String(claimedTwice)}, both sent ${String(spentTwice)}, ` +
    `grant lost ${String(lost)}, each said at once and by every next run. TOKENWARD_SEED=${String(seed)}`
  );
}
