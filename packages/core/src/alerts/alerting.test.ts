import { beforeEach, describe, expect, test } from "vitest";
import { engineContext } from "../engine/context.ts";
import type { NamedNotifier } from "../engine/engine.ts";
import { TokenwardError } from "../errors/error.ts";
import { memoryState } from "../memory-state.ts";
import type { Alert } from "../notifier.ts";
import type { AlertStore, GrantState } from "../state.ts";
import { Alerting } from "./alerting.ts";
import type { Finding } from "./finding.ts";
import type { AlertPolicy } from "./policy.ts";
import { overview } from "./overview.ts";
import { testAlerts } from "./test-alerts.ts";
import { brief, hours, refreshed, trouble } from "./imagined-run.fixture.ts";

let now = hours(0);
let notes: string[];
let state: GrantState;
beforeEach(() => {
  now = hours(0);
  notes = [];
  state = { ...memoryState(), traits: { ephemeral: false, shared: false } };
});

// Waits are over at once, and time goes on by them.
const clock = {
  now: () => now,
  monotonic: () => now.getTime(),
  sleep: async (milliseconds: number) => {
    now = new Date(now.getTime() + milliseconds);
  },
};

/** A notifier that takes everything, or fails as often as it is told to. */
class Receiver {
  readonly taken: Alert[] = [];
  readonly offered: Alert[] = [];
  failing: (() => Error) | undefined;

  async notify(alert: Alert): Promise<void> {
    this.offered.push(alert);
    if (this.failing !== undefined) throw this.failing();
    this.taken.push(alert);
  }
}

function contextOf(receivers: Readonly<Record<string, Receiver>>, alerts: AlertPolicy = {}) {
  const notifiers = Object.entries(receivers).map(([name, notifier]): NamedNotifier => ({ name, notifier }));
  return engineContext({ state, clock, notifiers, alerts, env: {}, note: (line) => void notes.push(line) });
}

async function run(
  receivers: Readonly<Record<string, Receiver>>,
  findings: readonly Finding[],
  alerts: AlertPolicy = {},
) {
  const alerting = new Alerting(contextOf(receivers, alerts));
  await alerting.sight(findings);
  return await alerting.settle({ whole: true });
}

const refused = () =>
  new TokenwardError(
    "ERR_NOTIFIER_REFUSED",
    { notifier: "webhook", reason: "the webhook is gone", remedy: "Make a new one" },
    { class: "client" },
  );
const down = () =>
  new TokenwardError(
    "ERR_NOTIFIER_UNAVAILABLE",
    { notifier: "webhook", reason: "it answered with 503" },
    { class: "transient" },
  );

