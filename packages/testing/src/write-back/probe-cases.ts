import assert from "node:assert/strict";
import type { WriteBackCase } from "./fixture.ts";
import { claimCase, id, need, rejection, shape, writeBackCase } from "./ground.ts";
import { comparable, intentOf, versionOf } from "./samples.ts";

/** A probe knows what a save would meet, and leaves everything as it is. */
export const probeCases: readonly WriteBackCase[] = [
  writeBackCase("a probe changes nothing that a reader sees", async ({ writeBack, io, saved, other }) => {
    await writeBack.probe(id, shape, io);
    assert.equal(await writeBack.read(id, io), undefined, "the probe made a grant");
    const grant = await saved(1);
    await writeBack.probe(id, shape, io);
    for (const reader of [writeBack, await other()])
      assert.deepEqual(comparable(await reader.read(id, io)), comparable(grant), "the probe changed the grant");
  }),

  writeBackCase("a save is accepted after a probe", async ({ writeBack, io, grant, saved }) => {
    await writeBack.probe(id, shape, io);
    const first = await saved(1);
    await writeBack.probe(id, shape, io);
    const second = await grant(2);
    const saving = writeBack.save(id, second, versionOf(first), io);
    await assert.doesNotReject(saving, "after a probe that said yes the save was refused");
    assert.deepEqual(comparable(await writeBack.read(id, io)), comparable(second), "the save is not read");
  }),

  claimCase("a probe leaves a claim as it is", async (writeBack, { io, saved }) => {
    const first = await saved(1);
    await writeBack.claim(id, intentOf(first, "one"), versionOf(first), io);
    await writeBack.probe(id, shape, io);
    assert.deepEqual((await writeBack.read(id, io))?.claim, intentOf(first, "one"), "the probe changed the claim");
  }),

  writeBackCase(
    "a token that is longer than fits is refused before it is spent",
    async ({ writeBack, io, fixture, saved }) => {
      const longestToken = need(fixture.tooLong);
      const refused = "a probe succeeded for a token that is too long";
      await rejection(writeBack.probe(id, { ...shape, longestToken }, io), `${refused}, before a first save`);
      const first = await saved(1);
      await rejection(writeBack.probe(id, { ...shape, longestToken }, io), refused);
      assert.deepEqual(comparable(await writeBack.read(id, io)), comparable(first), "the refused probe left a trace");
    },
    ["tooLong"],
  ),

  writeBackCase(
    "where a save is refused the probe is refused, too",
    async ({ writeBack, io, fixture, saved }) => {
      const stored = await saved(1);
      await need(fixture.refuseWrites)();
      await rejection(writeBack.probe(id, shape, io), "a probe succeeded where a save would not");
      await rejection(writeBack.probe("tiktok", shape, io), "a probe succeeded where a first save would not");
      assert.deepEqual(comparable(await writeBack.read(id, io)), comparable(stored), "the refused probe left a trace");
    },
    ["refuseWrites"],
  ),
];
