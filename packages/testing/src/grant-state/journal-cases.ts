import assert from "node:assert/strict";
import type { GrantState, Snapshot } from "@tokenward/core/plugin";
import { grantStateCase, reopened, type GrantStateCase } from "./fixture.ts";
import { answerOf, at, grantOf, intentOf, patient } from "./samples.ts";

/** Intent, answer and close: exact, durable, and whole. */
export const journalCases: readonly GrantStateCase[] = [
  grantStateCase("an intent is seen as it was written", async ({ state }) => {
    const intent = intentOf(3);
    await state.hold(
      "t",
      async (held) => {
        await held.intent(intent);
        assert.deepEqual((await held.snapshot()).open, { intent });
        assert.deepEqual((await state.peek("t")).open, { intent });
      },
      patient,
    );
  }),

  grantStateCase(
    "an intent is durable",
    async (fixture) => {
      await fixture.state.hold(
        "t",
        async (held) => {
          await held.intent(intentOf(1));
          assert.deepEqual((await (await reopened(fixture)).peek("t")).open, { intent: intentOf(1) });
        },
        patient,
      );
    },
    ["reopen"],
  ),

  grantStateCase("a new intent replaces the one before, with its answer and doubt", async ({ state }) => {
    await state.hold(
      "t",
      async (held) => {
        await held.intent(intentOf(1));
        await held.answer(answerOf());
        await held.close({ inDoubtSince: at(9) });
        await held.intent(intentOf(2));
        assert.deepEqual((await held.snapshot()).open, { intent: intentOf(2) });
      },
      patient,
    );
  }),

  grantStateCase("an answer keeps every byte, up to 1 MiB", async ({ state }) => {
    for (const length of [0, 1, 255, 1024 * 1024]) {
      const answer = answerOf(length);
      await state.hold(
        "t",
        async (held) => {
          await held.intent(intentOf(1));
          const written = held.answer(answer);
          await written;
          const expected = answerOf(length);
          // What the caller does with its buffer afterwards is nobody's business.
          answer.body.fill(0);
          const seen = (await state.peek("t")).open?.answer;
          assert.ok(seen !== undefined, "the answer is not there");
          assert.equal(Buffer.compare(seen.body, expected.body), 0, `bytes were changed in a body of ${length}`);
          assert.deepEqual({ ...seen, body: 0 }, { ...expected, body: 0 });
        },
        patient,
      );
    }
  }),

  grantStateCase(
    "an answer is durable",
    async (fixture) => {
      await fixture.state.hold(
        "t",
        async (held) => {
          await held.intent(intentOf(1));
          await held.answer(answerOf(4096));
          const { open } = await (await reopened(fixture)).peek("t");
          assert.ok(open?.answer !== undefined, "the answer is gone");
          assert.equal(Buffer.compare(open.answer.body, answerOf(4096).body), 0);
        },
        patient,
      );
    },
    ["reopen"],
  ),

  grantStateCase("an answer without an intent is refused", async ({ state }) => {
    await state.hold(
      "t",
      async (held) => {
        await assert.rejects(async () => await held.answer(answerOf()));
      },
      patient,
    );
    assert.deepEqual(await state.peek("t"), { facts: {} });
  }),

  grantStateCase("closing ends the exchange and remembers all that came of it", async ({ state }) => {
    await exchange(state, "t", 1);
    assertClosed(await state.peek("t"), 1);
    assert.deepEqual(await state.spent("t", "fingerprint-1"), spentOf(1));
  }),

  grantStateCase(
    "closing is durable",
    async (fixture) => {
      await exchange(fixture.state, "t", 1);
      const after = await reopened(fixture);
      assertClosed(await after.peek("t"), 1);
      assert.deepEqual(await after.spent("t", "fingerprint-1"), spentOf(1));
    },
    ["reopen"],
  ),

  grantStateCase("closing as in doubt keeps the exchange open", async ({ state }) => {
    await state.hold(
      "t",
      async (held) => {
        await held.intent(intentOf(1));
        await held.close({ inDoubtSince: at(7), facts: { failures: 1 } });
      },
      patient,
    );
    assert.deepEqual(await state.peek("t"), {
      open: { intent: intentOf(1), inDoubtSince: at(7) },
      facts: { failures: 1 },
    });
  }),

  grantStateCase("closing leaves alone what it does not name", async ({ state }) => {
    const refused = { fingerprint: "fingerprint-1", at: at(3), error: "invalid_grant" };
    await state.hold(
      "t",
      async (held) => {
        await held.close({ last: grantOf(1), refused, facts: { failures: 2, grant: "tiktok" } });
        await held.close({ facts: { failures: 3, grant: undefined, lastUsedAt: at(2) } });
        const kept = await held.snapshot();
        assert.equal(kept.last?.generation, 1);
        assert.deepEqual(kept.refused, refused);
        assert.deepEqual(kept.facts, { failures: 3, grant: "tiktok", lastUsedAt: at(2) });
        await held.close({ refused: null });
        assert.equal((await held.snapshot()).refused, undefined);
      },
      patient,
    );
  }),

  grantStateCase("nobody sees half of a close", async (fixture) => {
    const { state } = fixture;
    const watching = (await fixture.another?.()) ?? state;
    const over = new AbortController();
    const watch = async (): Promise<void> => {
      while (!over.signal.aborted) {
        const seen = await watching.peek("t");
        const generation = seen.last?.generation ?? 0;
        assert.equal(seen.facts.failures ?? 0, generation, "facts of one close, grant of another");
        const open = seen.open?.intent.version.generation;
        assert.ok(open === undefined || open === generation + 1, "an exchange that was closed is still open");
        if (generation > 0) {
          const spent = await watching.spent("t", `fingerprint-${generation}`);
          assert.ok(spent !== undefined, "the grant was there before its spent token");
        }
        await new Promise((resolve) => setImmediate(resolve));
      }
    };
    const watched = watch();
    watched.catch(() => over.abort());
    try {
      for (let generation = 1; generation <= 40; generation++) {
        await state.hold(
          "t",
          async (held) => {
            await held.intent(intentOf(generation));
            const spent = { ...spentOf(generation) };
            await held.close({ last: grantOf(generation), spent, facts: { failures: generation } });
          },
          patient,
        );
      }
    } finally {
      over.abort();
    }
    await watched;
  }),
];

