import assert from "node:assert/strict";
import {
  nothingStored,
  TokenwardError,
  type GrantShape,
  type PluginIO,
  type StoredGrant,
  type WriteBack,
} from "@tokenward/core/plugin";
import { testIO } from "../test-io.ts";
import type { PausedWrite, WriteBackCase, WriteBackFixture } from "./fixture.ts";
import { grantOf, versionOf } from "./samples.ts";

/** The grant that most cases are about. */
export const id = "tiktok/brand-a";

/** What a probe is told: a save brings two long tokens. */
export const shape: GrantShape = { longestToken: 4096, rotates: true };

/** One write-back with what every case needs of it. */
export interface Ground {
  readonly writeBack: WriteBack;
  readonly io: PluginIO;
  readonly fixture: WriteBackFixture;
  /** A grant of that generation, saved nowhere. */
  grant(generation: number, of?: string): Promise<StoredGrant>;
  /** The same after all saves up to that generation. */
  saved(generation: number, of?: string): Promise<StoredGrant>;
  /** Another process, where the fixture has one; else this one again. */
  other(): Promise<WriteBack>;
}

/** A write-back that has claims. */
export type Claiming = WriteBack & { readonly claim: NonNullable<WriteBack["claim"]> };

/** A write-back that leaves tombstones. */
export type Retiring = WriteBack & { readonly retire: NonNullable<WriteBack["retire"]> };

/** Makes a case. */
export function writeBackCase(
  name: string,
  run: (ground: Ground) => Promise<void>,
  needs: WriteBackCase["needs"] = [],
): WriteBackCase {
  return {
    name,
    needs,
    run: async (fixture) => {
      const { writeBack, io = testIO() } = fixture;
      const grant = async (generation: number, of: string = id): Promise<StoredGrant> =>
        grantOf(await writeBack.target(of, io), generation, of);
      const saved = async (generation: number, of: string = id): Promise<StoredGrant> => {
        let before = nothingStored;
        for (let next = 1; next < generation; next++) {
          const grown = await grant(next, of);
          await writeBack.save(of, grown, before, io);
          before = versionOf(grown);
        }
        const last = await grant(generation, of);
        await writeBack.save(of, last, before, io);
        return last;
      };
      const other = async (): Promise<WriteBack> => (await fixture.another?.()) ?? writeBack;
      await run({ writeBack, io, fixture, grant, saved, other });
    },
  };
}

/** Makes a case that only a write-back with claims must pass. */
export function claimCase(
  name: string,
  run: (claiming: Claiming, ground: Ground) => Promise<void>,
  needs: WriteBackCase["needs"] = [],
): WriteBackCase {
  return writeBackCase(
    name,
    async (ground) => {
      if (canClaim(ground.writeBack)) await run(ground.writeBack, ground);
    },
    needs,
  );
}

/** Makes a case that only a write-back with tombstones must pass. */
export function retireCase(
  name: string,
  run: (retiring: Retiring, ground: Ground) => Promise<void>,
  needs: WriteBackCase["needs"] = [],
): WriteBackCase {
  return writeBackCase(
    name,
    async (ground) => {
      if (canRetire(ground.writeBack)) await run(ground.writeBack, ground);
    },
    needs,
  );
}

export function canClaim(writeBack: WriteBack): writeBack is Claiming {
  return writeBack.claim !== undefined;
}

export function canRetire(writeBack: WriteBack): writeBack is Retiring {
  return writeBack.retire !== undefined;
}

/** What something was rejected with. */
export async function rejection(work: Promise<unknown>, otherwise: string): Promise<unknown> {
  try {
    await work;
  } catch (error) {
    return error;
  }
  throw new assert.AssertionError({ message: otherwise });
}

/** Passes where something was rejected as a conflict. */
export async function conflict(work: Promise<unknown>, otherwise: string): Promise<void> {
  assertConflict(await rejection(work, otherwise), "a conflict was reported as something else");
}

/** Whether an error is the conflict that the engine looks for. */
export function assertConflict(thrown: unknown, otherwise: string): void {
  const code = TokenwardError.is(thrown) ? thrown.code : "no TokenwardError";
  assert.equal(code, "ERR_WRITEBACK_CONFLICT", `${otherwise}: ${code}`);
}

/**
 * Whether who lost was told so: where the place itself compares, of a conflict; where rivals may get into each other's
 * way, at least of a failure, after which the engine looks again.
 */
export function assertTold(thrown: unknown, { traits }: WriteBack): void {
  if (traits.compareAndSwap === "atomic") assertConflict(thrown, "who lost was not told of a conflict");
  const known = TokenwardError.is(thrown) && thrown.code.startsWith("ERR_WRITEBACK_");
  assert.ok(known, "who lost was told of something else than its loss");
}

/** Waits until a paused write is under way, and fails where the work ended without one. */
export async function underWay({ reached }: PausedWrite, work: Promise<unknown>): Promise<void> {
  const ended = Promise.allSettled([work]).then(() => false);
  const paused = await Promise.race([reached.then(() => true), ended]);
  assert.ok(paused, "it ended without a write that `pauseWrite` could hold");
}

/** Whether two things are deeply equal. */
export function isEqual(left: unknown, right: unknown): boolean {
  try {
    assert.deepEqual(left, right);
    return true;
  } catch {
    return false;
  }
}

/** A member of the fixture that the case said it needs. */
export function need<T>(member: T | undefined): T {
  if (member === undefined) throw new TypeError("The fixture lacks what this case needs.");
  return member;
}
