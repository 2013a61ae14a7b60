import { hostname } from "node:os";
import {
  HttpFailure,
  messageOf,
  type HttpAnswer,
  type HttpRequest,
  type Notifier,
  type PluginIO,
} from "@tokenward/core/plugin";
import { eventOf } from "./event.ts";
import type { PagerdutyOptions } from "./options.ts";
import { refusalOf, unavailable } from "./refusal.ts";

// Below the time that core gives to one attempt, so that its reason is the one that is told.
const deadline = 12_000;
const mostAnswerBytes = 4096;

// PagerDuty's support pages, "Service Regions": an account lives in one region, and its keys are unknown in the other.
const addresses = {
  us: "https://events.pagerduty.com/v2/enqueue",
  eu: "https://events.eu.pagerduty.com/v2/enqueue",
} as const;

/** Sends events; resolves when PagerDuty took one. */
export function pagerdutyNotifier(options: PagerdutyOptions): Notifier {
  const { routing_key: routingKey, region = "us", url = addresses[region], source = hostname() } = options;
  const sender = { routingKey, source, dedupPrefix: options.dedup_prefix ?? "tokenward" };
  return {
    notify: async (alert, io) => {
      if (io.signal.aborted) throw unavailable("the run is over");
      const answer = await send({ method: "POST", url, body: { json: eventOf(alert, sender) } }, io);
      const refusal = refusalOf(answer, io.clock.now());
      if (refusal !== undefined) throw refusal;
    },
  };
}

async function send(request: HttpRequest, io: PluginIO): Promise<HttpAnswer> {
  try {
    return await io.http.send(request, { signal: io.signal, deadline, mostBytes: mostAnswerBytes });
  } catch (thrown) {
    const reason = HttpFailure.is(thrown) ? thrown.reason : messageOf(thrown).replace(/\.$/, "");
    throw unavailable(reason, thrown);
  }
}
