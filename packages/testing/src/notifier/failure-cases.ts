import assert from "node:assert/strict";
import { TokenwardError, type ErrorCode, type FailureClass } from "@tokenward/core/plugin";
import type { NotifierCase } from "./fixture.ts";
import { inTime, need, notifierCase, rejection, type Ground } from "./ground.ts";
import { alertOf, strangerOf } from "./samples.ts";

/** A refusal is said by its kind, so that the engine knows whether, and when, to come back. */
export const failureCases: readonly NotifierCase[] = [
  notifierCase(
    "a refusal for good is ERR_NOTIFIER_REFUSED",
    async (ground) => {
      await refused(ground, "permanent", "ERR_NOTIFIER_REFUSED", "client");
    },
    ["refuse"],
  ),

  notifierCase(
    "a receiver that is down for a moment is ERR_NOTIFIER_UNAVAILABLE",
    async (ground) => {
      await refused(ground, "transient", "ERR_NOTIFIER_UNAVAILABLE", "transient");
    },
    ["refuse"],
  ),

  notifierCase(
    "a receiver that asks for patience is ERR_NOTIFIER_THROTTLED, and until when",
    async (ground) => {
      const before = ground.io.clock.now().getTime();
      const { facts } = await refused(ground, "throttled", "ERR_NOTIFIER_THROTTLED", "throttled");
      const { until } = facts;
      const isTime = typeof until === "string" && /^\d{4}-\d{2}-\d{2}T/.test(until) && !Number.isNaN(Date.parse(until));
      assert.ok(isTime, "`until` is no ISO 8601 time");
      assert.ok(Date.parse(until) > before, "`until` is over already");
    },
    ["refuse"],
  ),

  notifierCase(
    "one call is one attempt: repeating is the engine's",
    async ({ notifier, io, fixture }) => {
      const attempts = need(fixture.attempts);
      for (const kind of ["permanent", "transient", "throttled"] as const) {
        await need(fixture.refuse)(kind);
        const before = await attempts();
        const telling = async (): Promise<void> => {
          await rejection(notifier.notify(alertOf(), io), "a refusal was taken for success");
        };
        await inTime(telling, `a call goes on after a refusal (${kind})`);
        const asked = (await attempts()) - before;
        assert.equal(asked, 1, `one call asked a receiver ${asked} times that refused (${kind})`);
      }
    },
    ["refuse", "attempts"],
  ),

  notifierCase(
    "what is told after a refusal arrives",
    async (ground) => {
      const { notifier, io, fixture, tell } = ground;
      for (const [index, kind] of (["permanent", "transient", "throttled"] as const).entries()) {
        await need(fixture.refuse)(kind);
        await rejection(notifier.notify(alertOf(), io), "a refusal was taken for success");
        await need(fixture.accept)();
        await tell(strangerOf(index));
      }
      await tell(alertOf());
    },
    ["refuse", "accept"],
  ),
];

/** Lets the receiver refuse, tells it something, and looks at what is said about that. */
async function refused(
  { notifier, io, fixture }: Ground,
  kind: "permanent" | "transient" | "throttled",
  code: ErrorCode,
  failureClass: FailureClass,
): Promise<TokenwardError> {
  await need(fixture.refuse)(kind);
  const error = await rejection(notifier.notify(alertOf(), io), "a refusal was taken for success");
  assert.equal(
    (await fixture.received()).length,
    0,
    "the receiver accepted what it was to refuse: look at the fixture",
  );
  assert.ok(TokenwardError.is(error), "a refusal is no TokenwardError");
  assert.equal(error.code, code, `a refusal (${kind}) was reported as ${error.code}`);
  assert.equal(error.class, failureClass, `the class of ${code} is ${error.class}`);
  const text = `${error.message} ${error.fix}`;
  assert.ok(!text.includes("(unknown)"), `a fact is missing that belongs into the words: ${text}`);
  assert.ok(!/\.[.,]/.test(text), `a fact ends with a full stop, which the words bring: ${text}`);
  return error;
}
