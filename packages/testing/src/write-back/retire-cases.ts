import assert from "node:assert/strict";
import { nothingStored } from "@tokenward/core/plugin";
import type { WriteBackCase } from "./fixture.ts";
import { assertNoSecret } from "./discretion.ts";
import { conflict, id, retireCase } from "./ground.ts";
import { comparable, versionOf } from "./samples.ts";

/** A human's word ends a grant: its tombstone stays, its tokens go, and nothing older comes back over it. */
export const retireCases: readonly WriteBackCase[] = [
  retireCase("a retired grant reads as retired, and says where it went", async (writeBack, ground) => {
    const { io, saved, other } = ground;
    const second = await saved(2);
    await writeBack.retire(id, versionOf(second), io, "elsewhere:there");
    for (const reader of [writeBack, await other()]) {
      const tombstone = await reader.read(id, io);
      assert.ok(tombstone !== undefined, "a retired grant leaves no tombstone, and would be seeded anew");
      assert.ok(tombstone.retired !== undefined, "the grant reads as if it were still there");
      assert.equal(tombstone.retired.movedTo, "elsewhere:there", "nobody knows where the grant went");
      assert.ok(tombstone.retired.at instanceof Date, "nobody knows when the grant went");
      assert.equal(tombstone.claim, undefined, "a retired grant is claimed");
    }
  }),

  retireCase("no token of a retired grant is left", async (writeBack, { io, fixture, saved }) => {
    const first = await saved(1);
    await writeBack.retire(id, versionOf(first), io);
    const left = await writeBack.read(id, io);
    assert.equal(left?.refreshToken ?? left?.accessToken, undefined, "a retired grant still has a token");
    assert.equal(left?.retired?.movedTo, undefined, "a grant that was forgotten reads as moved");
    for (const [name, bytes] of (await fixture.contents?.()) ?? [])
      assertNoSecret(Buffer.from(bytes).toString("latin1"), `after a retirement, ${name}`);
  }),

  retireCase("retiring another version is a conflict, and changes nothing", async (writeBack, ground) => {
    const { io, grant, saved } = ground;
    const second = await saved(2);
    const stale = writeBack.retire(id, versionOf(await grant(1)), io);
    await conflict(stale, "a grant was retired that is newer than what was named");
    assert.deepEqual(comparable(await writeBack.read(id, io)), comparable(second), "the refusal left a trace");
  }),

  retireCase("retiring twice is harmless", async (writeBack, { io, saved, other }) => {
    const first = await saved(1);
    await writeBack.retire(id, versionOf(first), io, "elsewhere:there");
    const once = comparable(await writeBack.read(id, io));
    for (const repeating of [writeBack, await other()]) {
      const again = repeating.retire?.(id, versionOf(first), io, "elsewhere:there");
      await assert.doesNotReject(async () => await again, "the same retirement again was refused");
      assert.deepEqual(comparable(await writeBack.read(id, io)), once, "the same retirement again changed something");
    }
  }),

  retireCase("a save over a tombstone names it, or nothing stored", async (writeBack, { io, grant, saved }) => {
    let last = await saved(2);
    for (const name of ["its generation", "nothing stored"]) {
      await writeBack.retire(id, versionOf(last), io);
      const generation = (await writeBack.read(id, io))?.generation;
      assert.ok(generation !== undefined && generation > 2, "a tombstone is no newer than the grant that it ends");
      const stale = writeBack.save(id, await grant(3), versionOf(last), io);
      await conflict(stale, "a save that knows nothing of the retirement brought the grant back");
      last = await grant(generation + 1);
      const saving = writeBack.save(id, last, name === "nothing stored" ? nothingStored : { generation }, io);
      await assert.doesNotReject(saving, `a save over a tombstone was refused that named ${name}`);
      assert.deepEqual(comparable(await writeBack.read(id, io)), comparable(last), "the grant is not back whole");
    }
  }),
];
