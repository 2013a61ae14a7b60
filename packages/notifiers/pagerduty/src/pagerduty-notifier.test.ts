import { inspect } from "node:util";
import { secret, TokenwardError, type HttpRequest } from "@tokenward/core";
import { testIO } from "@tokenward/testing";
import fc from "fast-check";
import { noPagerdutyDescription, PagerdutyServer, type PagerdutyMood } from "tokenward-counterparts/pagerduty";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { dedupKey } from "./dedup-key.ts";
import { pagerduty } from "./index.ts";
import { alertOf, anyAlert } from "./test/alerts.ts";

const key = "R0123456789abcdefR0123456789abcd";

let server: PagerdutyServer;
beforeEach(async () => {
  server = await new PagerdutyServer(key).start();
});
afterEach(async () => await server.close());

const notifier = (more = {}) => pagerduty({ routing_key: secret(key), url: server.url, source: "runner", ...more });

test("an incident is one alert: opened, worse, still there, over, and a new one if it comes back", async () => {
  const { notify } = notifier();
  const edges = [
    alertOf({ severity: "warn" }),
    alertOf({ edge: "escalated", severity: "critical" }),
    alertOf({ edge: "reminded", severity: "critical" }),
  ];
  for (const alert of edges) await notify(alert, testIO());
  expect(server.alerts).toEqual([
    { dedupKey: "tokenward/podium/acme/in-doubt", status: "open", triggers: 3, severity: "critical" },
  ]);
  await notify(alertOf({ edge: "resolved" }), testIO());
  await notify(alertOf(), testIO());
  expect(server.alerts.map(({ status }) => status)).toEqual(["resolved", "open"]);
});

test("an event says who, how bad, since when, and what to type", async () => {
  await notifier().notify(
    alertOf({ members: [{ subject: "podium/a", command: "tokenward auth podium/a" }] }),
    testIO(),
  );
  expect(server.events[0]?.payload).toEqual({
    summary:
      "Podium (acme) is in doubt: its token was sent, and no usable answer came — run `tokenward auth podium/acme`",
    source: "runner",
    severity: "error",
    timestamp: "2026-11-26T10:00:00.000Z",
    component: "podium/acme",
    group: "podium",
    class: "in-doubt",
    custom_details: {
      detail: "podium/acme is in doubt.",
      command: "tokenward auth podium/acme",
      code: "ERR_AUTH_IN_DOUBT",
      severity: "page",
      edge: "opened",
      incident: "5d0c1f0e-1111-4222-8333-944455556666",
      open_since: "2026-11-26T10:00:00.000Z",
      grants_total: 1,
      grants: ["podium/a: tokenward auth podium/a"],
    },
  });
});

test(`whatever an alert says, PagerDuty takes it (${noPagerdutyDescription() ?? "by its description"}), and recognises its end`, async () => {
  const { notify } = notifier();
  await fc.assert(
    fc.asyncProperty(anyAlert, async (alert) => {
      await notify({ ...alert, edge: "opened" }, testIO());
      await notify({ ...alert, edge: "resolved" }, testIO());
      expect(server.faults).toEqual([]);
      expect(server.alerts.filter(({ status }) => status === "open")).toEqual([]);
    }),
    { numRuns: 60 },
  );
});

test("the key of an incident is readable, and differs where subject or condition do", () => {
  expect(dedupKey(alertOf({ subject: "platform tiktok" }), "tokenward")).toBe("tokenward/platform tiktok/in-doubt");
  const long = (end: string) => dedupKey(alertOf({ subject: `${"x".repeat(400)}${end}` }), "tokenward");
  expect(long("a")).toHaveLength(255);
  expect(long("a")).not.toBe(long("b"));
  expect(dedupKey(alertOf({ subject: "ä" }), "t")).not.toBe(dedupKey(alertOf({ subject: "ö" }), "t"));
});

describe("an answer", () => {
  const failure = async (mood: PagerdutyMood): Promise<TokenwardError> => {
    server.mood = mood;
    const error: unknown = await notifier()
      .notify(alertOf(), testIO())
      .then(
        () => undefined,
        (thrown: unknown) => thrown,
      );
    if (!TokenwardError.is(error)) throw new Error(`It was not refused but ${inspect(error)}`);
    expect(`${inspect(error, { depth: 9 })}${error.stack ?? ""}${JSON.stringify(error)}`).not.toContain(key);
    return error;
  };

  test("that rejects the key says what to compare", async () => {
    expect(await failure("refusing")).toMatchObject({
      code: "ERR_NOTIFIER_REFUSED",
      class: "client",
      message:
        "The notifier pagerduty could not deliver, and trying again will not help: PagerDuty does not take events with this routing key (status 400).",
    });
  });

  test("that asks for patience says until when", async () => {
    const { code, facts } = await failure("throttling");
    expect(code).toBe("ERR_NOTIFIER_THROTTLED");
    expect(Date.parse(String(facts["until"]))).toBeGreaterThan(Date.now());
  });

  test.each(["down", "dropping", "not-pagerduty"] as const)(
    "of a PagerDuty that is %s may be another one later",
    async (mood) => {
      expect(await failure(mood)).toMatchObject({ code: "ERR_NOTIFIER_UNAVAILABLE", class: "transient" });
    },
  );
});

describe("options", () => {
  test("choose the region's address", async () => {
    const asked: string[] = [];
    const http = {
      send: async (request: HttpRequest) => {
        asked.push(request.url);
        const body = new TextEncoder().encode('{"status":"success"}');
        return { status: 202, headers: {}, body, truncated: false, receivedAt: new Date() };
      },
    };
    for (const region of ["us", "eu"] as const)
      await pagerduty({ routing_key: secret(key), region }).notify(alertOf(), testIO({ http }));
    expect(asked).toEqual(["https://events.pagerduty.com/v2/enqueue", "https://events.eu.pagerduty.com/v2/enqueue"]);
  });

  test("that cannot be right are mistakes", () => {
    const routing_key = secret(key);
    expect(() => pagerduty({ routing_key: secret("short-key-of-nobody") })).toThrow(/32 letters and digits/);
    expect(() => pagerduty({ routing_key: key as never })).toThrow(/must be a secret/);
    expect(() => pagerduty({ routing_key, url: "http://pagerduty.example/" })).toThrow(/begins with https/);
    expect(() => pagerduty({ routing_key, region: "mars" as never })).toThrow(/region/);
    expect(() => pagerduty({ routing_key, dedup_prefix: "a b" })).toThrow(/dedup_prefix/);
  });

  test("keep two configurations with one routing key apart", async () => {
    await notifier({ dedup_prefix: "north" }).notify(alertOf(), testIO());
    await notifier({ dedup_prefix: "south" }).notify(alertOf({ edge: "resolved" }), testIO());
    expect(server.alerts).toMatchObject([{ dedupKey: "north/podium/acme/in-doubt", status: "open" }]);
  });
});
