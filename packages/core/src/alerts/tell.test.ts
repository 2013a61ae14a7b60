import { describe, expect, test } from "vitest";
import { brief, hours, ImaginedRuns, refreshed, trouble } from "./imagined-run.fixture.ts";

const solo = { cause: undefined };

describe("one incident", () => {
  test("is told once when it opens, once for each level that it reaches, and once when it is over", () => {
    const runs = new ImaginedRuns();
    const at = (severity: "warn" | "page" | "critical") => [trouble({ subject: "tiktok", severity, ...solo })];
    expect(brief(runs.run(at("warn"), hours(0)))).toEqual(["opened warn tiktok"]);
    expect(runs.run(at("warn"), hours(1))).toEqual([]);
    expect(brief(runs.run(at("page"), hours(2)))).toEqual(["escalated page tiktok"]);
    expect(runs.run(at("warn"), hours(3))).toEqual([]);
    expect(runs.run(at("page"), hours(4))).toEqual([]);
    expect(brief(runs.run(at("critical"), hours(5)))).toEqual(["escalated critical tiktok"]);
    expect(brief(runs.run([refreshed("tiktok", hours(6))], hours(6)))).toEqual(["resolved critical tiktok"]);
    expect(runs.run([refreshed("tiktok", hours(7))], hours(7))).toEqual([]);
    expect(new Set(runs.alerts.map(({ incident }) => incident)).size).toBe(1);
    expect(new Set(runs.alerts.map(({ id }) => id)).size).toBe(4);
  });

  test("is told again slowly, counted from the last message", () => {
    const runs = new ImaginedRuns({ remindEvery: 24 * 3_600_000 });
    const found = [trouble({ subject: "tiktok", ...solo })];
    const told = Array.from({ length: 60 }, (_, hour) => runs.run(found, hours(hour)));
    const when = told.flatMap((alerts, hour) => alerts.map(({ edge }) => `${hour} ${edge}`));
    expect(when).toEqual(["0 opened", "24 reminded", "48 reminded"]);
    expect(new ImaginedRuns({ remindEvery: undefined }).run(found, hours(0))).toHaveLength(1);
  });

  test("ends at once with proof from after its opening, and without proof only at the second look", () => {
    const runs = new ImaginedRuns();
    runs.run([trouble({ subject: "tiktok", ...solo })], hours(5));
    expect(runs.run([refreshed("tiktok", hours(4))], hours(6))).toEqual([]);
    expect(runs.run([trouble({ subject: "tiktok", ...solo })], hours(7))).toEqual([]);
    expect(runs.run([{ kind: "clear", subject: "tiktok", detail: "It looks well." }], hours(8))).toEqual([]);
    expect(brief(runs.run([{ kind: "clear", subject: "tiktok", detail: "It looks well." }], hours(9)))).toEqual([
      "resolved warn tiktok",
    ]);
  });

  test("that a killed run had found is told by the next one, whatever that looks at", () => {
    const runs = new ImaginedRuns();
    runs.sight([trouble({ subject: "tiktok", ...solo })], hours(0));
    expect(brief(runs.run([], hours(1)))).toEqual(["opened warn tiktok"]);
    runs.sight([refreshed("tiktok", hours(2))], hours(2));
    expect(brief(runs.run([], hours(3)))).toEqual(["resolved warn tiktok"]);
  });

  test("whose end nobody was told goes on when it comes back", () => {
    const runs = new ImaginedRuns();
    runs.run([trouble({ subject: "tiktok", ...solo })], hours(0));
    runs.sight([refreshed("tiktok", hours(1))], hours(1));
    expect(runs.run([trouble({ subject: "tiktok", ...solo })], hours(2))).toEqual([]);
    expect(runs.states).toHaveLength(1);
  });

  test("waits for somebody to tell", () => {
    const runs = new ImaginedRuns();
    const nobody = new ImaginedRuns({ notifiers: [] });
    expect(nobody.run([trouble({ subject: "tiktok" })], hours(0))).toEqual([]);
    runs.states = nobody.states;
    expect(brief(runs.run([], hours(1)))).toEqual(["opened warn tiktok"]);
  });
});

