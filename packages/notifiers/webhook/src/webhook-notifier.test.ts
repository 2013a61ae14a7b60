import { inspect } from "node:util";
import { secret, TokenwardError, type PluginIO } from "@tokenward/core";
import { testIO } from "@tokenward/testing";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { formatOf } from "./format.ts";
import { webhook, type WebhookFormat } from "./index.ts";
import { alertOf } from "./test/alerts.ts";
import { Receiver, secretPath, type Behaviour } from "./test/receiver.ts";

let receiver: Receiver;
beforeEach(async () => {
  receiver = await new Receiver().start();
});
afterEach(async () => await receiver.close());

async function failureOf(
  behaviour: Behaviour,
  format: WebhookFormat,
  io: PluginIO = testIO(),
): Promise<TokenwardError> {
  receiver.behaviour = behaviour;
  const notifier = webhook({ url: secret(receiver.url), format, allow_private: true });
  const error: unknown = await notifier.notify(alertOf(), io).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!TokenwardError.is(error)) throw new Error(`It was not refused but ${inspect(error)}`);
  for (const part of [...secretPath.split("/"), "S3cr3tSignature"]) {
    expect(`${inspect(error, { depth: 9 })}${error.stack ?? ""}${JSON.stringify(error)}`).not.toContain(part);
  }
  return error;
}

describe("an answer", () => {
  test.each([
    [
      "slack",
      404,
      "no_service",
      "Slack does not know the webhook any more",
      "Make a new incoming webhook, and put its address where the configuration takes it from",
    ],
    [
      "slack",
      410,
      "channel_is_archived",
      "the webhook's channel is archived",
      "Unarchive it, or make a new incoming webhook, and put its address where the configuration takes it from",
    ],
    ["slack", 403, "action_prohibited", "an administrator of Slack forbids it", undefined],
    [
      "slack",
      400,
      "echo",
      "it does not take the message (status 400)",
      "Check that `format` is what the receiver understands",
    ],
    ["json", 404, "echo", "nothing is behind its address any more (404)", undefined],
    ["json", 410, "", "nothing is behind its address any more (410)", undefined],
    ["json", 401, "echo", "it does not let us in (401)", undefined],
    [
      "teams",
      403,
      "",
      "it does not let us in (403)",
      "Open the flow in Teams: the flow is limited to some users; let anyone trigger it",
    ],
    ["json", 301, "", "it answered with a redirect (301), and redirects are not followed", undefined],
  ] as const)("of %s with %d %s is a refusal in one sentence", async (format, status, body, reason, remedy) => {
    const headers = status === 301 ? { location: "https://elsewhere.example/" } : {};
    const error = await failureOf({ status, body, headers }, format);
    expect(error).toMatchObject({ code: "ERR_NOTIFIER_REFUSED", class: "client" });
    expect(error.facts["reason"]).toBe(reason);
    if (remedy !== undefined) expect(error.facts["remedy"]).toBe(remedy);
  });

  test("that asks for patience says until when", async () => {
    const now = new Date("2026-11-26T10:00:00Z");
    const io = { ...testIO(), clock: { ...testIO().clock, now: () => now } };
    const stated = await failureOf(
      { status: 429, body: "rate_limited", headers: { "retry-after": "30" } },
      "slack",
      io,
    );
    expect(stated).toMatchObject({ code: "ERR_NOTIFIER_THROTTLED", facts: { until: "2026-11-26T10:00:30.000Z" } });
    const unstated = await failureOf({ status: 429 }, "json", io);
    expect(unstated.facts["until"]).toBe("2026-11-26T10:01:00.000Z");
    const down = await failureOf(
      { status: 503, headers: { "retry-after": "Thu, 26 Nov 2026 10:05:00 GMT" } },
      "teams",
      io,
    );
    expect(down.facts["until"]).toBe("2026-11-26T10:05:00.000Z");
  });

  test.each([500, 502, 503, 408])("%d may be gone the next time", async (status) => {
    expect(await failureOf({ status, body: "echo" }, "json")).toMatchObject({ code: "ERR_NOTIFIER_UNAVAILABLE" });
  });

  test("that never comes, or is cut off, leaves the message to be repeated", async () => {
    expect(await failureOf({ drop: true }, "json")).toMatchObject({ code: "ERR_NOTIFIER_UNAVAILABLE" });
    const stop = new AbortController();
    const hanging = failureOf({ hang: true }, "json", { ...testIO(), signal: stop.signal });
    while (receiver.attempts.length < 2) await new Promise((resolve) => setImmediate(resolve));
    stop.abort();
    expect(await hanging).toMatchObject({ code: "ERR_NOTIFIER_UNAVAILABLE", facts: { reason: "aborted" } });
  });
});

