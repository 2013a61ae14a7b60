import { secret, type Alert, type HttpRequest, type Notifier } from "@tokenward/core/plugin";
import type { SampleNameOptions } from "./options.ts";
import { signatureOf } from "./signature.ts";

/** Resolves when the receiver accepted the alert; what was not accepted is offered again by a later run. */
export function createNotifier(options: SampleNameOptions): Notifier {
  return {
    notify: async (alert, io) => {
      const answer = await io.http.send(requestFor(alert, io.clock.now(), options), { signal: io.signal });
      // Neither the address nor what the receiver says: both may hold secrets.
      if (answer.status < 200 || answer.status > 299) {
        throw new Error(`the receiver answered with status ${answer.status}`);
      }
    },
  };
}

function requestFor(alert: Alert, now: Date, options: SampleNameOptions): HttpRequest {
  const body = JSON.stringify({
    type: `tokenward.alert.${alert.edge}`,
    timestamp: alert.at,
    data: {
      id: alert.id,
      incident: alert.incident,
      edge: alert.edge,
      severity: alert.severity,
      subject: alert.subject,
      subjects: alert.subjects,
      condition: alert.condition,
      summary: alert.summary,
      command: alert.command,
      code: alert.code,
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
