import { IncomingWebhook, IncomingWebhookHTTPError, IncomingWebhookRequestError } from "@slack/webhook";
import { secret } from "@tokenward/core";
import { testIO } from "@tokenward/testing";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { webhook } from "./index.ts";
import { slackRefusals } from "./slack-words.ts";
import { slackMessage } from "./slack.ts";
import { alertOf, anyAlert, thousand } from "./test/alerts.ts";
import { Receiver, type Behaviour } from "./test/receiver.ts";

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

function markedIn(message: object): readonly { readonly verbatim?: unknown }[] {
  const found: { readonly verbatim?: unknown }[] = [];
  JSON.stringify(message, (_, part: unknown) => {
    const { type, verbatim } = (part ?? {}) as Readonly<Record<string, unknown>>;
    if (type === "mrkdwn") found.push({ verbatim });
    return part;
  });
  return found;
}

test("a message begins with the sentence, and says in words how urgent it is and what to type", () => {
  const message = messageOf();
  expect(message.text).toBe("LinkedIn token expires in 9 days — run `tokenward auth linkedin`");
  expect(textsOf(message)).toEqual(
    expect.arrayContaining([
      "🟡 Warning",
      message.text,
      alertOf().detail,
      "linkedin · reauth-due · ERR_AUTH_REAUTH_REQUIRED · since 2026-11-26 10:00 UTC",
    ]),
  );
});

test("a recovery is told as one, and asks for nothing", () => {
  const message = messageOf(alertOf({ edge: "resolved" }));
  expect(message.text).toBe("Over: LinkedIn token expires in 9 days");
  expect(textsOf(message)).toContain("🟢 Over (was: warning)");
  expect(textsOf(messageOf(alertOf({ edge: "resolved", detail: "", members: thousand }))).join("\n")).not.toMatch(/`/);
});

test("of a thousand grants the first are named, with their commands, and the others counted", () => {
  const membersOf = (members: typeof thousand): readonly string[] =>
    (textsOf(messageOf(alertOf({ members }))).find((text) => text.startsWith("•")) ?? "").split("\n");
  const plain = thousand.map((_, index) => ({
    subject: `podium/n${index}`,
    command: `tokenward auth podium/n${index}`,
  }));
  expect(membersOf(plain)).toHaveLength(16);
  expect(membersOf(plain)[14]).toBe("• podium/n14: `tokenward auth podium/n14`");
  expect(membersOf(plain)[15]).toBe("• and 985 more: `tokenward alerts list`");
  // Long names fill the section before.
  const long = membersOf(thousand);
  expect(long.at(-1)).toBe(`• and ${1001 - long.length} more: \`tokenward alerts list\``);
});

