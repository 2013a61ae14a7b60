import assert from "node:assert/strict";
import { TokenwardError, type Held } from "@tokenward/core/plugin";
import { gate, grantStateCase, type GrantStateCase } from "./fixture.ts";
import { answerOf, intentOf, patient } from "./samples.ts";

const busy = (error: unknown): boolean => {
  assert.ok(TokenwardError.is(error), `expected ERR_AUTH_LEASE_BUSY, got ${String(error)}`);
  assert.equal(error.code, "ERR_AUTH_LEASE_BUSY");
  assert.equal(error.class, "lease");
  return true;
};

/** The right to refresh: one holder, bounded waits, and an end. */
export const leaseCases: readonly GrantStateCase[] = [
  grantStateCase("one target has one holder at a time", async (fixture) => {
    const states = [fixture.state, (await fixture.another?.()) ?? fixture.state];
    let inside = 0;
    let most = 0;
    let runs = 0;
    const work = async (): Promise<void> => {
      most = Math.max(most, ++inside);
      for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setImmediate(resolve));
      inside--;
      runs++;
    };
    const all = Array.from({ length: 16 }, async (_, index) => await states[index % 2]?.hold("t", work, patient));
    await Promise.all(all);
    assert.equal(most, 1, "two holders were inside at once");
    assert.equal(runs, 16, "not everybody who waited got a turn");
  }),

  grantStateCase("different targets do not wait for each other", async ({ state }) => {
    const inside = gate();
    const done = gate();
    const first = state.hold(
      "a",
      async () => {
        inside.open();
        await done.passed;
      },
      patient,
    );
    await inside.passed;
    await state.hold("b", async () => done.open(), patient);
    await first;
  }),

  grantStateCase("hold gives back what the work gave", async ({ state }) => {
    assert.equal(await state.hold("t", async () => 42, { waitAtMost: 0 }), 42);
  }),

  grantStateCase("work that fails passes its own error on, and the lease", async ({ state }) => {
    const failure = new Error("the work failed");
    await assert.rejects(
      state.hold("t", () => Promise.reject(failure), patient),
      (error) => error === failure,
    );
    await state.hold("t", async () => undefined, { waitAtMost: 0 });
  }),

  grantStateCase("waitAtMost 0 tries once", async ({ state }) => {
    await whileHeld(state, "t", async () => {
      let ran = false;
      const attempt = state.hold("t", async () => void (ran = true), { waitAtMost: 0 });
      const first = await Promise.race([attempt.catch(() => "settled"), later(2000)]);
      assert.equal(first, "settled", "it waited");
      await assert.rejects(attempt, busy);
      assert.equal(ran, false, "the work ran without the lease");
    });
  }),

  grantStateCase("work never runs without the lease, however long it took", async ({ state }) => {
    await whileHeld(state, "t", async () => {
      let ran = false;
      await assert.rejects(
        state.hold("t", async () => void (ran = true), { waitAtMost: 60 }),
        busy,
      );
      assert.equal(ran, false, "the work ran without the lease");
    });
    await state.hold("t", async () => undefined, patient);
  }),

  grantStateCase("whoever stops waiting leaves at once, and the others in line", async ({ state }) => {
    const abort = new AbortController();
    const reason = new Error("no longer wanted");
    let ran = false;
    let next: Promise<string> | undefined;
    await whileHeld(state, "t", async () => {
      const waiting = state.hold("t", async () => void (ran = true), { ...patient, signal: abort.signal });
      next = state.hold("t", async () => "next", patient);
      abort.abort(reason);
      const first = await Promise.race([waiting.catch((error: unknown) => error), later(2000)]);
      assert.equal(first, reason, "it went on waiting");
    });
    assert.equal(await next, "next");
    assert.equal(ran, false, "the work ran after all");
  }),

  grantStateCase("an aborted signal never begins", async ({ state }) => {
    const reason = new Error("too late");
    let ran = false;
    const signal = AbortSignal.abort(reason);
    const attempt = state.hold("t", async () => void (ran = true), { ...patient, signal });
    await assert.rejects(attempt, (error) => error === reason);
    assert.equal(ran, false);
  }),

  grantStateCase("an abort during the work does not take the lease away", async ({ state }) => {
    const abort = new AbortController();
    await state.hold(
      "t",
      async (held) => {
        abort.abort(new Error("the caller left"));
        assert.equal(held.signal.aborted, false);
        await held.intent(intentOf(1));
      },
      { ...patient, signal: abort.signal },
    );
    assert.equal((await state.peek("t")).open?.intent.id, "intent-1");
  }),

  grantStateCase("a former holder can do nothing any more", async ({ state }) => {
    const former = await state.hold(
      "t",
      async (held): Promise<Held> => {
        await held.intent(intentOf(1));
        return held;
      },
      patient,
    );
    await assert.rejects(async () => await former.intent(intentOf(2)));
    await assert.rejects(async () => await former.answer(answerOf()));
    await assert.rejects(async () => await former.close({}));
    const { open } = await state.peek("t");
    assert.equal(open?.intent.id, "intent-1");
    assert.equal(open.answer, undefined);
  }),

  grantStateCase(
    "whoever loses the lease is told, and may not begin anything",
    async (fixture) => {
      await fixture.state.hold(
        "t",
        async (held) => {
          assert.equal(held.signal.aborted, false);
          await fixture.loseLease?.("t");
          await assert.rejects(held.intent(intentOf(1)), "an intent was taken without the lease");
          const told = held.signal.aborted || (await Promise.race([aborted(held.signal), later(10_000)])) === "aborted";
          assert.ok(told, "its signal was not aborted");
        },
        patient,
      );
      assert.equal((await fixture.state.peek("t")).open, undefined);
    },
    ["loseLease"],
  ),
];

async function whileHeld(
  state: { hold(target: string, work: () => Promise<void>, bounds: typeof patient): Promise<void> },
  target: string,
  meanwhile: () => Promise<void>,
): Promise<void> {
  const inside = gate();
  const done = gate();
  const held = state.hold(
    target,
    async () => {
      inside.open();
      await done.passed;
    },
    patient,
  );
  try {
    await inside.passed;
    await meanwhile();
  } finally {
    done.open();
    await held;
  }
}

async function aborted(signal: AbortSignal): Promise<string> {
  await new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }));
  return "aborted";
}

async function later(milliseconds: number): Promise<string> {
  return await new Promise((resolve) => setTimeout(() => resolve("later"), milliseconds).unref());
}