describe("what flaps", () => {
  const failing = [trouble({ subject: "tiktok" })];
  const well = (hour: number) => [refreshed("tiktok", hours(hour))];

  test("is told when it opens and when it is over, and then not before it stays", () => {
    const runs = new ImaginedRuns();
    expect(runs.run(failing, hours(0))).toHaveLength(1);
    expect(runs.run(well(1), hours(1))).toHaveLength(1);
    for (let hour = 2; hour < 20; hour += 2) {
      expect(runs.run(failing, hours(hour))).toEqual([]);
      expect(runs.run(well(hour + 1), hours(hour + 1))).toEqual([]);
    }
    expect(runs.run(failing, hours(20))).toEqual([]);
    expect(brief(runs.run(failing, hours(21)))).toEqual(["opened warn tiktok"]);
    expect(brief(runs.run(well(22), hours(22)))).toEqual(["resolved warn tiktok"]);
  });

  test("is told once a day at least, however it flaps", () => {
    const runs = new ImaginedRuns();
    for (let hour = 0; hour < 30 * 24; hour += 2) {
      runs.run(failing, hours(hour));
      runs.run(well(hour + 1), hours(hour + 1));
    }
    const openings = runs.alerts.filter(({ edge }) => edge === "opened").length;
    expect(openings).toBeGreaterThanOrEqual(28);
    expect(openings).toBeLessThanOrEqual(30);
  });

  test("is told at once where it is worse than before, or needs a human", () => {
    const runs = new ImaginedRuns();
    runs.run(failing, hours(0));
    runs.run(well(1), hours(1));
    expect(runs.run([trouble({ subject: "tiktok", severity: "page" })], hours(2))).toHaveLength(1);
    runs.run(well(3), hours(3));
    const dead = trouble({ subject: "tiktok", condition: "reauth-due", severity: "critical" });
    expect(runs.run([dead], hours(4))).toHaveLength(1);
    runs.run(well(5), hours(5));
    expect(runs.run([dead], hours(6))).toHaveLength(1);
  });
});

describe("several incidents with one cause", () => {
  const names = Array.from({ length: 200 }, (_, index) => `tiktok/${String(index).padStart(3, "0")}`);
  const outage = names.map((subject) => trouble({ subject }));

  test("are one message with the list, and one when all of them are over", () => {
    const runs = new ImaginedRuns();
    const [alert, ...others] = runs.run(outage, hours(0));
    expect(others).toEqual([]);
    expect(alert).toMatchObject({
      subject: "platform tiktok",
      summary: "200 TikTok grants could not be refreshed",
      command: "tokenward auth refresh tiktok",
    });
    expect(alert?.members?.map(({ subject }) => subject)).toEqual(names);
    expect(runs.run(outage.slice(50), hours(1))).toEqual([]);
    expect(
      runs.run(
        names.slice(1).map((name) => refreshed(name, hours(2))),
        hours(2),
      ),
    ).toEqual([]);
    expect(runs.members("platform tiktok")).toEqual(["tiktok/000"]);
    expect(brief(runs.run([refreshed("tiktok/000", hours(3))], hours(3)))).toEqual(["resolved warn platform tiktok"]);
  });

  test("take in whom an outage reaches later, and escalate once", () => {
    const runs = new ImaginedRuns();
    runs.run(outage.slice(0, 3), hours(0));
    expect(runs.run(outage, hours(1))).toEqual([]);
    expect(runs.members("platform tiktok")).toHaveLength(200);
    const late = names.slice(0, 2).map((subject) => trouble({ subject, severity: "page" }));
    expect(brief(runs.run(late, hours(2)))).toEqual(["escalated page platform tiktok"]);
    expect(
      runs.run(
        names.map((subject) => trouble({ subject, severity: "page" })),
        hours(3),
      ),
    ).toEqual([]);
  });

  test("are told apart where a human helps grant by grant: latecomers are a message of their own", () => {
    const runs = new ImaginedRuns();
    const dead = (subject: string) =>
      trouble({
        subject,
        condition: "reauth-due",
        severity: "critical",
        command: `tokenward auth ${subject}`,
        cause: { key: "podium dead", subject: "platform podium", label: "Podium" },
      });
    const [first] = runs.run([dead("podium/a"), dead("podium/b")], hours(0));
    expect(first?.members).toEqual([
      { subject: "podium/a", command: "tokenward auth podium/a" },
      { subject: "podium/b", command: "tokenward auth podium/b" },
    ]);
    const more = [dead("podium/c"), dead("podium/d")];
    expect(brief(runs.run([...more, dead("podium/a")], hours(1)))).toEqual(["opened critical platform podium 2"]);
    expect(brief(runs.run([dead("podium/e")], hours(2)))).toEqual(["opened critical podium/e"]);
    const over = ["podium/a", "podium/b"].map((name) => refreshed(name, hours(3)));
    expect(brief(runs.run(over, hours(3)))).toEqual(["resolved critical platform podium"]);
  });

  test("leave their group where one becomes worse than it, so that its own urgency is told", () => {
    const runs = new ImaginedRuns();
    const ending = (subject: string, severity: "warn" | "page") =>
      trouble({ subject, condition: "reauth-due", severity, cause: { key: "l", subject: "platform l", label: "L" } });
    expect(brief(runs.run([ending("l/a", "warn"), ending("l/b", "warn")], hours(0)))).toEqual([
      "opened warn platform l",
    ]);
    expect(brief(runs.run([ending("l/a", "page"), ending("l/b", "warn")], hours(1)))).toEqual(["opened page l/a"]);
    expect(runs.members("platform l")).toEqual(["l/b"]);
    expect(brief(runs.run([ending("l/a", "page"), ending("l/b", "page")], hours(2)))).toEqual([
      "opened page l/b",
      "resolved warn platform l",
    ]);
    expect(brief(runs.run([refreshed("l/a", hours(3)), refreshed("l/b", hours(3))], hours(3)))).toEqual([
      "resolved page l/a",
      "resolved page l/b",
    ]);
  });

  test("are two messages where a service meets them one by one: the first at once, then all others", () => {
    const runs = new ImaginedRuns();
    const told = names.flatMap((subject, index) => runs.run([trouble({ subject })], hours(index / 3600)));
    expect(brief(told)).toEqual(["opened warn tiktok/000", "opened warn platform tiktok"]);
    expect(runs.members("platform tiktok")).toHaveLength(199);
  });

  test("do not flap as single ones where they do not as a group", () => {
    const runs = new ImaginedRuns();
    runs.run(outage.slice(0, 10), hours(0));
    runs.run(
      names.slice(0, 10).map((name) => refreshed(name, hours(1))),
      hours(1),
    );
    expect(runs.run(outage.slice(20, 22), hours(2))).toEqual([]);
    runs.run(
      names.slice(20, 22).map((name) => refreshed(name, hours(3))),
      hours(3),
    );
    expect(runs.run(outage.slice(30, 31), hours(4))).toEqual([]);
    expect(brief(runs.run(outage.slice(30, 31), hours(5)))).toEqual(["opened warn tiktok/030"]);
  });
});

