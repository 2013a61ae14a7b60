import { faults, type Fault } from "tokenward-counterparts/backend";
import { describe, expect, test } from "vitest";
import { setBackendScene, type BackendScene } from "./harness/backends/backend-scene.ts";
import {
  cellInWords,
  deliveries,
  moments,
  proveCell,
  type Delivery,
  type FaultCell,
  type Moment,
} from "./harness/backends/fault-cell.ts";
import { workOff } from "./harness/backends/lanes.ts";
import { backendNames, backendObjection, type BackendName } from "./harness/backends/real-backends.ts";
import { chosen, seed, seededRandom } from "./harness/seed.ts";

const full = process.env["TOKENWARD_SCALE"] === "full" || process.env["TOKENWARD_SCALE"] === "soak";

// A fault is one of the whole backend, so each lane has a backend of its own. Most of a cell is waiting.
const lanes = full ? 3 : 1;

/**
 * Every backend, every fault, every moment: a token is spent only where the probe had succeeded, and never lost; one
 * alert says what to do, and the token is delivered as soon as the backend works again.
 */
describe("a backend that fails", () => {
  for (const name of backendNames) {
    test.concurrent(name, async (context) => {
      const objection = await backendObjection(name);
      context.skip(objection !== undefined, objection);
      const cells = plan(name);
      const scenes = await Promise.all(Array.from({ length: lanes }, async () => await setBackendScene(name)));
      const sentences: Said[] = [];
      try {
        const failures = await workOff(
          cells,
          scenes,
          async (cell: FaultCell, scene: BackendScene) => {
            sentences.push({ ...cell, sentence: await proveCell(scene, cell) });
          },
          cellInWords,
        );
        if (full) console.log(inTable(name, sentences));
        expect(failures, `TOKENWARD_SEED=${String(seed)}`).toEqual([]);
        for (const { sandbox } of scenes)
          expect(await sandbox.control.counts()).toMatchObject({ replays: 0, revocations: 0 });
        for (const moment of moments) expect(sameSentences(sentences, moment)).toEqual([]);
      } finally {
        for (const scene of scenes) await scene.close();
      }
    });
  }
});

interface Said {
  readonly fault: Fault;
  readonly moment: Moment;
  readonly sentence: string;
}

/**
 * All faults at each moment from the probe on; in the small form each backend gets some, and all together get every one,
 * and every delivery.
 */
function plan(name: BackendName): readonly FaultCell[] {
  const random = seededRandom();
  const pick = <T>(values: readonly T[]): T => values[Math.floor(random() * values.length)] as T;
  const shuffled = chosen(faults, faults.length, random);
  const turn = (at: number): number => backendNames.indexOf(name) * moments.length + at;
  const dealt = (at: number): readonly Fault[] => [shuffled[turn(at) % shuffled.length] as Fault];
  const all = moments.flatMap((moment, at) =>
    // Whether a run that finds its store broken spends anything is asked of one fault a backend; the other moments, of all.
    (full && moment !== "before the run" ? faults : dealt(at)).map((fault): FaultCell => ({
      fault,
      // A save that is not answered waits eight times; that is for the full form.
      moment: !full && fault === "timeout" ? "at the probe" : moment,
      first: random() < 0.3 ? "imported" : "from the environment",
      delivery: full ? pick(deliveries) : (deliveries[turn(at) % deliveries.length] as Delivery),
      insist: full && fault !== "timeout" && random() < 0.3,
    })),
  );
  const mixed = chosen(all, all.length, seededRandom(seed + backendNames.indexOf(name)));
  // What waits longest begins first.
  return mixed.toSorted((one, other) => Number(other.fault === "timeout") - Number(one.fault === "timeout"));
}

/** Faults of one moment that are told apart by nothing. */
function sameSentences(said: readonly Said[], moment: Moment): readonly string[] {
  const faultsOf = new Map<string, Fault[]>();
  for (const { fault, sentence } of said.filter((one) => one.moment === moment)) {
    faultsOf.set(sentence, [...(faultsOf.get(sentence) ?? []), fault]);
  }
  return [...faultsOf]
    .filter(([, sharing]) => sharing.length > 1)
    .map(([sentence, sharing]) => `${moment}: ${sharing.join(" = ")}: ${sentence}`);
}

function inTable(name: string, said: readonly Said[]): string {
  const lines = faults.flatMap((fault) => {
    const ofFault = said.filter((one) => one.fault === fault);
    const sentences = new Set(ofFault.map(({ sentence }) => sentence));
    return [`${name}, ${fault}:`, ...[...sentences].map((sentence) => `  ${sentence}`)];
  });
  return lines.join("\n");
}