test("a long summary takes no command with it, nor does one that opens a code span", () => {
  const { text } = messageOf(alertOf({ summary: `\`${"<".repeat(5000)}` }));
  expect(text).toMatch(/^'(&lt;)+… — run `tokenward auth linkedin`$/);
  expect(text.length).toBeLessThan(3000);
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
      for (const text of textsOf(message)) {
        expect(text).not.toMatch(/[<>]|&(?!amp;|lt;|gt;)/);
        expect(text.isWellFormed()).toBe(true);
      }
      for (const part of markedIn(message)) expect(part.verbatim).toBe(true);
      expect(message).toMatchObject({ unfurl_links: false, unfurl_media: false });
      const action = alert.edge === "resolved" || alert.command === undefined ? "" : " — run `";
      expect(message.text).toContain(action);
    }),
    { numRuns: 300 },
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

  const words: readonly (readonly [status: number, word: string])[] = [
    ...["invalid_payload", "user_not_found", "no_text", "too_many_attachments", "invalid_blocks"].map(
      (word) => [400, word] as const,
    ),
    [400, "missing_text_or_fallback_or_attachments"],
    ...["action_prohibited", "invalid_token", "posting_to_general_channel_denied"].map((word) => [403, word] as const),
    ...["channel_not_found", "no_service", "no_active_hooks", "no_team"].map((word) => [404, word] as const),
    [410, "channel_is_archived"],
  ];

  async function both(
    behaviour: Behaviour,
  ): Promise<{ theirs: unknown; ours: unknown; attempts: readonly [number, number] }> {
    const receiver = await new Receiver().start();
    receiver.behaviour = behaviour;
    const failureOf = async (sending: Promise<unknown>): Promise<unknown> =>
      await sending.then(
        () => undefined,
        (error: unknown) => error,
      );
    const retryConfig = { retries: 1, minTimeout: 0, maxTimeout: 0 };
    const theirs = await failureOf(new IncomingWebhook(receiver.url, { retryConfig }).send(messageOf() as never));
    const before = receiver.attempts.length;
    const notifier = webhook({ url: secret(receiver.url), format: "slack", allow_private: true });
    const ours = await failureOf(notifier.notify(alertOf(), testIO()));
    const attempts = [before, receiver.attempts.length - before] as const;
    await receiver.close();
    return { theirs, ours, attempts };
  }

  test.each(words)("%d %s is for good, in words of ours", async (status, word) => {
    const { theirs, ours, attempts } = await both({ status, body: word });
    expect(theirs).toBeInstanceOf(IncomingWebhookHTTPError);
    expect(theirs).toMatchObject({ statusCode: status, body: word });
    // They do not try again, which is how they say that it is for good.
    expect(attempts).toEqual([1, 1]);
    const { reason, remedy } = slackRefusals.get(word) ?? {};
    expect(ours).toMatchObject({ code: "ERR_NOTIFIER_REFUSED", class: "client", facts: { reason, remedy } });
    expect(`${reason} ${remedy}`).not.toContain("undefined");
  });

  test("there are no other words", () => {
    expect([...slackRefusals.keys()].sort()).toEqual(words.map(([, word]) => word).sort());
  });

  test.each([
    [500, "rollup_error", "ERR_NOTIFIER_UNAVAILABLE", 2],
    [503, "", "ERR_NOTIFIER_UNAVAILABLE", 2],
    // Of these they make a failure for good; we come back when we may.
    [429, "rate_limited", "ERR_NOTIFIER_THROTTLED", 1],
  ])("%d %s may pass", async (status, body, code, tries) => {
    const { theirs, ours, attempts } = await both({ status, body });
    expect(theirs).toBeInstanceOf(IncomingWebhookHTTPError);
    expect(ours).toMatchObject({ code });
    expect(attempts).toEqual([tries, 1]);
  });

  test("no connection is a failure of both, and ok of neither", async () => {
    const { theirs, ours } = await both({ drop: true });
    expect(theirs).toBeInstanceOf(IncomingWebhookRequestError);
    expect(ours).toMatchObject({ code: "ERR_NOTIFIER_UNAVAILABLE" });
    expect(await both({ status: 200, body: "ok" })).toMatchObject({ theirs: undefined, ours: undefined });
  });

  test("both follow no redirect", async () => {
    const elsewhere = await new Receiver().start();
    const { theirs, ours } = await both({ status: 307, headers: { location: elsewhere.url } });
    expect(theirs).toBeInstanceOf(IncomingWebhookRequestError);
    expect(ours).toMatchObject({ code: "ERR_NOTIFIER_REFUSED" });
    expect(elsewhere.attempts).toEqual([]);
    await elsewhere.close();
  });
});

test.each(["<html>Please log in</html>", "", "OK", "ok, later", "no_service"])(
  "what answers 200 with %j is not taken for Slack",
  async (body) => {
    const receiver = await new Receiver().start();
    receiver.behaviour = { status: 200, body };
    const sent = webhook({ url: secret(receiver.url), format: "slack", allow_private: true }).notify(
      alertOf(),
      testIO(),
    );
    await expect(sent).rejects.toMatchObject({
      code: "ERR_NOTIFIER_REFUSED",
      facts: { reason: "what answered is not Slack" },
    });
    await receiver.close();
  },
);

test("half an answer is no word of anybody", async () => {
  const receiver = await new Receiver().start();
  receiver.behaviour = { status: 200, body: "o", headers: { "content-length": "2" }, cut: true };
  const sent = webhook({ url: secret(receiver.url), format: "slack", allow_private: true }).notify(alertOf(), testIO());
  await expect(sent).rejects.toMatchObject({ code: "ERR_NOTIFIER_UNAVAILABLE" });
  await receiver.close();
});
