import { secret } from "@tokenward/core";
import { testNotifier, type NotifierFixture } from "@tokenward/testing";
import { describe, it } from "vitest";
import { webhook, type WebhookFormat } from "./index.ts";
import { Receiver, secretPath, type Behaviour } from "./test/receiver.ts";

const signingSecret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

const refusals: Readonly<Record<"permanent" | "transient" | "throttled", Behaviour>> = {
  permanent: { status: 404, body: "echo" },
  transient: { status: 500, body: "echo" },
  throttled: { status: 429, body: "echo", headers: { "retry-after": "30" } },
};

async function fixture(format: WebhookFormat): Promise<NotifierFixture> {
  const receiver = await new Receiver().start();
  const signed = format === "json" ? { signing_secret: secret(signingSecret) } : {};
  return {
    notifier: webhook({ url: secret(receiver.url), format, allow_private: true, ...signed }),
    received: async () => receiver.accepted.map(({ headers, body }) => `${JSON.stringify(headers)}\n${body}`),
    attempts: async () => receiver.attempts.length,
    refuse: async (kind) => void (receiver.behaviour = refusals[kind]),
    hang: async () => void (receiver.behaviour = { hang: true }),
    dropAfterAccept: async () => void (receiver.behaviour = { drop: true }),
    accept: async () => void (receiver.behaviour = { status: 200, body: "ok" }),
    ...(format === "json"
      ? {
          idOf: (text: string) => /"webhook-id":"([^"]+)"/.exec(text)?.[1],
          incidentOf: (text: string) => /"incident":"([^"]+)"/.exec(text)?.[1],
        }
      : {}),
    active: (text) => [...headerNames(text), ...markupIn(text, format)],
    // With the headers.
    mostBytes: format === "teams" ? 28_000 : 20_500,
    secrets: [...secretPath.split("/"), "S3cr3tSignature", signingSecret],
    dispose: async () => await receiver.close(),
  };
}

function headerNames(text: string): readonly string[] {
  const names = Object.keys(JSON.parse(text.slice(0, text.indexOf("\n"))) as object);
  return names.filter((name) => name !== "content-length");
}

/** Links, pings and Markdown of a message; JSON has none. */
function markupIn(text: string, format: WebhookFormat): readonly string[] {
  const body = text.slice(text.indexOf("\n") + 1);
  if (format === "slack") return body.match(/<[^>]*>|"verbatim":false/g) ?? [];
  if (format === "json") return [];
  const found: string[] = [];
  JSON.parse(body, (_, part: unknown) => {
    // A TextRun is never markup; a TextBlock and a fact are, but for what has a backslash before it.
    const { type, text, title, value } = (part ?? {}) as Readonly<Record<string, unknown>>;
    const shown = type === "TextBlock" ? text : title === undefined ? undefined : value;
    if (typeof shown === "string") {
      found.push(...(shown.replace(/\\[!-/:-@[-`{-~]/g, "").match(/[[\](){}*`~<>&#|]|^[-+=]|^\d+\./g) ?? []));
    }
    return part;
  });
  return found;
}

const chat = { idOf: "a chat knows no repetitions", incidentOf: "a chat knows no incidents" };

describe("json", () => {
  testNotifier({ describe, it }, async () => await fixture("json"));
});
describe("slack", () => {
  testNotifier({ describe, it }, async () => await fixture("slack"), { without: chat });
});
describe("teams", () => {
  testNotifier({ describe, it }, async () => await fixture("teams"), { without: chat });
});
