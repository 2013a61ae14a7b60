import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { afterEach, beforeEach, describe, it } from "node:test";
import { secret, type Alert } from "@tokenward/core/plugin";
import { testIO } from "@tokenward/testing";
import { startReceiver, type Received, type Receiver } from "../fixtures/receiver.ts";
import plugin, { type SampleNameOptions } from "./index.ts";

const alert: Alert = {
  id: "alert-1",
  incident: "incident-1",
  edge: "opened",
  severity: "critical",
  subject: "crm",
  condition: "reauth-due",
  summary: "crm wants a new consent",
  detail: "Its token is dead, and only a human can get another one.",
  command: "tokenward auth crm",
  code: "ERR_AUTH_REAUTH_REQUIRED",
  openedAt: new Date("2026-01-01T00:00:00Z"),
  at: new Date("2026-01-02T03:04:05Z"),
};

let receiver: Receiver;
beforeEach(async () => {
  receiver = await startReceiver();
});
afterEach(async () => await receiver.close());

async function notify(signingSecret: string, message: Alert = alert): Promise<Received> {
  const notifier = plugin({ url: secret(receiver.url), signing_secret: secret(signingSecret) });
  await notifier.notify(message, testIO());
  const last = receiver.received.at(-1);
  assert.ok(last !== undefined);
  return last;
}

/** As a receiver checks it, written a second time. */
function expectedSignature({ headers, body }: Received, key: string | Buffer): string {
  const signed = `${String(headers["webhook-id"])}.${String(headers["webhook-timestamp"])}.${body}`;
  return `v1,${createHmac("sha256", key).update(signed).digest("base64")}`;
}

describe("a message", () => {
  it("says everything about the alert, as JSON", async () => {
    const { headers, body } = await notify("a-secret-that-is-long");
    assert.equal(headers["content-type"], "application/json");
    const { at, openedAt, ...facts } = alert;
    assert.deepEqual(JSON.parse(body), {
      type: "tokenward.alert.opened",
      timestamp: at.toISOString(),
      data: {
        text: "crm wants a new consent — run `tokenward auth crm`",
        opened_at: openedAt.toISOString(),
        ...facts,
      },
    });
  });

  it("names the first of many, and how many there are", async () => {
    const members = Array.from({ length: 1000 }, (_, index) => ({ subject: `crm/${index}` }));
    const { body } = await notify("a-secret-that-is-long", { ...alert, members });
    const { data } = JSON.parse(body) as { readonly data: Readonly<Record<string, unknown>> };
    assert.deepEqual(data["members"], members.slice(0, 20));
    assert.equal(data["member_count"], 1000);
  });

  it("is signed", async () => {
    const plain = await notify("a-secret-that-is-long");
    assert.equal(plain.headers["webhook-signature"], expectedSignature(plain, "a-secret-that-is-long"));
    const key = Buffer.from("24 bytes of randomness..");
    const encoded = await notify(`whsec_${key.toString("base64")}`);
    assert.equal(encoded.headers["webhook-signature"], expectedSignature(encoded, key));
  });

  it("has the same id when it is repeated", async () => {
    const [one, again] = [await notify("a-secret-that-is-long"), await notify("a-secret-that-is-long")];
    assert.equal(one.headers["webhook-id"], again.headers["webhook-id"]);
  });
});

describe("a refusal", () => {
  for (const [behaviour, code] of [
    ["permanent", "ERR_NOTIFIER_REFUSED"],
    ["transient", "ERR_NOTIFIER_UNAVAILABLE"],
    ["throttled", "ERR_NOTIFIER_THROTTLED"],
    ["drop", "ERR_NOTIFIER_UNAVAILABLE"],
  ] as const) {
    it(`(${behaviour}) is ${code}`, async () => {
      receiver.behave(behaviour);
      await assert.rejects(notify("a-secret-that-is-long"), { code });
    });
  }
});

describe("options", () => {
  const good: SampleNameOptions = {
    url: secret("https://x.example/hook"),
    signing_secret: secret("0123456789abcdef"),
  };

  it("are secrets", () => {
    assert.deepEqual(plugin.secretOptions, ["url", "signing_secret"]);
    assert.throws(() => plugin({ ...good, url: "https://x.example/hook" } as never), /url: must be a secret/);
  });

  it("are an address that others cannot read on the way, and a key that cannot be guessed", () => {
    assert.throws(() => plugin({ ...good, url: secret("http://x.example/hook") }), /https/);
    assert.throws(() => plugin({ ...good, signing_secret: secret("short") }), /at least 16/);
  });
});