describe("an address", () => {
  test.each([
    ["https://hooks.slack.com/services/T/B/x", "slack"],
    ["https://hooks.slack-gov.com/services/T/B/x", "slack"],
    ["https://prod-07.westeurope.logic.azure.com:443/workflows/x?sig=y", "teams"],
    ["https://x.06.environment.api.powerplatform.com/powerautomate/x", "teams"],
    ["https://hooks.slack.com.evil.example/services", "json"],
    ["https://example.com/hooks.slack.com", "json"],
  ])("%s calls for %s", (url, format) => expect(formatOf(url)).toBe(format));

  test("of this machine or a private network is refused, unless it is meant", async () => {
    for (const host of ["127.0.0.1", "localhost", "[::1]"]) {
      const url = secret(receiver.url.replace("127.0.0.1", host));
      const error: unknown = await webhook({ url })
        .notify(alertOf(), testIO())
        .catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({ code: "ERR_NOTIFIER_REFUSED" });
      expect((error as TokenwardError).fix).toMatch(/^Set `allow_private: true` if that is meant, then /);
    }
    expect(receiver.attempts).toEqual([]);
    await webhook({ url: secret(receiver.url), allow_private: true }).notify(alertOf(), testIO());
    expect(receiver.accepted).toHaveLength(1);
  });

  test("comes from ALERT_WEBHOOK_URL where the options have none", async () => {
    const context = { folder: "/", env: { ALERT_WEBHOOK_URL: receiver.url } };
    await webhook.create({ allow_private: true }, context).notify(alertOf(), testIO());
    expect(receiver.accepted).toHaveLength(1);
    expect(() => webhook.create({}, { folder: "/", env: {} })).toThrow(/set ALERT_WEBHOOK_URL/);
    const wrong = { folder: "/", env: { ALERT_WEBHOOK_URL: "http://10.0.0.1/5ecr3t" } };
    expect(() => webhook.create({}, wrong)).toThrow(/must be an address that begins with https/);
  });

  test("without TLS to another machine, or with a password in it, is a mistake", () => {
    for (const url of ["http://hooks.example.com/x", "ftp://x.example", "no address", "https://u:p@x.example/"])
      expect(() => webhook({ url: secret(url) })).toThrow(/must be an address that begins with https/);
    expect(() => webhook({ url: "https://x.example/" as never })).toThrow(/must be a secret/);
  });

  test("nobody can be reached at is a failure that names no secret", async () => {
    const url = secret(`https://nobody.invalid/${secretPath}`);
    const error: unknown = await webhook({ url })
      .notify(alertOf(), testIO())
      .catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: "ERR_NOTIFIER_UNAVAILABLE" });
    expect(inspect(error, { depth: 9 })).not.toContain("SECRET");
  });
});

test("a message that must not be sent any more is not", async () => {
  const io = { ...testIO(), signal: AbortSignal.abort() };
  await expect(webhook({ url: secret(receiver.url), allow_private: true }).notify(alertOf(), io)).rejects.toThrow();
  expect(receiver.attempts).toEqual([]);
});
