import assert from "node:assert/strict";
import { grantStateCase, reopened, type GrantStateCase } from "./fixture.ts";
import { alertState, at, outboxEntry } from "./samples.ts";

/** Alerts, their outbox, and the installation's facts. */
export const alertCases: readonly GrantStateCase[] = [
  grantStateCase("an alert is set once it is decided from what is there", async ({ state: { alerts } }) => {
    const first = alertState("first");
    const second = alertState("second", { severity: "critical", notifiedAt: at(4), resolvedAt: undefined });
    assert.equal(await alerts.put(first, [], undefined), true);
    assert.deepEqual(await alerts.get(first.subject, first.condition), first);
    assert.equal(await alerts.put(second, [], await alerts.get(first.subject, first.condition)), true);
    // A member that is absent and one that is undefined mean the same.
    const seen = await alerts.get(first.subject, first.condition);
    assert.deepEqual({ ...seen, resolvedAt: seen?.resolvedAt }, second);
    assert.equal((await alerts.list()).length, 1);
    assert.equal(await alerts.get(first.subject, "another"), undefined);
  }),

  grantStateCase("an alert decided from something else changes nothing", async ({ state: { alerts } }) => {
    const first = alertState("first");
    await alerts.put(first, [], undefined);
    const others = [undefined, alertState("other"), alertState("first", { notifiedAt: at(2) })];
    for (const expected of others) {
      assert.equal(await alerts.put(alertState("second"), [outboxEntry("e", 1)], expected), false);
    }
    assert.equal(await alerts.put(alertState("new", { condition: "new" }), [outboxEntry("e", 1)], first), false);
    assert.deepEqual(await alerts.list(), [first]);
    assert.deepEqual(await alerts.outbox(at(100)), [], "an entry was queued for an alert that was not set");
  }),

  grantStateCase("of those who saw the same alert, one is first", async (fixture) => {
    const states = [fixture.state, (await fixture.another?.()) ?? fixture.state];
    const puts = Array.from(
      { length: 10 },
      async (_, index) =>
        await states[index % 2]?.alerts.put(alertState(`${index}`), [outboxEntry(`${index}`, 1)], undefined),
    );
    const won = (await Promise.all(puts)).filter((done) => done === true);
    assert.equal(won.length, 1);
    assert.equal((await fixture.state.alerts.outbox(at(100))).length, 1);
  }),

  grantStateCase("the outbox gives what is due, oldest first, until it is delivered", async ({ state: { alerts } }) => {
    const entries = [outboxEntry("b", 5), outboxEntry("a", 5), outboxEntry("late", 50)];
    await alerts.put(alertState("x"), entries, undefined);
    assert.deepEqual(await alerts.outbox(at(5)), entries.slice(0, 2));
    await alerts.settle("b", { notBefore: at(30) });
    assert.deepEqual(ids(await alerts.outbox(at(29))), ["a"]);
    const [again] = await alerts.outbox(at(30));
    assert.deepEqual(again, { ...outboxEntry("b", 30), attempts: 1 });
    await alerts.settle("b", "delivered");
    await alerts.settle("nobody", "delivered");
    assert.deepEqual(ids(await alerts.outbox(at(100))), ["a", "late"]);
  }),

  grantStateCase(
    "alerts and outbox are durable",
    async (fixture) => {
      await fixture.state.alerts.put(alertState("x"), [outboxEntry("a", 1), outboxEntry("b", 1)], undefined);
      await fixture.state.alerts.settle("a", "delivered");
      const after = await reopened(fixture);
      assert.deepEqual(await after.alerts.list(), [alertState("x")]);
      assert.deepEqual(await after.alerts.outbox(at(100)), [outboxEntry("b", 1)]);
    },
    ["reopen"],
  ),

  grantStateCase("facts are JSON values that last", async (fixture) => {
    const { facts } = fixture.state;
    const value = { offset: -12.5, seen: ["a", null, true], text: "ö\u0000" };
    await facts.set("clock", value);
    await facts.set("gone", 1);
    await facts.set("gone", undefined);
    assert.deepEqual(await facts.get("clock"), value);
    assert.equal(await facts.get("gone"), undefined);
    await facts.set("clock", 0);
    assert.equal(await facts.get("clock"), 0);
    if (fixture.reopen !== undefined) assert.equal(await (await fixture.reopen()).facts.get("clock"), 0);
  }),
];

function ids(entries: readonly { readonly id: string }[]): readonly string[] {
  return entries.map(({ id }) => id);
}
