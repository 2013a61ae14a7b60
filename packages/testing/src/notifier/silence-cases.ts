import assert from "node:assert/strict";
import { TokenwardError } from "@tokenward/core/plugin";
import type { NotifierCase } from "./fixture.ts";
import { inTime, need, notifierCase, rejection, turn, type Ground } from "./ground.ts";
import { alertOf, strangerOf } from "./samples.ts";

/** No answer is no success, and nobody waits for one longer than the run. */
export const silenceCases: readonly NotifierCase[] = [
  notifierCase(
    "a call ends with its signal, although the receiver does not answer",
    async (ground) => {
      await need(ground.fixture.hang)();
      const error = await unanswered(ground);
      assertNotFinal(error);
    },
    ["hang"],
  ),

  notifierCase("a call whose signal was aborted before tells nobody", async ({ notifier, io, fixture }) => {
    const asked = (await fixture.attempts?.()) ?? 0;
    const stopped = { ...io, signal: AbortSignal.abort(new Error("the run is over")) };
    const telling = async (): Promise<unknown> =>
      await rejection(notifier.notify(alertOf(), stopped), "a call that was aborted before was reported as told");
    await inTime(telling, "a call that was aborted before does not end");
    // What goes on behind its back shows in the next turns.
    for (let turns = 0; turns < 20; turns++) await turn();
    assert.equal((await fixture.received()).length, 0, "a call that was aborted before told somebody");
    assert.equal((await fixture.attempts?.()) ?? 0, asked, "a call that was aborted before asked the receiver");
  }),

  notifierCase(
    "a connection that is cut before the answer is no success, and nothing final",
    async ({ notifier, io, fixture }) => {
      await need(fixture.dropAfterAccept)();
      const telling = async (): Promise<unknown> =>
        await rejection(notifier.notify(alertOf(), io), "it was reported as told where no answer came");
      assertNotFinal(await inTime(telling, "a call does not end whose connection was cut"));
    },
    ["dropAfterAccept"],
  ),

  notifierCase(
    "what is told after a connection was cut arrives",
    async ({ notifier, io, fixture, tell }) => {
      await need(fixture.dropAfterAccept)();
      await rejection(notifier.notify(alertOf(), io), "it was reported as told where no answer came");
      await need(fixture.accept)();
      await tell(strangerOf(1));
    },
    ["dropAfterAccept", "accept"],
  ),

  notifierCase(
    "what is told after a call without an answer arrives",
    async (ground) => {
      await need(ground.fixture.hang)();
      await unanswered(ground);
      await need(ground.fixture.accept)();
      await ground.tell(strangerOf(1));
    },
    ["hang", "accept"],
  ),

  notifierCase(
    "what was accepted without an answer is told again under the same id",
    async ({ notifier, io, fixture, tell }) => {
      const idOf = need(fixture.idOf);
      await need(fixture.dropAfterAccept)();
      await rejection(notifier.notify(alertOf(), io), "it was reported as told where no answer came");
      const [first = ""] = await fixture.received();
      await need(fixture.accept)();
      const id = idOf(await tell(alertOf()));
      assert.ok(id !== undefined, "a message has no id");
      assert.equal(id, idOf(first), "the receiver cannot know that it has the message");
    },
    ["dropAfterAccept", "accept", "idOf"],
  ),
];

/** Tells a receiver that hangs, and aborts the call as soon as it waits for the answer. */
export async function unanswered({ notifier, io, fixture }: Ground): Promise<unknown> {
  const caller = new AbortController();
  const before = (await fixture.attempts?.()) ?? 0;
  let ended = false;
  const telling = notifier.notify(alertOf(), { ...io, signal: caller.signal }).finally(() => (ended = true));
  const settled = Promise.allSettled([telling]);
  const asked = async (): Promise<void> => {
    // Where attempts cannot be counted, it is aborted wherever it has got to.
    while (fixture.attempts !== undefined && !ended && (await fixture.attempts()) === before) await turn();
    for (let turns = 0; turns < 20; turns++) await turn();
  };
  await inTime(asked, "nobody asked the receiver");
  assert.ok(!ended || (await settled)[0].status === "rejected", "it was reported as told where no answer came");
  caller.abort();
  const [outcome] = await inTime(async () => await settled, "a call goes on waiting after its signal was aborted");
  assert.ok(outcome.status === "rejected", "a call that was aborted was reported as told");
  return outcome.reason;
}

function assertNotFinal(error: unknown): void {
  // What is no TokenwardError, the engine takes for ERR_NOTIFIER_UNAVAILABLE.
  const code = TokenwardError.is(error) ? error.code : "ERR_NOTIFIER_UNAVAILABLE";
  assert.equal(code, "ERR_NOTIFIER_UNAVAILABLE", `that no answer came was reported as ${code}`);
}
