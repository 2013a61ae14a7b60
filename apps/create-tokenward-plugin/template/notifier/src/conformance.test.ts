import { describe, it } from "node:test";
import { secret } from "@tokenward/core/plugin";
import { testNotifier, type NotifierFixture } from "@tokenward/testing";
import { startReceiver } from "../fixtures/receiver.ts";
import plugin from "./index.ts";

// What every notifier must have: nothing is taken for told that was not, and no error names a secret.
testNotifier({ describe, it }, async (): Promise<NotifierFixture> => {
  const receiver = await startReceiver();
  const signingSecret = "signing-secret-of-the-suite";
  return {
    notifier: plugin({ url: secret(receiver.url), signing_secret: secret(signingSecret) }),
    received: async () => receiver.received.map(({ headers, body }) => `${JSON.stringify(headers)}\n${body}`),
    refuse: async () => receiver.refuse(),
    secrets: ["address-that-nobody-may-know", signingSecret],
    dispose: async () => await receiver.close(),
  };
});
