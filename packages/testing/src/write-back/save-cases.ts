import assert from "node:assert/strict";
import { nothingStored, secret, type StoredGrant } from "@tokenward/core/plugin";
import type { WriteBackCase } from "./fixture.ts";
import { conflict, id, need, writeBackCase } from "./ground.ts";
import { comparable, rivalOf, versionOf } from "./samples.ts";

/** What is saved is there, all of it, and nothing is replaced that a save did not name. */
export const saveCases: readonly WriteBackCase[] = [
  writeBackCase("a grant that was never saved is not there", async ({ writeBack, io }) => {
    assert.equal(await writeBack.read(id, io), undefined, "something is read where nothing was saved");
  }),

  writeBackCase("what was saved is read back whole, byte for byte", async ({ writeBack, io, saved }) => {
    const grant = await saved(1);
    assert.deepEqual(comparable(await writeBack.read(id, io)), comparable(grant), "it is not read as it was saved");
  }),

  writeBackCase("each save replaces the one before", async ({ writeBack, io, saved }) => {
    const third = await saved(3);
    assert.deepEqual(comparable(await writeBack.read(id, io)), comparable(third), "the newest save is not read");
  }),

  writeBackCase("what an answer did not state is not made up", async ({ writeBack, io, grant }) => {
    const bare = bareOf(await grant(1));
    await writeBack.save(id, bare, nothingStored, io);
    assert.deepEqual(comparable(await writeBack.read(id, io)), comparable(bare), "facts are read that nobody saved");
  }),

  writeBackCase("what the next save does not have is gone with the one before", async (ground) => {
    const { writeBack, io, grant, saved } = ground;
    const first = await saved(1);
    const bare = bareOf(await grant(2));
    await writeBack.save(id, bare, versionOf(first), io);
    assert.deepEqual(comparable(await writeBack.read(id, io)), comparable(bare), "something old is left");
  }),

  writeBackCase("a save that replaces something else is a conflict, and changes nothing", async (ground) => {
    const { writeBack, io, grant, saved } = ground;
    const stored = await saved(2);
    const others = [nothingStored, versionOf(await grant(1)), { generation: 9, fingerprint: "another" }];
    for (const expected of others) {
      const refused = writeBack.save(id, await grant(7), expected, io);
      await conflict(refused, `a save over generation ${expected.generation} was accepted where 2 is stored`);
      assert.deepEqual(comparable(await writeBack.read(id, io)), comparable(stored), "the refused save left a trace");
    }
  }),

  writeBackCase("a save over a token that was replaced by hand is a conflict", async (ground) => {
    const { writeBack, io, grant, saved } = ground;
    const stored = await saved(2);
    // The same generation, as a human leaves it who puts in another token.
    const { fingerprint } = rivalOf(await grant(2), await grant(8));
    const refused = writeBack.save(id, await grant(3), { generation: 2, fingerprint }, io);
    await conflict(refused, "the generation alone was compared");
    assert.deepEqual(comparable(await writeBack.read(id, io)), comparable(stored), "the refused save left a trace");
  }),

  writeBackCase("a first save where something is stored is a conflict", async ({ writeBack, io, grant, saved }) => {
    await saved(1);
    const other = rivalOf(await grant(1), await grant(5));
    await conflict(writeBack.save(id, other, nothingStored, io), "a grant that is there was written over");
  }),

  writeBackCase("repeating the same save is harmless", async ({ writeBack, io, grant, saved, other }) => {
    const first = await saved(1);
    const second = await grant(2);
    await writeBack.save(id, second, versionOf(first), io);
    for (const repeating of [writeBack, await other()]) {
      await assert.doesNotReject(repeating.save(id, second, versionOf(first), io), "the same save again was refused");
      assert.deepEqual(comparable(await writeBack.read(id, io)), comparable(second), "the same save again did harm");
    }
  }),

  writeBackCase("a save that comes again too late is a conflict", async ({ writeBack, io, grant, saved }) => {
    const third = await saved(3);
    const late = writeBack.save(id, await grant(2), versionOf(await grant(1)), io);
    await conflict(late, "an older save came back over a newer one");
    assert.deepEqual(comparable(await writeBack.read(id, io)), comparable(third), "the refused save left a trace");
  }),

  writeBackCase("a token of 4 KiB is saved", async ({ writeBack, io, grant }) => {
    const token = `rft.suite-${"x".repeat(4096)}`;
    const long = { ...(await grant(1)), refreshToken: secret(token), fingerprint: "long" };
    await writeBack.save(id, long, nothingStored, io);
    const length = (await writeBack.read(id, io))?.refreshToken?.reveal().length;
    assert.equal(length, token.length, "a long token was cut");
  }),

  writeBackCase("grants do not know each other", async ({ writeBack, io, fixture, saved }) => {
    const ids = fixture.grants ?? [id, "tiktok", "tiktok/brand", "tiktok/brand-a.b", "tiktok/Brand-a", "youtube"];
    const kept = new Map<string, StoredGrant>();
    for (const one of ids) {
      assert.equal(await writeBack.read(one, io), undefined, `${one} was there before its save`);
      kept.set(one, await saved(1, one));
    }
    for (const [one, grant] of kept)
      assert.deepEqual(comparable(await writeBack.read(one, io)), comparable(grant), `${one} is another one's grant`);
  }),

  writeBackCase(
    "another process reads what was saved, and its saves are seen",
    async ({ writeBack, io, fixture, grant, saved }) => {
      const first = await saved(1);
      const another = await need(fixture.another)();
      const unseen = "another process does not see what was saved";
      assert.deepEqual(comparable(await another.read(id, io)), comparable(first), unseen);
      const second = await grant(2);
      await another.save(id, second, versionOf(first), io);
      assert.deepEqual(comparable(await writeBack.read(id, io)), comparable(second), unseen);
    },
    ["another"],
  ),
];

/** A grant of which nothing is known but its token. */
function bareOf({ platform, account, generation, fingerprint, refreshToken }: StoredGrant): StoredGrant {
  return { id, platform, account, generation, fingerprint, refreshToken };
}