describe("delivery", () => {
  test("is at least once: what was not taken waits, with the same id, behind it what belongs to the same incident", async () => {
    const webhook = new Receiver();
    webhook.failing = down;
    const [status] = await run({ webhook }, [trouble({ subject: "tiktok" })]);
    expect(status).toMatchObject({ notifier: "webhook", delivered: 0, waiting: 1, alert: true, severity: "warn" });
    expect(webhook.offered).toHaveLength(3);
    expect(new Set(webhook.offered.map(({ id }) => id)).size).toBe(1);
    now = hours(1);
    webhook.failing = undefined;
    await run({ webhook }, [refreshed("tiktok", hours(1))]);
    expect(brief(webhook.taken)).toEqual(["opened warn tiktok", "resolved warn tiktok"]);
    expect(webhook.taken[0]?.id).toBe(webhook.offered[0]?.id);
    expect((await overview(contextOf({ webhook }))).waiting).toEqual([]);
  });

  test("a recovery never overtakes its opening", async () => {
    const webhook = new Receiver();
    webhook.failing = down;
    await run({ webhook }, [trouble({ subject: "tiktok" })]);
    const offered = webhook.offered.length;
    webhook.failing = undefined;
    // The opening is not due again yet.
    now = new Date(now.getTime() + 10_000);
    await run({ webhook }, [refreshed("tiktok", now)]);
    expect(webhook.offered).toHaveLength(offered);
    now = hours(2);
    await run({ webhook }, []);
    expect(webhook.taken.map(({ edge }) => edge)).toEqual(["opened", "resolved"]);
  });

  test("is not tried again in vain, and a dead receiver does not hold up a run", async () => {
    const webhook = new Receiver();
    webhook.failing = refused;
    const many = Array.from({ length: 20 }, (_, index) => trouble({ subject: `g${index}`, cause: undefined }));
    const [status] = await run({ webhook }, many);
    expect(webhook.offered).toHaveLength(3);
    expect(status).toMatchObject({ waiting: 20, code: "ERR_NOTIFIER_REFUSED", severity: "page" });
    expect(notes).toEqual([
      "The notifier webhook could not deliver, and trying again will not help: the webhook is gone. Make a new one, then see with `tokenward alerts test` that a message arrives.",
    ]);
  });

  test("waits as long as the receiver asks for, where that is short, and leaves it to a later run where it is not", async () => {
    const webhook = new Receiver();
    const throttled = (seconds: number) => () =>
      new TokenwardError("ERR_NOTIFIER_THROTTLED", {
        notifier: "webhook",
        until: new Date(now.getTime() + seconds * 1000).toISOString(),
      });
    webhook.failing = throttled(5);
    await run({ webhook }, [trouble({ subject: "a", cause: undefined })]);
    expect(webhook.offered).toHaveLength(3);
    expect(now.getTime() - hours(0).getTime()).toBe(10_000);
    webhook.failing = throttled(3600);
    now = hours(10);
    await run({ webhook }, []);
    expect(webhook.offered).toHaveLength(4);
    now = new Date(hours(10).getTime() + 3_599_000);
    await run({ webhook }, []);
    expect(webhook.offered).toHaveLength(4);
  });

  test("whatever a notifier throws is a failure", async () => {
    const context = contextOf({});
    const alerting = new Alerting({
      ...context,
      telling: { ...context.telling, notifiers: ["odd"] },
      notifiers: [
        {
          name: "odd",
          notifier: {
            notify: async () => {
              throw "a string";
            },
          },
        },
      ],
    });
    await alerting.sight([trouble({ subject: "a" })]);
    expect(await alerting.settle()).toMatchObject([{ alert: true, code: "ERR_NOTIFIER_UNAVAILABLE" }]);
  });

  test("one notifier does not stand in another's way, and its failing is told by the other", async () => {
    const [webhook, smtp] = [new Receiver(), new Receiver()];
    webhook.failing = refused;
    const statuses = await run({ webhook, smtp }, [trouble({ subject: "tiktok" })]);
    expect(statuses).toMatchObject([
      { notifier: "webhook", alert: true, waiting: 1 },
      { notifier: "smtp", alert: false, delivered: 2, waiting: 0 },
    ]);
    expect(brief(smtp.taken)).toEqual(["opened warn tiktok", "opened page notifier webhook"]);
    now = hours(12);
    webhook.failing = undefined;
    await run({ webhook, smtp }, []);
    expect(brief(smtp.taken.slice(2))).toEqual(["resolved page notifier webhook"]);
    expect(brief(webhook.taken)).toEqual(["opened warn tiktok"]);
  });

  test("goes to those who have not heard of it, where a notifier is configured no longer", async () => {
    const [webhook, smtp, pagerduty] = [new Receiver(), new Receiver(), new Receiver()];
    webhook.failing = refused;
    await run({ webhook, smtp }, [trouble({ subject: "tiktok" })]);
    smtp.taken.length = 0;
    now = hours(12);
    await run({ smtp, pagerduty }, []);
    expect(brief(pagerduty.taken)).toContain("opened warn tiktok");
    expect(brief(smtp.taken)).toEqual(["resolved page notifier webhook"]);
    pagerduty.taken.length = 0;
    smtp.taken.length = 0;
    now = hours(13);
    await run({ smtp, pagerduty }, [refreshed("tiktok", hours(13))]);
    for (const { taken } of [smtp, pagerduty]) expect(brief(taken)).toEqual(["resolved warn tiktok"]);
  });

  test("goes to nobody twice, where the one who did not take it is configured no longer", async () => {
    const [webhook, smtp] = [new Receiver(), new Receiver()];
    webhook.failing = down;
    await run({ webhook, smtp }, [trouble({ subject: "tiktok" })]);
    now = hours(1);
    await run({ webhook, smtp }, [refreshed("tiktok", hours(1))]);
    const heard = (): readonly string[] => brief(smtp.taken).filter((line) => line.endsWith("tiktok"));
    expect(heard()).toEqual(["opened warn tiktok", "resolved warn tiktok"]);
    now = hours(2);
    await run({ smtp }, []);
    expect(heard()).toEqual(["opened warn tiktok", "resolved warn tiktok"]);
  });

  test("of an end goes to those who would be told now, where none who heard of the beginning is left", async () => {
    const [webhook, smtp] = [new Receiver(), new Receiver()];
    await run({ webhook }, [trouble({ subject: "tiktok" })]);
    now = hours(1);
    await run({ smtp }, [refreshed("tiktok", hours(1))]);
    expect(brief(smtp.taken)).toEqual(["resolved warn tiktok"]);
  });
});

