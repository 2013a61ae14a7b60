import assert from "node:assert/strict";
import { grantStateCase, reopened, type GrantStateCase, type GrantStateFixture } from "./fixture.ts";
import { exchange } from "./journal-cases.ts";
import { answerOf, at, grantOf, intentOf, patient, tokenOf } from "./samples.ts";

/** What is remembered, and looking at it. */
export const memoryCases: readonly GrantStateCase[] = [
  grantStateCase("a spent token stays spent, however many follow", async ({ state }) => {
    await spendMany(state, 300);
    await state.hold(
      "t",
      async (held) => {
        for (const index of [0, 1, 150, 299]) {
          assert.deepEqual(await held.isSpent(`fp-${index}`), {
            fingerprint: `fp-${index}`,
            at: at(index),
            host: "host-a",
          });
          assert.ok((await state.spent("t", `fp-${index}`)) !== undefined, `fp-${index} was forgotten`);
        }
        assert.equal(await held.isSpent("fp-300"), undefined);
      },
      patient,
    );
  }),

  grantStateCase(
    "a spent token stays spent after a crash",
    async (fixture) => {
      await spendMany(fixture.state, 5);
      const after = await reopened(fixture);
      for (let index = 0; index < 5; index++) assert.ok((await after.spent("t", `fp-${index}`)) !== undefined);
      const seen = await after.hold("t", async (held) => await held.isSpent("fp-3"), patient);
      assert.deepEqual(seen?.at, at(3));
    },
    ["reopen"],
  ),

  grantStateCase("the newest grant is forgotten when that is asked for, and nothing else is", async (fixture) => {
    await exchange(fixture.state, "t", 1);
    await fixture.state.hold("t", async (held) => await held.close({ last: null }), patient);
    for (const state of [fixture.state, (await fixture.reopen?.()) ?? fixture.state]) {
      const seen = await state.peek("t");
      assert.equal(seen.last, undefined, "the grant is still there");
      assert.deepEqual(seen.refused, { fingerprint: "older-1", at: at(1) });
      assert.equal(seen.facts.grant, "tiktok/brand-a");
      assert.ok((await state.spent("t", "fingerprint-1")) !== undefined, "its spent tokens were forgotten, too");
    }
    await fixture.state.hold("t", async (held) => await held.close({ last: grantOf(2) }), patient);
    assert.equal((await fixture.state.peek("t")).last?.generation, 2);
  }),

  grantStateCase("targets do not know each other's tokens", async ({ state }) => {
    await exchange(state, "file:/a#tiktok", 1);
    for (const other of ["file:/a#tiktok/b", "file:/A#tiktok", "file:/a#tikto", "file:/b#tiktok", ""]) {
      assert.equal(await state.spent(other, "fingerprint-1"), undefined, `spent at another target: ${other}`);
      assert.deepEqual(await state.peek(other), { facts: {} });
      const seen = await state.hold(other, async (held) => await held.isSpent("fingerprint-1"), patient);
      assert.equal(seen, undefined);
    }
  }),

  grantStateCase("an unknown target is empty", async ({ state }) => {
    assert.deepEqual(await state.peek("nowhere"), { facts: {} });
    assert.equal(await state.spent("nowhere", "fp"), undefined);
    assert.deepEqual(await state.alerts.list("nobody"), []);
    assert.deepEqual(await state.alerts.outbox("nobody"), []);
    assert.equal(await state.facts.get("nothing"), undefined);
  }),

  grantStateCase("peek does not wait for the holder", async ({ state }) => {
    await exchange(state, "t", 1);
    await state.hold(
      "t",
      async (held) => {
        await held.intent(intentOf(2));
        const seen = await Promise.race([state.peek("t"), later(2000)]);
        assert.ok(seen !== undefined, "it waited");
        assert.equal(seen.last?.generation, 1);
        assert.equal(seen.open?.intent.id, "intent-2");
      },
      patient,
    );
  }),

  grantStateCase("what was peeked does not change afterwards", async ({ state }) => {
    await state.hold(
      "t",
      async (held) => {
        await held.intent(intentOf(1));
        await held.answer(answerOf(16));
        const seen = await state.peek("t");
        await held.close({ last: grantOf(2), facts: { failures: 4 } });
        assert.deepEqual(seen.facts, {});
        assert.equal(seen.last, undefined);
        assert.equal(seen.open?.answer?.body.length, 16);
      },
      patient,
    );
  }),

  grantStateCase(
    "looking changes nothing: a state that is not there",
    async (fixture) => {
      const before = await contents(fixture);
      await lookAround(fixture.state);
      assertSame(before, await contents(fixture));
    },
    ["contents"],
  ),

  grantStateCase(
    "looking changes nothing: a state that was left behind",
    async (fixture) => {
      await exchange(fixture.state, "t", 1);
      await fixture.state.close();
      const state = await reopened(fixture);
      const before = await contents(fixture);
      await lookAround(state);
      assert.equal((await state.peek("t")).last?.generation, 1);
      assertSame(before, await contents(fixture));
      await state.close();
      assertSame(before, await contents(fixture));
    },
    ["contents", "reopen"],
  ),

  grantStateCase(
    "no token can be read from what is stored",
    async (fixture) => {
      await fixture.state.hold(
        "t",
        async (held) => {
          await held.intent(intentOf(1));
          await held.answer({ ...answerOf(), body: Buffer.from(`{"refresh_token":"${tokenOf(7)}"}`) });
          await contents(fixture).then(assertSealed);
          await held.close({ last: grantOf(7) });
        },
        patient,
      );
      assertSealed(await contents(fixture));
    },
    ["contents"],
  ),

  grantStateCase("a closed state takes nothing on, and can be closed again", async ({ state }) => {
    await exchange(state, "t", 1);
    await state.close();
    await state.close();
    let ran = false;
    await assert.rejects(async () => await state.hold("t", async () => void (ran = true), patient));
    assert.equal(ran, false);
  }),
];

async function spendMany(state: GrantStateFixture["state"], count: number): Promise<void> {
  await state.hold(
    "t",
    async (held) => {
      for (let index = 0; index < count; index++) {
        await held.close({ spent: { fingerprint: `fp-${index}`, at: at(index), host: "host-a" } });
      }
    },
    patient,
  );
}

async function lookAround(state: GrantStateFixture["state"]): Promise<void> {
  await state.peek("t");
  await state.peek("another");
  await state.spent("t", "fingerprint-1");
  await state.alerts.list("nobody");
  await state.alerts.outbox("nobody");
  await state.facts.get("clock");
}

async function contents(fixture: GrantStateFixture): Promise<ReadonlyMap<string, Uint8Array>> {
  if (fixture.contents === undefined) throw new TypeError("This case needs `contents`.");
  return await fixture.contents();
}

function assertSame(before: ReadonlyMap<string, Uint8Array>, after: ReadonlyMap<string, Uint8Array>): void {
  assert.deepEqual([...after.keys()].toSorted(), [...before.keys()].toSorted(), "names appeared or disappeared");
  for (const [name, bytes] of before) assert.ok(Buffer.from(bytes).equals(after.get(name) ?? Buffer.alloc(0)), name);
}

function assertSealed(stored: ReadonlyMap<string, Uint8Array>): void {
  for (const [name, bytes] of stored) {
    const found = Buffer.from(bytes).includes(tokenOf(7)) || Buffer.from(bytes).includes("act.sentinel-7");
    assert.equal(found, false, `a token can be read in ${name}`);
  }
}

async function later(milliseconds: number): Promise<undefined> {
  return await new Promise((resolve) => setTimeout(() => resolve(undefined), milliseconds).unref());
}
