import assert from "node:assert/strict";
import type { AlertChange, AlertState } from "@tokenward/core/plugin";
import { grantStateCase, reopened, type GrantStateCase } from "./fixture.ts";
import { alertState, at, installation, outboxEntry, wholeAlertState } from "./samples.ts";

/** Alerts, their outbox, and the installation's facts. */
export const alertCases: readonly GrantStateCase[] = [
  grantStateCase("an alert is set once it is decided from what is there", async ({ state: { alerts } }) => {
    const first = alertState("first");
    const second = alertState("second", { severity: "critical", resolvedAt: undefined });
    assert.equal(await alerts.put([added(first)], []), true);
    assert.deepEqual(await alerts.list(installation), [first]);
    // A member that is absent and one that is undefined mean the same, also in what is expected.
    assert.equal(await alerts.put([{ expected: { ...first, told: undefined }, next: second }], []), true);
    assert.deepEqual(stated((await alerts.list(installation))[0]), stated(second));
    assert.equal(
      await alerts.put([{ expected: alertState("second", { severity: "critical" }), next: first }], []),
      true,
    );
    assert.equal((await alerts.list(installation)).length, 1);
  }),

  grantStateCase("an alert decided from something else changes nothing", async ({ state: { alerts } }) => {
    const first = wholeAlertState("first");
    await alerts.put([added(first)], []);
    const others = [
      undefined,
      alertState("first"),
      { ...first, resolvedAt: at(99) },
      { ...first, told: { ...first.told, by: ["webhook"] } } as AlertState,
    ];
    for (const expected of others) {
      const change = { expected, next: alertState("second") };
      assert.equal(await alerts.put([change], [outboxEntry("e", 1)]), false);
    }
    const stranger = alertState("new", { condition: "decay" });
    assert.equal(await alerts.put([{ expected: first, next: stranger }], [outboxEntry("e", 1)]), false);
    assert.deepEqual(await alerts.list(installation), [first]);
    assert.deepEqual(await alerts.outbox(installation), [], "an entry was queued for an alert that was not set");
  }),

  grantStateCase("several alerts are set at once or not at all", async ({ state: { alerts } }) => {
    const [one, two, three] = ["one", "two", "three"].map((name) => alertState(name, { subject: name }));
    assert.ok(one !== undefined && two !== undefined && three !== undefined);
    await alerts.put([added(one)], []);
    assert.equal(await alerts.put([added(two), added(one)], [outboxEntry("e", 1)]), false);
    assert.deepEqual(await alerts.list(installation), [one], "half of it was set");
    const changes = [added(two), { expected: one, next: undefined }, added(three)];
    assert.equal(await alerts.put(changes, [outboxEntry("e", 1)]), true);
    assert.deepEqual(names(await alerts.list(installation)), ["three", "two"]);
    assert.equal((await alerts.outbox(installation)).length, 1);
  }),

  grantStateCase("an alert that is forgotten is unknown again", async ({ state: { alerts } }) => {
    const known = wholeAlertState("known");
    await alerts.put([added(known)], []);
    assert.equal(await alerts.put([{ expected: alertState("other"), next: undefined }], []), false);
    assert.equal(await alerts.put([{ expected: known, next: undefined }], []), true);
    assert.deepEqual(await alerts.list(installation), [], "it is still there");
    assert.equal(await alerts.put([added(known)], []), true);
  }),

  grantStateCase("installations know nothing of each other's alerts", async ({ state: { alerts } }) => {
    const ours = alertState("ours");
    const theirs = alertState("theirs", { installation: "/elsewhere/tokenward.config.yaml" });
    assert.equal(await alerts.put([added(ours)], [outboxEntry("a", 1)]), true);
    const entry = { ...outboxEntry("b", 1), installation: theirs.installation };
    assert.equal(await alerts.put([added(theirs)], [entry]), true, "one name in two installations was taken for one");
    assert.deepEqual(await alerts.list(installation), [ours]);
    assert.deepEqual(await alerts.list(theirs.installation), [theirs]);
    assert.deepEqual(ids(await alerts.outbox(installation)), ["a"], "somebody else's message would be delivered");
    assert.deepEqual(await alerts.list("/nowhere"), []);
  }),

  grantStateCase("of those who saw the same alert, one is first", async (fixture) => {
    const states = [fixture.state, (await fixture.another?.()) ?? fixture.state];
    const puts = Array.from(
      { length: 10 },
      async (_, index) =>
        await states[index % 2]?.alerts.put([added(alertState(`${index}`))], [outboxEntry(`${index}`, 1)]),
    );
    const won = (await Promise.all(puts)).filter((done) => done === true);
    assert.equal(won.length, 1);
    assert.equal((await fixture.state.alerts.outbox(installation)).length, 1);
  }),

  grantStateCase("the outbox gives everything, oldest first, until it is delivered", async ({ state: { alerts } }) => {
    const entries = [outboxEntry("b", 5), outboxEntry("a", 5), outboxEntry("late", 50)];
    await alerts.put([added(alertState("x"))], entries);
    assert.deepEqual(await alerts.outbox(installation), entries);
    // What failed keeps its place: a recovery must not overtake its opening.
    await alerts.settle("b", { notBefore: at(30) });
    const [again, ...others] = await alerts.outbox(installation);
    assert.deepEqual(again, { ...outboxEntry("b", 30), attempts: 1 });
    assert.deepEqual(ids(others), ["a", "late"]);
    await alerts.settle("b", "delivered");
    await alerts.settle("nobody", "delivered");
    await alerts.settle("nobody", { notBefore: at(1) });
    assert.deepEqual(ids(await alerts.outbox(installation)), ["a", "late"]);
  }),

  grantStateCase("a message that is there already is not queued again", async ({ state: { alerts } }) => {
    assert.equal(await alerts.put([], [outboxEntry("a", 1)]), true, "messages alone were refused");
    await alerts.settle("a", { notBefore: at(9) });
    assert.equal(await alerts.put([], [outboxEntry("a", 1), outboxEntry("b", 1)]), true);
    assert.deepEqual(await alerts.outbox(installation), [{ ...outboxEntry("a", 9), attempts: 1 }, outboxEntry("b", 1)]);
  }),

  grantStateCase(
    "alerts and outbox are durable",
    async (fixture) => {
      const whole = wholeAlertState("x");
      await fixture.state.alerts.put([added(whole)], [outboxEntry("a", 1), outboxEntry("b", 1)]);
      await fixture.state.alerts.settle("a", "delivered");
      const after = await reopened(fixture);
      assert.deepEqual(await after.alerts.list(installation), [whole]);
      assert.deepEqual(await after.alerts.outbox(installation), [outboxEntry("b", 1)]);
      assert.equal(await after.alerts.put([{ expected: whole, next: undefined }], []), true);
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

function added(next: AlertState): AlertChange {
  return { expected: undefined, next };
}

function stated(state: AlertState | undefined): object {
  return Object.fromEntries(Object.entries(state ?? {}).filter(([, value]) => value !== undefined));
}

function names(states: readonly AlertState[]): readonly string[] {
  return states.map(({ subject }) => subject).toSorted();
}

function ids(entries: readonly { readonly id: string }[]): readonly string[] {
  return entries.map(({ id }) => id);
}
