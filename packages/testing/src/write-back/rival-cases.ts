import assert from "node:assert/strict";
import { nothingStored, sameSecret, type StoredGrant, type Version, type WriteBack } from "@tokenward/core/plugin";
import type { WriteBackCase } from "./fixture.ts";
import { assertTold, conflict, id, isEqual, need, underWay, writeBackCase, type Ground } from "./ground.ts";
import { mixtureIn } from "./mixture.ts";
import { comparable, rivalOf, versionOf } from "./samples.ts";

/** One of two that save at the same moment. */
interface Rival {
  readonly writeBack: WriteBack;
  readonly next: StoredGrant;
  readonly result: PromiseSettledResult<void>;
}

/** Of two that replace the same grant, `atomic` lets one through; with `checked` both may get through, but it comes out. */
export const rivalCases: readonly WriteBackCase[] = [
  writeBackCase("of two saves at once one wins, whole", async (ground) => {
    const first = await ground.saved(1);
    await saveAtOnce(ground, await ground.grant(2), versionOf(first));
  }),

  writeBackCase("of two first saves at once one wins, whole", async (ground) => {
    await saveAtOnce(ground, await ground.grant(1), nothingStored);
  }),

  writeBackCase(
    "a rival's save between the comparison and the write is not lost without anybody hearing of it",
    async (ground) => {
      const { writeBack, io, fixture, grant, saved, other } = ground;
      const first = await saved(1);
      const [slow, quick] = [await grant(2), rivalOf(await grant(2), await grant(8))];
      const rival = await other();
      const pause = await need(fixture.pauseWrite)();
      const saving = writeBack.save(id, slow, versionOf(first), io);
      const settled = Promise.allSettled([saving]);
      await underWay(pause, saving);
      const seen = comparable(await rival.read(id, io));
      assert.deepEqual(seen, comparable(first), "a save that has not reached the place can be read");
      const [outcome] = await Promise.allSettled([rival.save(id, quick, versionOf(first), io)]);
      pause.release();
      const [slowly] = await settled;
      assert.equal(outcome.status, "fulfilled", "a rival was turned away although nothing was written");
      await judge(ground, [
        { writeBack, next: slow, result: slowly },
        { writeBack: rival, next: quick, result: outcome },
      ]);
    },
    ["pauseWrite"],
  ),
];

async function saveAtOnce(ground: Ground, next: StoredGrant, expected: Version): Promise<void> {
  const { writeBack, io, grant, other } = ground;
  const rival = await other();
  const theirs = rivalOf(next, await grant(8));
  const [ours, their] = await Promise.allSettled([
    writeBack.save(id, next, expected, io),
    rival.save(id, theirs, expected, io),
  ]);
  await judge(ground, [
    { writeBack, next, result: ours },
    { writeBack: rival, next: theirs, result: their },
  ]);
}

async function judge({ writeBack, io, grant }: Ground, rivals: readonly Rival[]): Promise<void> {
  const atomic = writeBack.traits.compareAndSwap === "atomic";
  const saved = rivals.filter(({ result }) => result.status === "fulfilled").length;
  assert.ok(saved > 0, "both saves were refused");
  assert.ok(saved === 1 || !atomic, "both saves were accepted, and one of them is lost");
  const found = await writeBack.read(id, io);
  const standing = rivals.find(({ next }) => sameSecret(next.refreshToken, found?.refreshToken));
  assert.ok(standing !== undefined, "what is stored is neither of the two");
  // Where nothing is atomic, who lost may have written a part of its own before it found out: then that part is unknown.
  const right = atomic
    ? isEqual(comparable(found), comparable(standing.next))
    : mixtureIn(
        found,
        rivals.map(({ next }) => next),
      ) === undefined;
  assert.ok(right, "what is stored is neither of the two, but a mix of them");
  assert.equal(standing.result.status, "fulfilled", "the save that stands was reported as refused");
  for (const { writeBack: rival, next, result } of rivals) {
    if (next === standing.next) continue;
    if (result.status === "rejected") assertTold(result.reason, writeBack);
    else {
      // It was told that its token is saved. It finds out at its next step, and nothing is written over unseen.
      const later = rival.save(id, await grant((next.generation ?? 0) + 1), versionOf(next), io);
      await conflict(later, "a lost save was never noticed");
      assert.deepEqual(comparable(await writeBack.read(id, io)), comparable(found), "who lost wrote over what stands");
    }
  }
}
