import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { IncomingWebhook } from "@slack/webhook";
import { secret } from "@tokenward/core";
import { testIO } from "@tokenward/testing";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { webhook } from "./index.ts";
import { slackMessage } from "./slack.ts";
import { alertOf, anyAlert, thousand } from "./test/alerts.ts";
import { Receiver } from "./test/receiver.ts";

interface Block {
  readonly type: string;
  readonly text?: { readonly type: string; readonly text: string };
  readonly elements?: readonly { readonly text: string }[];
}

function messageOf(alert = alertOf()): { readonly text: string; readonly blocks: readonly Block[] } {
  return slackMessage(alert) as never;
}

function textsOf(message: ReturnType<typeof messageOf>): readonly string[] {
  return [
    message.text,
    ...message.blocks.flatMap(({ text, elements = [] }) => [text?.text ?? "", ...elements.map((one) => one.text)]),
  ];
}

test("a message begins with the sentence, and says in words how urgent it is and what to type", () => {
  const message = messageOf();
  expect(message.text).toBe("LinkedIn token expires in 9 days — run `tokenward auth linkedin`");
  expect(textsOf(message)).toEqual(
    expect.arrayContaining([
      "🟡 Warning",
      "*LinkedIn token expires in 9 days*",
      "Run `tokenward auth linkedin`",
      "linkedin · reauth-due · ERR_AUTH_REAUTH_REQUIRED · since 2026-11-26 10:00 UTC",
    ]),
  );
});

test("a recovery is told as one, and asks for nothing", () => {
  const message = messageOf(alertOf({ edge: "resolved" }));
  expect(message.text).toBe("Over: LinkedIn token expires in 9 days");
  expect(textsOf(message)).toContain("🟢 Over (was: warning)");
  expect(textsOf(message).some((text) => text.startsWith("Run "))).toBe(false);
});

test("of a thousand grants the first are named, with their commands, and the others counted", () => {
  const members = textsOf(messageOf(alertOf({ members: thousand }))).find((text) => text.startsWith("•")) ?? "";
  expect(members.split("\n")).toHaveLength(16);
  expect(members).toContain("• and 985 more: `tokenward alerts list`");
});

test("whatever an alert says, Slack's limits hold, and nothing in it is a link or a ping", () => {
  fc.assert(
    fc.property(anyAlert, (alert) => {
      const message = messageOf(alert);
      expect(message.text.length).toBeLessThan(40_000);
      expect(message.blocks.length).toBeLessThanOrEqual(50);
      for (const { type, text } of message.blocks) {
        if (type === "header") expect(text?.text.length).toBeLessThanOrEqual(150);
        if (type === "section") expect(text?.text.length).toBeGreaterThan(0);
        if (type === "section") expect(text?.text.length).toBeLessThanOrEqual(3000);
      }
      for (const text of textsOf(message)) expect(text).not.toMatch(/[<>]/);
    }),
    { numRuns: 150 },
  );
});

describe("beside @slack/webhook", () => {
  test("the request is the one that Slack's own client makes of the same message", async () => {
    const receiver = await new Receiver().start();
    await new IncomingWebhook(receiver.url).send(messageOf() as never);
    const notifier = webhook({ url: secret(receiver.url), format: "slack", allow_private: true });
    await notifier.notify(alertOf(), testIO());
    const [theirs, ours] = receiver.accepted;
    expect(ours?.method).toBe(theirs?.method);
    expect(ours?.headers["content-type"]).toBe("application/json");
    expect(theirs?.headers["content-type"]).toMatch(/^application\/json/);
    expect(JSON.parse(ours?.body ?? "")).toEqual(JSON.parse(theirs?.body ?? ""));
    await receiver.close();
  });

  test("both take the same answers for success", async () => {
    const receiver = await new Receiver().start();
    const notifier = webhook({ url: secret(receiver.url), format: "slack", allow_private: true });
    const answers = [
      { status: 200, body: "ok" },
      { status: 400, body: "invalid_payload" },
      { status: 403, body: "action_prohibited" },
      { status: 404, body: "no_service" },
      { status: 410, body: "channel_is_archived" },
      { status: 302, body: "", headers: { location: "https://login.example/" } },
      { status: 500, body: "rollup_error" },
    ];
    for (const behaviour of answers) {
      receiver.behaviour = behaviour;
      const [theirs, ours] = await Promise.allSettled([
        new IncomingWebhook(receiver.url, { retryConfig: { retries: 0 } } as never).send("x"),
        notifier.notify(alertOf(), testIO()),
      ]);
      expect(`${behaviour.status} ${ours.status}`).toBe(`${behaviour.status} ${theirs.status}`);
    }
    await receiver.close();
  });
});

test("a page that is no Slack is not taken for one, though it answers 200", async () => {
  const server = createServer((_, response) => response.end("<html>Please log in</html>"));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = secret(`http://127.0.0.1:${(server.address() as AddressInfo).port}/x`);
  const sent = webhook({ url, format: "slack", allow_private: true }).notify(alertOf(), testIO());
  await expect(sent).rejects.toMatchObject({ code: "ERR_NOTIFIER_REFUSED" });
  await new Promise((resolve) => server.close(resolve));
});
