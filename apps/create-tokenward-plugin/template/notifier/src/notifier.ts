import { alertSentence, secret, type Alert, type HttpRequest, type Notifier } from "@tokenward/core/plugin";
import { refusalOf, unavailable } from "./failures.ts";
import type { SampleNameOptions } from "./options.ts";
import { signatureOf } from "./signature.ts";

/** Members that a message names at most; nobody reads a thousand, and few receivers take them. */
const shown = 20;

/** One call is one attempt. It resolves when the receiver accepted the alert; the engine repeats what was not. */
export function createNotifier(options: SampleNameOptions): Notifier {
  return {
    notify: async (alert, io) => {
      const request = requestFor(alert, io.clock.now(), options);
      const answer = await io.http.send(request, { signal: io.signal }).catch((error: unknown) => {
        throw unavailable(error);
      });
      const refusal = refusalOf(answer, io.clock.now());
      if (refusal !== undefined) throw refusal;
    },
  };
}

function requestFor(alert: Alert, now: Date, options: SampleNameOptions): HttpRequest {
  const { at, openedAt, members, ...facts } = alert;
  const body = JSON.stringify({
    type: `tokenward.alert.${alert.edge}`,
    timestamp: at,
    data: {
      // The words that a human meets everywhere; all else is for machines.
      text: alertSentence(alert),
      ...facts,
      opened_at: openedAt,
      members: members?.slice(0, shown),
      member_count: members?.length,
    },
  });
  const timestamp = Math.floor(now.getTime() / 1000);
  return {
    method: "POST",
    url: options.url.reveal(),
    headers: {
      // The same for every repetition of this message: the receiver drops what it knows.
      "webhook-id": alert.id,
      "webhook-timestamp": String(timestamp),
      "webhook-signature": secret(signatureOf({ id: alert.id, timestamp, body }, options.signing_secret)),
    },
    body: { text: body, type: "application/json" },
  };
}
