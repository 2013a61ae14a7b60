import assert from "node:assert/strict";
import type { StoredGrant } from "@tokenward/core/plugin";
import type { WriteBackCase } from "./fixture.ts";
import { claimCase, id, need, retireCase, writeBackCase, type Ground } from "./ground.ts";
import { mixtureIn } from "./mixture.ts";
import { comparable, intentOf, versionOf } from "./samples.ts";

/** No save takes more writes than that. */
const mostWrites = 32;

/** Whoever reads while something changes, or after it broke off, finds nothing that nobody saved. */
export const wholeCases: readonly WriteBackCase[] = [
  writeBackCase("whoever reads while saves are under way finds whole grants", async (ground) => {
    const { writeBack, io, grant, saved, other } = ground;
    const grants = [await saved(1)];
    for (let generation = 2; generation <= 6; generation++) grants.push(await grant(generation));
    const reader = await other();
    const wrong: string[] = [];
    const saving = (async () => {
      for (const [index, next] of grants.entries())
        if (index > 0) await writeBack.save(id, next, versionOf(grants[index - 1] as StoredGrant), io);
    })();
    let done = false;
    const ended = saving.finally(() => (done = true));
    const reading = (async () => {
      while (!done) {
        const mixture = mixtureIn(await reader.read(id, io), grants);
        if (mixture !== undefined) wrong.push(mixture);
        await new Promise((resolve) => setImmediate(resolve));
      }
    })();
    await Promise.all([ended, reading]);
    assert.ok(wrong.length === 0, wrong[0]);
  }),

  writeBackCase(
    "a save that is cut off is old or new to whoever reads, and the same save again completes it",
    async (ground) => {
      const { writeBack, io, grant, saved } = ground;
      let stored = await saved(1);
      await cutEverywhere(ground, "save", async (cut) => {
        const next = await grant((stored.generation ?? 0) + 1);
        const before = versionOf(stored);
        const [result] = await cut(async () => await writeBack.save(id, next, before, io));
        const reader = await ground.other();
        const found = await reader.read(id, io);
        const mixture = mixtureIn(found, [stored, next]);
        assert.ok(mixture === undefined, mixture);
        if (result.status === "fulfilled")
          assert.deepEqual(comparable(found), comparable(next), "a save that was cut off was reported as done");
        const repeating = reader.save(id, next, before, io);
        await assert.doesNotReject(repeating, "the same save again was refused");
        const completed = await reader.read(id, io);
        assert.deepEqual(comparable(completed), comparable(next), "the same save again did not complete it");
        stored = next;
        return result;
      });
    },
    ["interrupt"],
  ),

  claimCase(
    "a claim that is cut off is there or not, and touches no token",
    async (writeBack, ground) => {
      const { io, saved } = ground;
      const stored = await saved(1);
      let open: string | undefined;
      await cutEverywhere(ground, "claim", async (cut, writes) => {
        const claim = `claim-${writes}`;
        const expected = { ...versionOf(stored), claim: open };
        const [result] = await cut(async () => await writeBack.claim(id, intentOf(stored, claim), expected, io));
        const reader = await ground.other();
        const found = await reader.read(id, io);
        assert.deepEqual(comparable(found), comparable(stored), "a claim that was cut off changed the grant");
        const known = found?.claim?.id === claim || (found?.claim?.id === open && result.status === "rejected");
        assert.ok(known, "a claim that was cut off is lost, or another one than was there");
        const repeating = async (): Promise<void> =>
          await reader.claim?.(id, intentOf(stored, claim), { ...expected, claim: found?.claim?.id }, io);
        await assert.doesNotReject(repeating, "the same claim again was refused");
        assert.equal((await reader.read(id, io))?.claim?.id, claim, "the same claim again did not complete it");
        open = claim;
        return result;
      });
    },
    ["interrupt"],
  ),

  retireCase(
    "a retirement that is cut off leaves the grant or its tombstone, and the same again completes it",
    async (writeBack, ground) => {
      const { io, grant, saved } = ground;
      let stored = await saved(1);
      await cutEverywhere(ground, "retirement", async (cut) => {
        const before = versionOf(stored);
        const [result] = await cut(async () => await writeBack.retire(id, before, io, "elsewhere"));
        const reader = await ground.other();
        const found = await reader.read(id, io);
        const buried = found?.retired !== undefined && found.refreshToken === undefined;
        const mixed = buried ? undefined : mixtureIn(found, [stored]);
        assert.ok(mixed === undefined, `a retirement was cut off, and ${mixed}`);
        const repeating = async (): Promise<void> => await reader.retire?.(id, before, io, "elsewhere");
        await assert.doesNotReject(repeating, "the same retirement again was refused");
        const tombstone = await reader.read(id, io);
        assert.ok(tombstone?.retired !== undefined, "the same retirement again did not complete it");
        const next = await grant((tombstone.generation ?? 0) + 1);
        const seeding = reader.save(id, next, { generation: tombstone.generation }, io);
        await assert.doesNotReject(seeding, "a save over a completed tombstone was refused");
        stored = next;
        return result;
      });
    },
    ["interrupt"],
  ),
];

type Cut = (work: () => Promise<void>) => Promise<readonly [PromiseSettledResult<void>]>;

/** Tries something with the place gone after no write, after one, after two, until it gets through. */
async function cutEverywhere(
  { fixture }: Ground,
  what: string,
  attempt: (cut: Cut, writes: number) => Promise<PromiseSettledResult<unknown>>,
): Promise<void> {
  for (let writes = 0; writes <= mostWrites; writes++) {
    const { status } = await attempt(async (work) => {
      const restore = await need(fixture.interrupt)(writes);
      const settled = await Promise.allSettled([work()]);
      await restore();
      return settled;
    }, writes);
    if (status === "fulfilled") {
      assert.ok(writes > 0, `a ${what} of which nothing arrived was reported as done`);
      return;
    }
  }
  assert.fail(`a ${what} is refused although the place takes ${mostWrites} writes of it`);
}
