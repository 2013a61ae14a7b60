import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Alert } from "../notifier.ts";
import type { Severity } from "../severity.ts";
import type { Finding } from "./finding.ts";
import { hours, ImaginedRuns, refreshed, trouble } from "./imagined-run.fixture.ts";

const severities: readonly Severity[] = ["warn", "page", "critical"];
const grants = Array.from({ length: 8 }, (_, index) => `${index < 5 ? "tiktok" : "podium"}/${index}`);
const remindHours = 20;

interface Event {
  readonly grant: number;
  readonly what: "well" | "calm" | "outage" | "dead";
  readonly severity: Severity;
}

const event: fc.Arbitrary<Event> = fc.record({
  grant: fc.nat(grants.length - 1),
  what: fc.constantFrom("well", "well", "calm", "outage", "outage", "dead"),
  severity: fc.constantFrom(...severities),
});
/** One run: what it finds, how many hours after the last one, and whether it is killed before it tells. */
const runs = fc.array(
  fc.record({
    events: fc.array(event, { maxLength: 10 }),
    pause: fc.integer({ min: 1, max: 30 }),
    killed: fc.boolean(),
  }),
  { minLength: 1, maxLength: 40 },
);

function findingOf({ grant, what, severity }: Event, now: Date): Finding {
  const subject = grants[grant] as string;
  const platform = subject.split("/")[0] as string;
  const cause = { key: `${platform} ${what}`, subject: `platform ${platform}`, label: platform };
  switch (what) {
    case "well":
      return refreshed(subject, now);
    case "calm":
      return { kind: "clear", subject, detail: "It looks well." };
    case "outage":
      return trouble({ subject, severity: severity === "critical" ? "page" : severity, cause });
    case "dead":
      return trouble({ subject, condition: "reauth-due", severity, cause, command: `tokenward auth ${subject}` });
  }
}

describe("whatever happens", () => {
  test("an incident is opened once, escalated once per level at most, reminded of slowly, and ended once", () => {
    fc.assert(
      fc.property(runs, (history) => {
        const imagined = new ImaginedRuns({ remindEvery: remindHours * 3_600_000 });
        let hour = 0;
        for (const { events, pause, killed } of history) {
          hour += pause;
          const findings = events.map((one) => findingOf(one, hours(hour)));
          if (killed) imagined.sight(findings, hours(hour));
          else imagined.run(findings, hours(hour));
        }
        // Everybody is well in the end, twice, so that every incident that was opened is over.
        for (let last = 1; last <= 2; last++) {
          hour += 1;
          imagined.run(
            grants.map((subject) => refreshed(subject, hours(hour))),
            hours(hour),
          );
        }
        const byIncident = Map.groupBy(imagined.alerts, ({ incident }) => incident);
        for (const alerts of byIncident.values()) judge(alerts);
        expect(new Set(imagined.alerts.map(({ id }) => id)).size).toBe(imagined.alerts.length);
        expect(
          imagined.states.filter(({ resolvedAt, told }) => resolvedAt === undefined || told !== undefined),
        ).toEqual([]);
      }),
    );
  });

  test("what a run leaves open that needs a human is told, by itself or in a list", () => {
    fc.assert(
      fc.property(runs, (history) => {
        const imagined = new ImaginedRuns();
        let hour = 0;
        for (const { events, pause, killed } of history) {
          hour += pause;
          const findings = events.map((one) => findingOf(one, hours(hour)));
          if (killed) imagined.sight(findings, hours(hour));
          else imagined.run(findings, hours(hour));
        }
        imagined.run([], hours(hour + 1));
        for (const state of imagined.states) {
          if (state.resolvedAt !== undefined || state.condition !== "reauth-due" || state.group !== undefined) continue;
          expect(state.told?.severity).toBe(state.severity);
        }
        // In a list it stands with its own command, in a message that is at least as urgent.
        for (const state of imagined.states.filter(
          ({ group, resolvedAt }) => group !== undefined && resolvedAt === undefined,
        )) {
          const told = imagined.alerts.filter(
            ({ subject, condition, members }) =>
              subject === state.group &&
              condition === state.condition &&
              members?.some((one) => one.subject === state.subject),
          );
          if (state.condition === "reauth-due") expect(told.length).toBeGreaterThan(0);
        }
      }),
    );
  });
});

function judge(alerts: readonly Alert[]): void {
  const edges = alerts.map(({ edge }) => edge);
  expect(edges.filter((edge) => edge === "opened")).toHaveLength(1);
  expect(edges[0]).toBe("opened");
  expect(edges.filter((edge) => edge === "resolved")).toHaveLength(1);
  expect(edges.at(-1)).toBe("resolved");
  const levels = alerts.filter(({ edge }) => edge === "opened" || edge === "escalated").map(({ severity }) => severity);
  expect(new Set(levels).size).toBe(levels.length);
  expect(levels).toEqual([...levels].sort((left, right) => severities.indexOf(left) - severities.indexOf(right)));
  for (const [index, alert] of alerts.entries()) {
    if (alert.edge !== "reminded") continue;
    const since = alert.at.getTime() - (alerts[index - 1] as Alert).at.getTime();
    expect(since).toBeGreaterThanOrEqual(remindHours * 3_600_000);
  }
}
