import { faults, type Fault } from "tokenward-counterparts/backend";
import { describe, expect, test } from "vitest";
import { setBackendScene, type BackendScene } from "./harness/backends/backend-scene.ts";
import { cellInWords, moments, proveCell, type FaultCell, type Moment } from "./harness/backends/fault-cell.ts";
import { workOff } from "./harness/backends/lanes.ts";
import { backendNames, backendObjection } from "./harness/backends/real-backends.ts";
import { chosen, seed, seededRandom } from "./harness/seed.ts";

const full = process.env["TOKENWARD_SCALE"] === "full" || process.env["TOKENWARD_SCALE"] === "soak";

// A fault is one of the whole backend, so each lane has a backend of its own.
const lanes = full ? 2 : 1;
const timeout = 1_500;

/** What is tried of each moment in the small form. */
const few = 2;

/**
 * Every backend, every fault, every moment: a token is spent only where the probe had succeeded, and never lost; one
 * alert says what to do, and the token is delivered as soon as the backend works again.
 */
describe("a backend that fails", () => {
  for (const name of backendNames) {
    test.concurrent(name, async (context) => {
      const objection = await backendObjection(name);
      context.skip(objection !== undefined, objection);
      const cells = plan(seededRandom());
      const scenes = await Promise.all(Array.from({ length: lanes }, async () => await setBackendScene(name, timeout)));
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

function plan(random: () => number): readonly FaultCell[] {
  const all = moments.flatMap((moment) =>
    (full ? faults : chosen(faults, few, random)).map((fault): FaultCell => ({
      fault,
      moment,
      first: random() < 0.5 ? "imported" : "from the environment",
      delivery: random() < 0.5 ? "recover" : "next refresh",
      insist: full && fault !== "timeout" && random() < 0.3,
    })),
  );
  return chosen(all, all.length, random);
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
