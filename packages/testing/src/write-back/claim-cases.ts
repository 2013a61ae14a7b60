import assert from "node:assert/strict";
import { nothingStored } from "@tokenward/core/plugin";
import type { WriteBackCase } from "./fixture.ts";
import { assertTold, claimCase, canClaim, conflict, id, need, underWay, type Claiming, type Ground } from "./ground.ts";
import { comparable, intentOf, versionOf } from "./samples.ts";

/** A claim is seen by everybody, belongs to who made it, and touches no token. */
export const claimCases: readonly WriteBackCase[] = [
  claimCase("a claim is seen until it is withdrawn or the grant is saved", async (writeBack, ground) => {
    const { io, grant, saved } = ground;
    const first = await saved(1);
    await writeBack.claim(id, intentOf(first, "one"), versionOf(first), io);
    assert.deepEqual((await writeBack.read(id, io))?.claim, intentOf(first, "one"), "a claim is lost, or a part of it");
    await writeBack.claim(id, undefined, { ...versionOf(first), claim: "one" }, io);
    assert.equal((await writeBack.read(id, io))?.claim, undefined, "a withdrawn claim is still there");
    await writeBack.claim(id, intentOf(first, "two"), versionOf(first), io);
    await writeBack.save(id, await grant(2), versionOf(first), io);
    assert.equal((await writeBack.read(id, io))?.claim, undefined, "a save left the claim open");
  }),

  claimCase(
    "a claim is seen by another process",
    async (writeBack, { io, fixture, saved }) => {
      const first = await saved(1);
      await writeBack.claim(id, intentOf(first, "one"), versionOf(first), io);
      const another = await need(fixture.another)();
      const seen = await another.read(id, io);
      assert.deepEqual(seen?.claim, intentOf(first, "one"), "another process does not see the claim");
    },
    ["another"],
  ),

  claimCase("a claim and its withdrawal touch no token", async (writeBack, { io, saved }) => {
    const first = await saved(1);
    await writeBack.claim(id, intentOf(first, "one"), versionOf(first), io);
    const changed = "the claim changed the grant";
    assert.deepEqual(comparable(await writeBack.read(id, io)), comparable(first), changed);
    await writeBack.claim(id, undefined, { ...versionOf(first), claim: "one" }, io);
    assert.deepEqual(comparable(await writeBack.read(id, io)), comparable(first), changed);
  }),

  claimCase("a claim is neither stolen nor made for another version", async (writeBack, ground) => {
    const { io, grant, saved, other } = ground;
    const second = await saved(2);
    const [old, now] = [versionOf(await grant(1)), versionOf(second)];
    await conflict(writeBack.claim(id, intentOf(await grant(1), "old"), old, io), "an older token was claimed");
    await writeBack.claim(id, intentOf(second, "one"), now, io);
    const thief = claimingOf(await other());
    for (const expected of [now, { ...now, claim: "another" }])
      await conflict(thief.claim(id, intentOf(second, "two"), expected, io), "a claim was stolen");
    assert.equal((await writeBack.read(id, io))?.claim?.id, "one", "the refused claim left a trace");
  }),

  claimCase("a claim is withdrawn only by who names it", async (writeBack, { io, saved, other }) => {
    const first = await saved(1);
    await writeBack.claim(id, intentOf(first, "one"), versionOf(first), io);
    const thief = claimingOf(await other());
    const naming = thief.claim(id, undefined, { ...versionOf(first), claim: "two" }, io);
    await conflict(naming, "a claim was withdrawn in the name of another one");
    assert.equal((await writeBack.read(id, io))?.claim?.id, "one", "a claim is gone that nobody withdrew");
  }),

  claimCase("claiming the same again, and withdrawing what is gone, is harmless", async (writeBack, { io, saved }) => {
    const first = await saved(1);
    const claim = async (): Promise<void> =>
      await writeBack.claim(id, intentOf(first, "one"), { ...versionOf(first), claim: undefined }, io);
    await claim();
    await assert.doesNotReject(claim, "the same claim again was refused");
    assert.deepEqual((await writeBack.read(id, io))?.claim, intentOf(first, "one"), "the same claim again did harm");
    const withdraw = async (): Promise<void> =>
      await writeBack.claim(id, undefined, { ...versionOf(first), claim: "one" }, io);
    await withdraw();
    await assert.doesNotReject(withdraw, "withdrawing what is gone was refused");
  }),

  claimCase(
    "an abandoned claim is replaced by who names it, and its owner cannot end the new one",
    async (writeBack, ground) => {
      const { io, saved, other } = ground;
      const first = await saved(1);
      await writeBack.claim(id, intentOf(first, "one"), versionOf(first), io);
      const heir = claimingOf(await other());
      const replacing = heir.claim(id, intentOf(first, "two"), { ...versionOf(first), claim: "one" }, io);
      await assert.doesNotReject(replacing, "an abandoned claim stands for ever");
      assert.equal((await writeBack.read(id, io))?.claim?.id, "two", "the abandoned claim still stands");
      const late = writeBack.claim(id, undefined, { ...versionOf(first), claim: "one" }, io);
      await conflict(late, "who lost its claim ended another one");
      assert.equal((await writeBack.read(id, io))?.claim?.id, "two", "a claim is gone that nobody withdrew");
    },
  ),

  claimCase("a claim survives a save that was refused", async (writeBack, { io, grant, saved }) => {
    const second = await saved(2);
    await writeBack.claim(id, intentOf(second, "one"), versionOf(second), io);
    const stale = writeBack.save(id, await grant(7), versionOf(await grant(1)), io);
    await conflict(stale, "a save over generation 1 was accepted where 2 is stored");
    assert.equal((await writeBack.read(id, io))?.claim?.id, "one", "a save that was refused took the claim away");
  }),

  claimCase("a claim stands alone where nothing is stored yet", async (writeBack, { io, grant, other }) => {
    const [one, two] = [intentOf(await grant(0), "one"), intentOf(await grant(0), "two")];
    await writeBack.claim(id, one, nothingStored, io);
    const alone = await writeBack.read(id, io);
    assert.deepEqual(alone?.claim, one, "a claim on what is not stored yet is lost");
    assert.equal(alone?.generation, 0, "a claim alone reads as if a grant were stored");
    assert.equal(alone?.refreshToken ?? alone?.accessToken, undefined, "a claim alone has a token");
    const thief = claimingOf(await other());
    await conflict(thief.claim(id, two, nothingStored, io), "a claim was stolen");
    await writeBack.claim(id, undefined, { ...nothingStored, claim: "one" }, io);
    assert.equal(await writeBack.read(id, io), undefined, "something is left of a withdrawn claim");
    await thief.claim(id, two, nothingStored, io);
    const first = await grant(1);
    await thief.save(id, first, nothingStored, io);
    const stored = await writeBack.read(id, io);
    assert.deepEqual(comparable(stored), comparable(first), "a first save after a claim is not read back");
    assert.equal(stored?.claim, undefined, "a save left the claim open");
  }),

  claimCase("of two claims at once one stands, and the other one finds out", async (writeBack, ground) => {
    const { io, saved, other } = ground;
    const first = await saved(1);
    const rival = claimingOf(await other());
    const [ours, theirs] = await Promise.allSettled([
      writeBack.claim(id, intentOf(first, "ours"), versionOf(first), io),
      rival.claim(id, intentOf(first, "theirs"), versionOf(first), io),
    ]);
    await judge(ground, [
      { writeBack, claim: "ours", result: ours },
      { writeBack: rival, claim: "theirs", result: theirs },
    ]);
  }),

  claimCase(
    "a rival's claim between the comparison and the write is not stolen without anybody hearing of it",
    async (writeBack, ground) => {
      const { io, fixture, saved, other } = ground;
      const first = await saved(1);
      const rival = claimingOf(await other());
      const pause = await need(fixture.pauseWrite)();
      const claiming = writeBack.claim(id, intentOf(first, "slow"), versionOf(first), io);
      const settled = Promise.allSettled([claiming]);
      await underWay(pause, claiming);
      const [quick] = await Promise.allSettled([rival.claim(id, intentOf(first, "quick"), versionOf(first), io)]);
      pause.release();
      const [slow] = await settled;
      await judge(ground, [
        { writeBack, claim: "slow", result: slow },
        { writeBack: rival, claim: "quick", result: quick },
      ]);
    },
    ["pauseWrite"],
  ),
];

