import assert from "node:assert/strict";
import { nothingStored, type PluginIO, type StoredGrant } from "@tokenward/core/plugin";
import type { WriteBackCase } from "./fixture.ts";
import { assertDiscreet, assertNoSecret } from "./discretion.ts";
import { canClaim, canRetire, id, need, rejection, shape, writeBackCase, type Ground } from "./ground.ts";
import { comparable, intentOf, versionOf } from "./samples.ts";

/** Only so that a call which never ends fails its case instead of stopping the suite. */
const watchdog = 10_000;

/** What goes wrong is said, in time, and without a token. */
export const failureCases: readonly WriteBackCase[] = [
  writeBackCase(
    "a save that the place refuses is reported, and what is stored stays",
    async ({ writeBack, io, fixture, grant, saved }) => {
      const [stored, next] = [await saved(1), await grant(2)];
      await need(fixture.refuseWrites)();
      const saving = writeBack.save(id, next, versionOf(stored), io);
      await rejection(saving, "a save was swallowed");
      assert.deepEqual(comparable(await writeBack.read(id, io)), comparable(stored), "a refused save left a trace");
    },
    ["refuseWrites"],
  ),

  writeBackCase(
    "a claim and a retirement that the place refuses are reported, and what is stored stays",
    async ({ writeBack, io, fixture, saved }) => {
      const stored = await saved(1);
      await need(fixture.refuseWrites)();
      const claiming = writeBack.claim?.(id, intentOf(stored, "one"), versionOf(stored), io);
      if (claiming !== undefined) await rejection(claiming, "a claim was swallowed");
      const retiring = writeBack.retire?.(id, versionOf(stored), io);
      if (retiring !== undefined) await rejection(retiring, "a retirement was swallowed");
      const found = await writeBack.read(id, io);
      assert.deepEqual(comparable(found), comparable(stored), "what was refused left a trace");
      assert.equal(found?.claim, undefined, "a refused claim is there");
    },
    ["refuseWrites"],
  ),

  writeBackCase(
    "a place that cannot be read is an error, and never empty",
    async ({ writeBack, io, fixture, grant, saved }) => {
      await saved(1);
      const [first, none] = [await grant(1), await grant(0)];
      await need(fixture.refuseReads)();
      await rejection(writeBack.read(id, io), "a place that cannot be read was reported as empty");
      const saving = writeBack.save(id, first, nothingStored, io);
      await rejection(saving, "a grant that could not be read was written over");
      const claiming = writeBack.claim?.(id, intentOf(none, "one"), nothingStored, io);
      if (claiming !== undefined) await rejection(claiming, "a grant was claimed that could not be read");
    },
    ["refuseReads"],
  ),

  writeBackCase(
    "every call ends with its signal, although the place does not answer",
    async (ground) => {
      const calls = await callsOf(ground, await ground.saved(1));
      await need(ground.fixture.hang)();
      for (const [name, call] of calls) {
        // Aborted before it asks, and while it waits.
        for (const when of ["before", "meanwhile"] as const) {
          const caller = new AbortController();
          if (when === "before") caller.abort();
          const settled = Promise.allSettled([call({ ...ground.io, signal: caller.signal })]);
          // It may not have got far enough to wait; wherever it is, it has to end.
          await new Promise((resolve) => setImmediate(resolve));
          caller.abort();
          const [outcome] = await inTime(settled, `a ${name} goes on waiting after its signal was aborted (${when})`);
          assert.ok(outcome.status === "rejected", `a ${name} was reported as done where nothing answers`);
          assertDiscreet(outcome.reason, `what a ${name} says that was aborted`);
        }
      }
    },
    ["hang"],
  ),

  writeBackCase("no conflict tells a token", async (ground) => {
    const { writeBack, io, grant, saved } = ground;
    await saved(2);
    for (const [name, call] of await callsOf(ground, await grant(1))) {
      if (name === "read" || name === "probe") continue;
      assertDiscreet(await rejection(call(io), `a stale ${name} was accepted`), `the error of a ${name}`);
    }
    const first = writeBack.save(id, await grant(7), nothingStored, io);
    assertDiscreet(await rejection(first, "a stale save was accepted"), "the error of a save");
    assertNotes(io);
  }),

  writeBackCase(
    "no refusal of the place tells a token",
    async (ground) => {
      const calls = await callsOf(ground, await ground.saved(1));
      await need(ground.fixture.refuseWrites)();
      for (const [name, call] of calls) {
        const [outcome] = await Promise.allSettled([call(ground.io)]);
        if (outcome.status === "rejected") assertDiscreet(outcome.reason, `the error of a ${name}`);
      }
      assertNotes(ground.io);
    },
    ["refuseWrites"],
  ),

  writeBackCase(
    "nothing that is said of an unreadable place tells a token",
    async (ground) => {
      const calls = await callsOf(ground, await ground.saved(1));
      await need(ground.fixture.refuseReads)();
      for (const [name, call] of calls) {
        const [outcome] = await Promise.allSettled([call(ground.io)]);
        if (outcome.status === "rejected") assertDiscreet(outcome.reason, `the error of a ${name}`);
      }
      assertNotes(ground.io);
    },
    ["refuseReads"],
  ),
];

type Call = (io: PluginIO) => Promise<unknown>;

/** Everything that a write-back can be asked to do with a grant, over a version of it. */
async function callsOf(
  { writeBack, grant }: Ground,
  stored: StoredGrant,
): Promise<readonly (readonly [name: string, call: Call])[]> {
  const expected = versionOf(stored);
  const calls: (readonly [string, Call])[] = [
    ["read", async (io) => await writeBack.read(id, io)],
    ["probe", async (io) => await writeBack.probe(id, shape, io)],
  ];
  const next = await grant((stored.generation ?? 0) + 7);
  calls.push(["save", async (io) => await writeBack.save(id, next, expected, io)]);
  if (canClaim(writeBack))
    calls.push(["claim", async (io) => await writeBack.claim(id, intentOf(stored, "one"), expected, io)]);
  if (canRetire(writeBack)) calls.push(["retirement", async (io) => await writeBack.retire(id, expected, io)]);
  return calls;
}

async function inTime<T>(work: Promise<T>, otherwise: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new assert.AssertionError({ message: otherwise })), watchdog);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

function assertNotes(io: PluginIO): void {
  if ("notes" in io) assertNoSecret(JSON.stringify(io.notes), "a note");
}
