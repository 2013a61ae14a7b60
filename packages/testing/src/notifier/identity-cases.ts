import assert from "node:assert/strict";
import type { Alert, Clock, PluginIO } from "@tokenward/core/plugin";
import type { NotifierCase } from "./fixture.ts";
import { need, notifierCase, type Ground } from "./ground.ts";
import { alertOf, strangerOf } from "./samples.ts";

const minute = 60_000;

/** A machine knows what repeats a message, and what belongs together. */
export const identityCases: readonly NotifierCase[] = [
  notifierCase(
    "a repetition has the id of the first message",
    async (ground) => {
      const first = await idOf(ground, alertOf());
      const again = await idOf(ground, alertOf(), later(ground.io));
      assert.equal(again, first, "the same message has another id when it is told again");
    },
    ["idOf"],
  ),

  notifierCase(
    "a message that repeats none has an id of its own",
    async (ground) => {
      const first = await idOf(ground, alertOf());
      const others: readonly Alert[] =
        ground.fixture.recognises === "incidents"
          ? [alertOf({ subject: "linkedin/other" }), alertOf({ condition: "scope-drift" })]
          : [alertOf({ id: "suite-alert-2" }), alertOf({ id: "suite-alert-3", edge: "resolved" }), strangerOf(1)];
      const ids = [first];
      for (const other of others) ids.push(await idOf(ground, other));
      const unique = new Set(ids).size;
      assert.equal(unique, ids.length, "the receiver would take one message for the repetition of another one");
    },
    ["idOf"],
  ),

  notifierCase(
    "where incidents are recognised, they are in every run, also where nothing is remembered",
    async (ground) => {
      if (ground.fixture.recognises !== "incidents") return;
      const first = await idOf(ground, alertOf());
      const run = { incident: "suite-incident-2", openedAt: new Date("2026-11-23T12:00:00Z") };
      const laterRuns: readonly Alert[] = [
        alertOf({ ...run, id: "suite-alert-2", at: run.openedAt, summary: "LinkedIn (acme) token expires in 8 days" }),
        alertOf({ ...run, id: "suite-alert-3", edge: "escalated", severity: "critical" }),
        alertOf({ ...run, id: "suite-alert-4", edge: "resolved", severity: "critical", command: undefined }),
      ];
      for (const alert of laterRuns) {
        assert.equal(await idOf(ground, alert), first, "a later run opens a second incident, or ends none");
      }
    },
    ["idOf"],
  ),

  notifierCase(
    "the messages of one incident belong together, and those of another do not",
    async (ground) => {
      const incidentOf = need(ground.fixture.incidentOf);
      const edges = ["opened", "escalated", "reminded", "resolved"] as const;
      const found = new Set<string | undefined>();
      for (const [index, edge] of edges.entries())
        found.add(incidentOf(await ground.tell(alertOf({ id: `suite-alert-${index}`, edge }))));
      assert.ok(!found.has(undefined), "a message belongs to no incident");
      assert.equal(found.size, 1, "messages of one incident do not belong together");
      const stranger = incidentOf(await ground.tell(strangerOf(1)));
      assert.ok(!found.has(stranger), "messages of two incidents belong together");
    },
    ["incidentOf"],
  ),
];

async function idOf({ fixture, tell }: Ground, alert: Alert, io?: PluginIO): Promise<string> {
  const id = need(fixture.idOf)(await tell(alert, io));
  assert.ok(id !== undefined && id !== "", "a message has no id");
  return id;
}

/** A minute later: whatever is told again is told at another time. */
function later(io: PluginIO): PluginIO {
  const clock: Clock = {
    now: () => new Date(io.clock.now().getTime() + minute),
    monotonic: () => io.clock.monotonic() + minute,
    sleep: async (milliseconds, signal) => await io.clock.sleep(milliseconds, signal),
  };
  return { ...io, clock };
}