/** One whole exchange of a generation. */
export async function exchange(state: GrantState, target: string, generation: number): Promise<void> {
  await state.hold(
    target,
    async (held) => {
      await held.intent(intentOf(generation));
      await held.answer(answerOf());
      await held.close({
        last: grantOf(generation),
        spent: spentOf(generation),
        refused: { fingerprint: `older-${generation}`, at: at(generation) },
        facts: { refreshedAt: at(generation), lastUsedAt: at(generation), failures: 0, grant: "tiktok/brand-a" },
      });
    },
    patient,
  );
}

function spentOf(generation: number): { fingerprint: string; at: Date; host: string; generation: number } {
  return { fingerprint: `fingerprint-${generation}`, at: at(generation), host: "host-a", generation };
}

function assertClosed(seen: Snapshot, generation: number): void {
  assert.equal(seen.open, undefined, "the exchange is still open");
  const expected = grantOf(generation);
  assert.ok(seen.last !== undefined, "the grant is gone");
  assert.equal(seen.last.refreshToken?.reveal(), expected.refreshToken?.reveal());
  assert.equal(seen.last.accessToken?.reveal(), expected.accessToken?.reveal());
  assert.equal(seen.last.generation, generation);
  assert.equal(seen.last.id, expected.id);
  assert.deepEqual(seen.last.accessTokenExpiresAt, expected.accessTokenExpiresAt);
  assert.deepEqual(seen.last.scopes, expected.scopes);
  assert.deepEqual(seen.last.attributes, expected.attributes);
  assert.deepEqual(seen.refused, { fingerprint: `older-${generation}`, at: at(generation) });
  assert.deepEqual(seen.facts, {
    refreshedAt: at(generation),
    lastUsedAt: at(generation),
    failures: 0,
    grant: "tiktok/brand-a",
  });
}
