import { secret, type Secret } from "@tokenward/core";
import { testIO } from "@tokenward/testing";
import fc from "fast-check";
import { Webhook } from "standardwebhooks";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { webhook } from "./index.ts";
import { standardBody } from "./standard.ts";
import { alertOf, anyAlert, thousand } from "./test/alerts.ts";
import { Receiver, type Received } from "./test/receiver.ts";

const keys = ["MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "C2FVsBQIhrscChlQIMV+b5sSYspob7oD"].map((key) => `whsec_${key}`);
const [current = "", former = ""] = keys;

let receiver: Receiver;
beforeEach(async () => {
  receiver = await new Receiver().start();
});
afterEach(async () => await receiver.close());

async function sent(signing_secret?: Secret | readonly Secret[], alert = alertOf()): Promise<Received> {
  const notifier = webhook({ url: secret(receiver.url), signing_secret, allow_private: true });
  await notifier.notify(alert, testIO());
  return receiver.accepted.at(-1) as Received;
}

function verify(key: string, { headers, body }: Received): unknown {
  return new Webhook(key).verify(body, headers as Record<string, string>);
}

describe("the verifier of Standard Webhooks", () => {
  test("accepts every message, and gives what the alert said", async () => {
    const received = await sent(secret(current));
    expect(verify(current, received)).toMatchObject({
      type: "tokenward.alert.opened",
      timestamp: "2026-11-26T10:00:00.000Z",
      data: { subject: "linkedin", text: "LinkedIn token expires in 9 days — run `tokenward auth linkedin`" },
    });
    expect(received.headers["webhook-id"]).toBe(alertOf().id);
  });

  test("accepts it with either secret while one replaces the other", async () => {
    const received = await sent([secret(current), secret(former)]);
    verify(current, received);
    verify(former, received);
  });

  test("refuses what was changed, signed by somebody else, or not signed", async () => {
    const received = await sent(secret(current));
    expect(() => verify(former, received)).toThrow("No matching signature");
    expect(() => verify(current, { ...received, body: received.body.replace("warn", "page") })).toThrow();
    const moved = { ...received, headers: { ...received.headers, "webhook-id": "another" } };
    expect(() => verify(current, moved)).toThrow();
    expect(() => verify(current, { ...received, headers: {} })).toThrow("Missing required headers");
    expect((await sent()).headers["webhook-signature"]).toBeUndefined();
  });

  test("sees a repetition by its id, signed for the time of its own attempt", async () => {
    const [one, again] = [await sent(secret(current)), await sent(secret(current))];
    expect(again.headers["webhook-id"]).toBe(one.headers["webhook-id"]);
    verify(current, again);
    const minuteAgo = new Date(Date.now() - 60_000);
    const io = { ...testIO(), clock: { ...testIO().clock, now: () => minuteAgo } };
    await webhook({ url: secret(receiver.url), signing_secret: secret(current), allow_private: true }).notify(
      alertOf(),
      io,
    );
    const earlier = receiver.accepted.at(-1) as Received;
    verify(current, earlier);
    expect(earlier.headers["webhook-timestamp"]).toBe(String(Math.floor(minuteAgo.getTime() / 1000)));
    expect(earlier.headers["webhook-signature"]).not.toBe(one.headers["webhook-signature"]);
  });

  test("accepts whatever an alert says", async () => {
    const { signatureOf } = await import("./signature.ts");
    fc.assert(
      fc.property(anyAlert, fc.uint8Array({ minLength: 24, maxLength: 64 }), (alert, key) => {
        const text = `whsec_${Buffer.from(key).toString("base64")}`;
        const [body, seconds] = [standardBody(alert), Math.floor(Date.now() / 1000)];
        const headers = {
          "webhook-id": alert.id,
          "webhook-timestamp": String(seconds),
          "webhook-signature": signatureOf(alert.id, seconds, body, [secret(text)]).reveal(),
        };
        new Webhook(text).verify(body, headers);
        expect(() => new Webhook(text).verify(`${body} `, headers)).toThrow("No matching signature");
      }),
      { numRuns: 50 },
    );
  });
});

describe("a body", () => {
  test("has every key, and null where nothing is known", () => {
    const body = JSON.parse(standardBody(alertOf({ command: undefined, code: undefined }))) as { data: object };
    expect(Object.keys(body)).toEqual(["type", "timestamp", "data"]);
    expect(body.data).toMatchObject({ command: null, code: null, members: [], members_total: 0 });
    expect(Object.keys(body.data).join(" ")).toBe(
      "id incident edge severity subject condition summary text detail command code opened_at members members_total",
    );
    const many = JSON.parse(standardBody(alertOf({ members: [{ subject: "a" }, { subject: "b", command: "c" }] }))) as {
      data: object;
    };
    expect(many.data).toMatchObject({
      members: [
        { subject: "a", command: null },
        { subject: "b", command: "c" },
      ],
      members_total: 2,
    });
  });

  test("stays below 20 kB, and says how many there are", () => {
    const text = standardBody(alertOf({ members: thousand }));
    const { data } = JSON.parse(text) as { data: { members: unknown[]; members_total: number } };
    expect(Buffer.byteLength(text)).toBeLessThan(20_000);
    expect(data.members_total).toBe(1000);
    expect(data.members.length).toBeGreaterThan(20);
    fc.assert(
      fc.property(anyAlert, fc.boolean(), (alert, many) => {
        const told = many ? { ...alert, members: [...(alert.members ?? []), ...thousand] } : alert;
        const body = standardBody(told);
        expect(Buffer.byteLength(body)).toBeLessThan(20_000);
        const parsed = JSON.parse(body) as { data: { members: object[]; members_total: number; text: string } };
        expect(parsed.data.members_total).toBe(told.members?.length ?? 0);
        expect(parsed.data.members.length).toBeLessThanOrEqual(parsed.data.members_total);
        // Nothing that a terminal or a log could obey.
        expect(body).not.toMatch(/\\[nr]|\\u00[01]|[\u202E\u2066\p{Cc}]/u);
      }),
      { numRuns: 300 },
    );
  });
});

describe("a signing secret", () => {
  test("that is none, or for a receiver that checks none, is a mistake that says what to do", () => {
    const url = secret("https://hooks.example.com/x");
    for (const text of ["short", "whsec_c2hvcnQ=", "whsec_!!", `whsec_${"A".repeat(120)}`]) {
      expect(() => webhook({ url, signing_secret: secret(text) })).toThrow(
        /must be `whsec_` and base64 of 24 to 64 bytes/,
      );
    }
    expect(() => webhook({ url, format: "slack", signing_secret: secret(current) })).toThrow(
      /Slack and Teams check no/,
    );
    const slack = secret("https://hooks.slack.com/services/T/B/x");
    expect(() => webhook({ url: slack, signing_secret: secret(current) })).toThrow(/Slack and Teams check no/);
    const context = { folder: "/", env: { ALERT_WEBHOOK_URL: slack.reveal() } };
    expect(() => webhook.create({ signing_secret: secret(current) }, context)).toThrow(/Slack and Teams check no/);
  });
});