describe("who hears of it", () => {
  test("those on the route; of the end, all who heard of the beginning", () => {
    const runs = new ImaginedRuns({
      notifiers: ["webhook", "pagerduty"],
      routes: { warn: ["webhook"], page: ["pagerduty"] },
    });
    const told = (from: number) => runs.entries.slice(from).map(({ notifier, alert }) => `${alert.edge} ${notifier}`);
    runs.run([trouble({ subject: "tiktok" })], hours(0));
    runs.run([trouble({ subject: "tiktok", severity: "page" })], hours(1));
    expect(told(0)).toEqual(["opened webhook", "escalated pagerduty"]);
    runs.run([refreshed("tiktok", hours(2))], hours(2));
    expect(told(2)).toEqual(["resolved webhook", "resolved pagerduty"]);
  });

  test("not the notifier that fails, but whoever else there is", () => {
    const failing = trouble({ subject: "notifier webhook", condition: "notifier-failing", severity: "page", ...solo });
    const alone = new ImaginedRuns();
    expect(alone.run([failing], hours(0))).toEqual([]);
    const routes = { warn: ["webhook"], page: ["webhook"] };
    const two = new ImaginedRuns({ notifiers: ["webhook", "smtp"], routes });
    two.run([failing], hours(0));
    expect(two.entries.map(({ notifier }) => notifier)).toEqual(["smtp"]);
  });
});

describe("quiet hours", () => {
  const quiet = { quietHours: { from: 22 * 60, to: 7 * 60, timeZone: "UTC" } };

  test("make warn wait for the morning, once, and nothing else", () => {
    const runs = new ImaginedRuns(quiet);
    runs.run([trouble({ subject: "a" }), trouble({ subject: "b", severity: "page", ...solo })], hours(3));
    expect(runs.entries.map(({ alert, notBefore }) => [alert.subject, notBefore])).toEqual([
      ["b", hours(3)],
      ["a", hours(7)],
    ]);
  });

  test("are not kept where the outbox is gone with the run", () => {
    const runs = new ImaginedRuns(quiet);
    runs.run([trouble({ subject: "a" })], hours(3), false);
    expect(runs.entries[0]?.notBefore).toEqual(hours(3));
  });
});
