import assert from "node:assert/strict";
import type { WriteBackCase } from "./fixture.ts";
import { assertNoSecret } from "./discretion.ts";
import { id, need, writeBackCase } from "./ground.ts";

/** What a place is called, what lies there in the open, and how long it can be reached. */
export const placeCases: readonly WriteBackCase[] = [
  writeBackCase("a target is stable, tells grants apart and holds no secret", async (ground) => {
    const { writeBack, io, saved, other } = ground;
    const before = await writeBack.target(id, io);
    await saved(1);
    assert.equal(await writeBack.target(id, io), before, "the target changed with the first save");
    assert.notEqual(await writeBack.target("tiktok", io), before, "two grants have one target");
    assert.equal(await (await other()).target(id, io), before, "another process names it otherwise");
    assertNoSecret(before, "the target");
  }),

  writeBackCase(
    "tokens are nowhere to be read in what is stored",
    async ({ fixture, saved }) => {
      await saved(2);
      for (const [name, bytes] of await need(fixture.contents)()) {
        assertNoSecret(name, "a name");
        assertNoSecret(Buffer.from(bytes).toString("latin1"), `the content of ${name}`);
      }
    },
    ["contents"],
  ),

  writeBackCase("the end of the place's own credential is a time, or not known", async ({ writeBack, io }) => {
    const end = await writeBack.credentialExpiry?.(io);
    const known = end === undefined || (end instanceof Date && !Number.isNaN(end.getTime()));
    assert.ok(known, "the end of the place's credential is no time");
  }),
];