interface Claimant {
  readonly writeBack: Claiming;
  readonly claim: string;
  readonly result: PromiseSettledResult<void>;
}

async function judge({ writeBack, io, grant }: Ground, claimants: readonly Claimant[]): Promise<void> {
  const atomic = writeBack.traits.compareAndSwap === "atomic";
  const accepted = claimants.filter(({ result }) => result.status === "fulfilled").length;
  assert.ok(accepted > 0, "both claims were refused");
  assert.ok(accepted === 1 || !atomic, "both claims were accepted, and both would spend the token");
  const found = await writeBack.read(id, io);
  const standing = claimants.find(({ claim }) => claim === found?.claim?.id);
  assert.ok(standing !== undefined, "neither of the two claims stands");
  assert.equal(standing.result.status, "fulfilled", "the claim that stands was reported as refused");
  const first = versionOf(await grant(1));
  for (const { writeBack: loser, claim, result } of claimants) {
    if (claim === standing.claim) continue;
    if (result.status === "rejected") assertTold(result.reason, writeBack);
    else {
      // It was told that its claim stands. It finds out when it withdraws it, and does not end the other one.
      const withdrawing = loser.claim(id, undefined, { ...first, claim }, io);
      await conflict(withdrawing, "a lost claim was never noticed");
    }
    assert.equal((await writeBack.read(id, io))?.claim?.id, standing.claim, "who lost ended the claim that stands");
  }
}

function claimingOf(other: Ground["writeBack"]): Claiming {
  assert.ok(canClaim(other), "another process cannot claim");
  return other;
}
