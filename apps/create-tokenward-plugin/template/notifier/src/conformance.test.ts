import { describe, it } from "node:test";
import { secret } from "@tokenward/core/plugin";
import { testNotifier, type NotifierFixture } from "@tokenward/testing";
import { startReceiver } from "../fixtures/receiver.ts";
import plugin from "./index.ts";

// What every notifier must have: nothing is taken for told that was not, humans can act on it, and no error names a secret.
testNotifier({ describe, it }, async (): Promise<NotifierFixture> => {
  const receiver = await startReceiver();
  const signingSecret = "signing-secret-of-the-suite";
  return {
    notifier: plugin({ url: secret(receiver.url), signing_secret: secret(signingSecret) }),
    received: async () => receiver.received.map(({ headers, body }) => `${JSON.stringify(headers)}\n${body}`),
    attempts: async () => receiver.attempts(),
    refuse: async (kind) => receiver.behave(kind),
    hang: async () => receiver.behave("hang"),
    dropAfterAccept: async () => receiver.behave("drop"),
    accept: async () => receiver.behave("accept"),
    idOf: (text) => /"webhook-id":"([^"]+)"/.exec(text)?.[1],
    incidentOf: (text) => /"incident":"([^"]+)"/.exec(text)?.[1],
    // JSON only shows; what a receiver obeys are headers.
    active: (text) => Object.keys(JSON.parse(text.slice(0, text.indexOf("\n"))) as object),
    secrets: ["address-that-nobody-may-know", signingSecret],
    dispose: async () => await receiver.close(),
  };
});
