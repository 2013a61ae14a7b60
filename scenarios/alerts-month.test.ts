import { describe, expect, it } from "vitest";
import { faultsOf, untold, type Taken } from "./harness/alerts/judge.ts";
import { remindHours, World } from "./harness/alerts/world.ts";
import { seed } from "./harness/seed.ts";

const full = process.env["TOKENWARD_SCALE"] === "full" || process.env["TOKENWARD_SCALE"] === "soak";
const size = full ? { days: 30, grants: 200, runsPerDay: 3 } : { days: 9, grants: 24, runsPerDay: 3 };

describe(`${size.days} days with ${size.grants} grants (seed ${seed})`, () => {
  it("each incident is told once, once per level, slowly again, and once when it is over; and none is lost", async () => {
    const world = await World.begin(size, seed);
    try {
      await world.pass();
      const { taken, runs, killed, requests } = world;
      const incidents = Map.groupBy(taken, ({ incident }) => incident);
      const distinct = new Map(taken.map((one) => [one.id, one]));
      const groups = [...distinct.values()].filter(({ edge, members_total }) => edge === "opened" && members_total > 1);
      process.stdout.write(
        `${runs.length} runs came to their end, ${killed} were killed; ${requests} token requests; ${incidents.size} incidents, ` +
          `${groups.length} of them about several grants (the largest about ${Math.max(0, ...groups.map(({ members_total }) => members_total))}); ` +
          `${distinct.size} messages, ${taken.length - distinct.size} of them taken again by the same or another receiver.\n`,
      );
      expect(killed).toBeGreaterThan(0);
      expect(incidents.size).toBeGreaterThan(5);
      expect(groups.length).toBeGreaterThan(0);
      expect(faultsOf(taken, remindHours)).toEqual([]);
      expect(untold(runs, taken)).toEqual([]);
      // The world ends in calm: nothing needs anybody.
      expect(runs.at(-1)?.alerts).toEqual([]);
    } finally {
      await world.end();
    }
  });
});

describe("the judge", () => {
  const message = (changes: Partial<Taken>): Taken => ({
    id: `${changes.edge ?? "opened"}-${changes.hour ?? 0}-${changes.severity ?? "warn"}`,
    edge: "opened",
    severity: "warn",
    subject: "north/a",
    condition: "reauth-due",
    text: "",
    detail: "",
    command: null,
    incident: "i",
    members: [],
    members_total: 0,
    notifier: "chat",
    hour: 0,
    known: true,
    ...changes,
  });
  const opened = message({});
  const resolved = message({ edge: "resolved", hour: 50 });
  const sound = [
    opened,
    message({ edge: "escalated", severity: "page", hour: 5 }),
    message({ edge: "reminded", severity: "page", hour: 41 }),
    resolved,
  ];

  it("has nothing against what is right", () => {
    expect(faultsOf(sound, 36)).toEqual([]);
    expect(faultsOf([{ ...opened, known: false }, ...sound], 36)).toEqual([]);
  });

  it.each([
    ["a lost opening", sound.slice(1)],
    ["a second opening", [message({ id: "again" }), ...sound]],
    ["a repetition of what was known to be taken", [opened, ...sound]],
    ["a lost recovery", sound.slice(0, -1)],
    ["a second recovery", [...sound, message({ edge: "resolved", hour: 60, id: "again" })]],
    [
      "an escalation to the same level",
      [...sound.slice(0, 2), message({ edge: "escalated", severity: "page", hour: 6, id: "x" }), resolved],
    ],
    ["a reminder too early", [opened, message({ edge: "reminded", hour: 12 }), resolved]],
    ["an opening after its end", [resolved, opened]],
  ])("sees %s", (_, history) => expect(faultsOf(history, 36)).not.toEqual([]));

  const needs = (number: number, code = "ERR_AUTH_REAUTH_REQUIRED") => ({
    hour: number * 8,
    number,
    alerts: [{ id: "north/a", severity: "critical", code }],
  });

  it("sees whom nobody was told of, and is patient with what passes by itself", () => {
    expect(untold([needs(0)], [opened])).toEqual([]);
    expect(untold([needs(0)], [])).toHaveLength(1);
    expect(untold([needs(2)], [message({ hour: 17.5 })])).toHaveLength(1);
    expect(untold([needs(9)], [opened, resolved])).toHaveLength(1);
    expect(
      untold([needs(0)], [message({ subject: "platform north", members: [{ subject: "north/b", command: null }] })]),
    ).toHaveLength(1);
    const outage = "ERR_AUTH_PLATFORM_UNAVAILABLE";
    expect(untold([needs(0, outage)], [])).toEqual([]);
    expect(untold([needs(0, outage), needs(1, outage)], [])).toHaveLength(1);
    expect(untold([needs(0, outage), needs(2, outage)], [])).toEqual([]);
  });
});
