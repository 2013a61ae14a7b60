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
      "Make a new incoming webhook in Slack and put its address where the configuration takes it from",
    ],
    [
      "slack",
      410,
      "channel_is_archived",
      "the webhook's channel is archived",
      "Unarchive it in Slack, or make a new incoming webhook",
    ],
    ["slack", 403, "action_prohibited", "an administrator of Slack does not allow it", undefined],
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
      "Let anyone trigger the flow in Teams, and check that its address is complete",
    ],
    [
      "teams",
      404,
      "echo",
      "nothing is behind its address any more (404)",
      "Look in Teams whether the flow is still there and switched on, and make a new one if it is not",
    ],
    ["slack", 404, "NO_SERVICE", "nothing is behind its address any more (404)", undefined],
    ["slack", 400, "constructor", "it does not take the message (status 400)", undefined],
    ["slack", 400, "__proto__", "it does not take the message (status 400)", undefined],
    ["json", 404, "no_service", "nothing is behind its address any more (404)", undefined],
    ["json", 413, "echo", "it does not take the message (status 413)", undefined],
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
    const years = await failureOf({ status: 429, headers: { "retry-after": "999999999" } }, "json", io);
    expect(years.facts["until"]).toBe("2026-11-27T10:00:00.000Z");
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

describe("success", () => {
  test.each([
    ["json", 204],
    ["json", 299],
    ["teams", 202],
    ["teams", 200],
  ] as const)("of %s is %d", async (format, status) => {
    receiver.behaviour = { status };
    await webhook({ url: secret(receiver.url), format, allow_private: true }).notify(alertOf(), testIO());
    expect(receiver.accepted).toHaveLength(1);
  });

  test("is what was said before a long answer ended, and a redirect is none wherever it leads", async () => {
    receiver.behaviour = { status: 200, body: "x".repeat(100_000) };
    await webhook({ url: secret(receiver.url), allow_private: true }).notify(alertOf(), testIO());
    const elsewhere = await new Receiver().start();
    for (const status of [301, 302, 303, 307, 308]) {
      const error = await failureOf({ status, headers: { location: elsewhere.url } }, "json");
      expect(error.facts["reason"]).toBe(`it answered with a redirect (${status}), and redirects are not followed`);
    }
    expect(elsewhere.attempts).toEqual([]);
    await elsewhere.close();
  });

  test("is waited for no longer, and read no further, than an answer needs", async () => {
    const asked: unknown[] = [];
    const plain = testIO();
    const http: PluginIO["http"] = {
      send: async (request, options) => {
        asked.push(options);
        return await plain.http.send(request, options);
      },
    };
    const io = { ...plain, http };
    await webhook({ url: secret(receiver.url), allow_private: true }).notify(alertOf(), io);
    await expect(
      webhook({ url: secret(receiver.url.replace("http:", "https:")) }).notify(alertOf(), io),
    ).rejects.toThrow();
    const shared = { signal: plain.signal, deadline: 12_000, mostBytes: 4096 };
    expect(asked).toEqual([
      { ...shared, publicOnly: false },
      { ...shared, publicOnly: true },
    ]);
  });
});