describe("a state", () => {
  test("that cannot be used makes every run tell what it finds, and says so", async () => {
    const webhook = new Receiver();
    const broken = async () =>
      await Promise.reject(new TokenwardError("ERR_STATE_CORRUPT", { path: "x", reason: "y" }));
    const alerts = { list: broken, put: broken, outbox: broken, settle: broken } as unknown as AlertStore;
    state = { ...state, alerts };
    const outage = Array.from({ length: 50 }, (_, index) => trouble({ subject: `tiktok/${index}` }));
    await run({ webhook }, outage);
    await run({ webhook }, outage);
    expect(brief(webhook.taken)).toEqual(["opened warn platform tiktok", "opened warn platform tiktok"]);
    expect(notes[0]).toMatch(/^Alerts cannot be remembered, so this run tells all that it finds: /);
  });

  test("that breaks in the middle loses nothing that was found", async () => {
    const webhook = new Receiver();
    const working = state.alerts;
    let broken = false;
    const fails =
      <Args extends unknown[], T>(work: (...args: Args) => Promise<T>) =>
      async (...args: Args): Promise<T> => {
        if (broken) throw new TokenwardError("ERR_STATE_UNWRITABLE", { path: "x", reason: "full" });
        return await work(...args);
      };
    state = {
      ...state,
      alerts: {
        list: fails(working.list),
        put: fails(working.put),
        outbox: fails(working.outbox),
        settle: fails(working.settle),
      },
    };
    const alerting = new Alerting(contextOf({ webhook }));
    await alerting.sight([trouble({ subject: "a", cause: undefined })]);
    broken = true;
    await alerting.sight([trouble({ subject: "b", cause: undefined })]);
    await alerting.settle();
    expect(brief(webhook.taken)).toEqual(["opened warn a", "opened warn b"]);
  });

  test("that several processes share: each incident is told once", async () => {
    const webhook = new Receiver();
    const found = Array.from({ length: 5 }, (_, index) => trouble({ subject: `g${index}`, cause: undefined }));
    await Promise.all(Array.from({ length: 8 }, async () => await run({ webhook }, found)));
    expect(brief(webhook.taken).toSorted()).toEqual(found.map(({ subject }) => `opened warn ${subject}`));
    await Promise.all(
      Array.from(
        { length: 8 },
        async () =>
          await run(
            { webhook },
            found.map(({ subject }) => refreshed(subject, hours(1))),
          ),
      ),
    );
    expect(webhook.taken).toHaveLength(10);
  });

  test("keeps the alerts of two configurations apart", async () => {
    const [one, other] = [new Receiver(), new Receiver()];
    one.failing = down;
    await run({ webhook: one }, [trouble({ subject: "tiktok" })], { installation: "one" });
    await run({ webhook: other }, [trouble({ subject: "tiktok" })], { installation: "other" });
    expect(brief(other.taken)).toEqual(["opened warn tiktok"]);
    expect(one.taken).toEqual([]);
  });
});

describe("what is configured no longer", () => {
  test("is over", async () => {
    const webhook = new Receiver();
    const grants = ["a", "b"];
    await run(
      { webhook },
      grants.map((subject) => trouble({ subject, cause: undefined })),
      { grants },
    );
    await run({ webhook }, [], { grants: ["b"] });
    expect(webhook.taken.slice(2)).toMatchObject([
      { edge: "resolved", subject: "a", detail: "It is configured no longer." },
    ]);
  });

  test("is over for the credential of a write-back, too", async () => {
    const webhook = new Receiver();
    const ends = (subject: string) =>
      trouble({ subject, condition: "credential-expiry", summary: "It ends soon", cause: undefined });
    const found = [ends("write-back gitlab"), ends("write-back gitlab of tiktok")];
    await run({ webhook }, found, { writeBacks: ["gitlab", "gitlab of tiktok"] });
    await run({ webhook }, [], {});
    expect(webhook.taken).toHaveLength(2);
    await run({ webhook }, [], { writeBacks: ["gitlab of tiktok"] });
    expect(brief(webhook.taken.slice(2))).toEqual(["resolved warn write-back gitlab"]);
  });
});

describe("a test", () => {
  test("sends a message and its end to each, and records nothing", async () => {
    const [webhook, smtp] = [new Receiver(), new Receiver()];
    smtp.failing = refused;
    const context = contextOf({ webhook, smtp }, { routes: { page: ["webhook"] } });
    expect(await testAlerts(context)).toMatchObject([
      { notifier: "webhook", delivered: 2, alert: false },
      { notifier: "smtp", delivered: 0, alert: true, code: "ERR_NOTIFIER_REFUSED" },
    ]);
    expect(webhook.taken.map(({ edge, condition }) => `${edge} ${condition}`)).toEqual([
      "opened test",
      "resolved test",
    ]);
    expect(await overview(context)).toEqual({ states: [], waiting: [] });
    expect(await testAlerts(context, "page")).toHaveLength(1);
    expect(webhook.taken.at(-1)?.severity).toBe("page");
  });

  test("without anybody to tell says so", async () => {
    await expect(testAlerts(contextOf({}))).rejects.toThrow("No notifier is configured, so nobody would be told.");
    const context = contextOf({ webhook: new Receiver() }, { routes: { warn: [] } });
    await expect(testAlerts(context, "warn")).rejects.toThrow("No notifier is configured for warn");
  });
});
