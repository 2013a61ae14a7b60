import { inspect } from "node:util";
import type { PluginIO, WriteBack } from "@tokenward/core/plugin";
import { memoryWriteBack, type MemoryWriteBack } from "../memory-write-back.ts";
import { testIO } from "../test-io.ts";
import type { WriteBackFixture } from "../write-back/fixture.ts";
import { id } from "../write-back/ground.ts";
import { gated, openGate, type Gate } from "./gate.ts";
import { stagedWriteBack, type StagedPlace } from "./staged-write-back.ts";

/** A write-back with one defect, and the case that is meant to find it. */
export interface BrokenWriteBack {
  readonly defect: string;
  readonly caughtBy: string;
  /** Part of the message with which it is found. */
  readonly saying: RegExp;
  create(): WriteBackFixture;
}

/** A sound write-back with what it is made of. */
export interface Sound {
  readonly writeBack: WriteBack;
  readonly gate: Gate;
  readonly memory: MemoryWriteBack;
}

/** What is put in place of some members; each instance that a fixture makes gets its own. */
export type Change = (sound: Sound) => Partial<WriteBack>;

/** The fixture of a write-back in memory behind a gate. */
export function memoryFixture(
  change: Change = () => ({}),
  more: Partial<WriteBackFixture> = {},
  options: Parameters<typeof memoryWriteBack>[0] = {},
): WriteBackFixture {
  const memory = memoryWriteBack(options);
  const gate = openGate();
  const create = (): WriteBack => {
    const writeBack = gated(memory, gate);
    return { ...writeBack, ...change({ writeBack, gate, memory }) };
  };
  return {
    writeBack: create(),
    io: testIO(),
    another: async () => create(),
    // What a log or a dump of the process would show of it.
    contents: async () => {
      const stored = memory.stored(id);
      return new Map([["memory", Buffer.from(`${JSON.stringify(stored)}${inspect(stored)}`)]]);
    },
    ...gate.hooks,
    dispose: async () => undefined,
    ...more,
  };
}

/** The fixture of a place that takes two writes for one save. */
export function stagedFixture(
  change: (writeBack: WriteBack, place: StagedPlace, gate: Gate) => Partial<WriteBack> = () => ({}),
): WriteBackFixture {
  const place: StagedPlace = new Map();
  const gate = openGate();
  const create = (): WriteBack => {
    const writeBack = stagedWriteBack(place, gate);
    return { ...writeBack, ...change(writeBack, place, gate) };
  };
  return {
    writeBack: create(),
    another: async () => create(),
    contents: async () => new Map([["stages", Buffer.from(inspect(place, { depth: 9 }))]]),
    ...gate.hooks,
    tooLong: undefined,
    dispose: async () => undefined,
  };
}

/** Breaks the write-back in memory. */
export function broken(
  defect: string,
  caughtBy: string,
  saying: RegExp,
  change: Change,
  more: Partial<WriteBackFixture> = {},
): BrokenWriteBack {
  return { defect, caughtBy, saying, create: () => memoryFixture(change, more) };
}

/** Breaks the one that takes two writes. */
export function brokenStages(
  defect: string,
  caughtBy: string,
  saying: RegExp,
  change: Parameters<typeof stagedFixture>[0],
): BrokenWriteBack {
  return { defect, caughtBy, saying, create: () => stagedFixture(change) };
}

/** Lets others go on, as any call over a network does. */
export async function turn(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
}

/** Changes what a rejection says. */
export async function saying<T>(work: Promise<T>, change: (error: Error) => Error): Promise<T> {
  try {
    return await work;
  } catch (error) {
    throw change(error as Error);
  }
}

/** The same outside world with no end to a call. */
export function endless(io: PluginIO): PluginIO {
  return { ...io, signal: new AbortController().signal };
}