describe("an address", () => {
  test.each([
    ["https://hooks.slack.com/services/T/B/x", "slack"],
    ["https://hooks.slack-gov.com/services/T/B/x", "slack"],
    ["https://prod-07.westeurope.logic.azure.com:443/workflows/x?sig=y", "teams"],
    ["https://x.06.environment.api.powerplatform.com/powerautomate/x", "teams"],
    ["https://api.powerautomate.com/x", "teams"],
    ["https://x.flow.microsoft.com/x", "teams"],
    ["https://acme.webhook.office.com/webhookb2/x", "teams"],
    ["https://HOOKS.SLACK.COM/services/T/B/x", "slack"],
    ["https://evillogic.azure.com/x", "json"],
    ["https://evilwebhook.office.com/x", "json"],
    ["https://x.logic.azure.com.evil.example/", "json"],
    ["https://hooks.slack.com.evil.example/services", "json"],
    ["https://example.com/hooks.slack.com", "json"],
  ])("%s calls for %s", (url, format) => expect(formatOf(url)).toBe(format));

  test("of this machine or a private network is refused, unless it is meant", async () => {
    const port = new URL(receiver.url).port;
    for (const host of ["127.0.0.1", "localhost", "[::1]", "10.0.0.1", "169.254.169.254", "2130706433", "[fd00::1]"]) {
      const error: unknown = await webhook({ url: secret(`https://${host}:${port}/${secretPath}`) })
        .notify(alertOf(), testIO())
        .catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({ code: "ERR_NOTIFIER_REFUSED", class: "client" });
      expect((error as TokenwardError).message).toContain(
        "its address leads to this machine or into a private network",
      );
      expect((error as TokenwardError).fix).toMatch(/^Set `allow_private: true` if that is meant, then /);
      expect(inspect(error, { depth: 9 })).not.toContain("SECRET");
    }
    expect(receiver.attempts).toEqual([]);
    await webhook({ url: secret(receiver.url), allow_private: true }).notify(alertOf(), testIO());
    expect(receiver.accepted).toHaveLength(1);
  });

  test("comes from ALERT_WEBHOOK_URL where the options have none", async () => {
    // A line break at its end is what a CI variable often has.
    const context = { folder: "/", env: { ALERT_WEBHOOK_URL: `${receiver.url}\n` } };
    await webhook.create({ allow_private: true }, context).notify(alertOf(), testIO());
    expect(receiver.accepted).toHaveLength(1);
    for (const env of [{}, { ALERT_WEBHOOK_URL: "" }, { ALERT_WEBHOOK_URL: " " }]) {
      expect(() => webhook.create({}, { folder: "/", env })).toThrow(
        'its address is missing: set the environment variable ALERT_WEBHOOK_URL, or write `url: "${NAME}"` under `auth.alerts.webhook`',
      );
    }
    const attempt = (url: string, allow_private: boolean) => (): unknown =>
      webhook.create({ allow_private }, { folder: "/", env: { ALERT_WEBHOOK_URL: url } });
    expect(attempt("http://10.0.0.1/5ecr3t", true)).toThrow(
      /ALERT_WEBHOOK_URL must be an address that begins with https/,
    );
    expect(attempt(receiver.url, false)).toThrow(/http:\/\/ only on this machine, with `allow_private: true`/);
    expect(attempt("https://x.example/5ecr3t", false)).not.toThrow();
  });

  test("without TLS to another machine, or with a password in it, is a mistake that does not repeat it", () => {
    const attempt =
      (url: string, allow_private = false) =>
      (): unknown =>
        webhook({ url: secret(url), allow_private });
    for (const url of [
      "http://hooks.example.com/x",
      "http://10.0.0.1/x",
      "http://127.0.0.1.example.com/x",
      "ftp://x.example",
      "no address",
    ]) {
      expect(attempt(url, true), url).toThrow(/url: must be an address that begins with https/);
    }
    for (const url of ["http://127.0.0.1:1/x", "http://localhost/x", "http://[::1]/x"]) {
      expect(attempt(url), url).toThrow(/url: must begin with https:\/\/ \(http:\/\/ only on this machine, with/);
      expect(attempt(url, true), url).not.toThrow();
    }
    expect(attempt("https://user:5ecret1@x.example/")).toThrow(/url: must not hold a user or password/);
    for (const url of ["http://x.example/5ecret1", "https://u:5ecret1@x.example/", "5ecret1"]) {
      expect(attempt(url)).not.toThrow(/5ecret1/);
    }
    expect(() => webhook({ url: "https://x.example/" as never })).toThrow(/url: must be a secret/);
    expect(() => webhook({ format: "discord" as never })).toThrow(/format/);
    expect(webhook.secretOptions).toEqual(["url", "signing_secret"]);
  });

  test("nobody can be reached at is a failure that names no secret", async () => {
    const url = secret(`https://SECRET-host.invalid/${secretPath}`);
    const error: unknown = await webhook({ url })
      .notify(alertOf(), testIO())
      .catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: "ERR_NOTIFIER_UNAVAILABLE" });
    expect(inspect(error, { depth: 9 })).not.toMatch(/SECRET/i);
  });
});

test("a message that must not be sent any more is not", async () => {
  const io = { ...testIO(), signal: AbortSignal.abort() };
  await expect(webhook({ url: secret(receiver.url), allow_private: true }).notify(alertOf(), io)).rejects.toThrow();
  expect(receiver.attempts).toEqual([]);
});
