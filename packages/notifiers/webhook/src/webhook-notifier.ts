import {
  HttpFailure,
  messageOf,
  secret,
  TokenwardError,
  type Alert,
  type HttpAnswer,
  type HttpRequest,
  type Notifier,
  type PluginContext,
  type PluginIO,
  type Secret,
} from "@tokenward/core/plugin";
import { formatOf, type WebhookFormat } from "./format.ts";
import { isAddress, type WebhookOptions } from "./options.ts";
import { refusalOf, refused, unavailable } from "./refusal.ts";
import { signatureOf } from "./signature.ts";
import { slackMessage } from "./slack.ts";
import { standardBody } from "./standard.ts";
import { teamsMessage } from "./teams.ts";

// Below the time that core gives to one attempt, so that its reason is the one that is told.
const deadline = 12_000;
const mostAnswerBytes = 4096;
const variable = "ALERT_WEBHOOK_URL";

/** @throws `ERR_CONFIG_OPTIONS` without an address */
export function webhookNotifier(options: WebhookOptions, { env }: Pick<PluginContext, "env">): Notifier {
  const url = options.url ?? addressFrom(env[variable]);
  const format = options.format ?? formatOf(url.reveal());
  const { signing_secret: signing = [] } = options;
  const secrets = Array.isArray(signing) ? (signing as readonly Secret[]) : [signing as Secret];
  return {
    notify: async (alert, io) => {
      if (io.signal.aborted) throw unavailable("the run is over");
      const answer = await post(requestFor(alert, io, { url, format, secrets }), options.allow_private === true, io);
      const refusal = refusalOf(answer, format, io.clock.now());
      if (refusal !== undefined) throw refusal;
    },
  };
}

function addressFrom(text: string | undefined): Secret {
  if (text === undefined || text === "") {
    const reason = `its address is missing: set ${variable}, or \`url: "\${…}"\``;
    throw new TokenwardError("ERR_CONFIG_OPTIONS", { plugin: "webhook", reason });
  }
  const url = secret(text);
  if (isAddress(text)) return url;
  const reason = `${variable} must be an address that begins with https://`;
  throw new TokenwardError("ERR_CONFIG_OPTIONS", { plugin: "webhook", reason });
}

interface Target {
  readonly url: Secret;
  readonly format: WebhookFormat;
  readonly secrets: readonly Secret[];
}

function requestFor(alert: Alert, { clock }: PluginIO, { url, format, secrets }: Target): HttpRequest {
  const body = bodyFor(alert, format);
  const shared = { method: "POST", url: url.reveal(), body: { text: body, type: "application/json" } } as const;
  if (format !== "json") return shared;
  const seconds = Math.floor(clock.now().getTime() / 1000);
  return {
    ...shared,
    headers: {
      // The same for every repetition of this message: the receiver drops what it knows.
      "webhook-id": alert.id,
      "webhook-timestamp": String(seconds),
      ...(secrets.length === 0 ? {} : { "webhook-signature": signatureOf(alert.id, seconds, body, secrets) }),
    },
  };
}

function bodyFor(alert: Alert, format: WebhookFormat): string {
  if (format === "slack") return JSON.stringify(slackMessage(alert));
  return format === "teams" ? JSON.stringify(teamsMessage(alert)) : standardBody(alert);
}

async function post(request: HttpRequest, allowPrivate: boolean, io: PluginIO): Promise<HttpAnswer> {
  const options = { signal: io.signal, deadline, mostBytes: mostAnswerBytes, publicOnly: !allowPrivate };
  let answer: HttpAnswer;
  try {
    answer = await io.http.send(request, options);
  } catch (thrown) {
    if (!HttpFailure.is(thrown)) throw unavailable(messageOf(thrown).replace(/\.$/, ""), thrown);
    if (thrown.code !== "PRIVATE_ADDRESS") throw unavailable(thrown.reason, thrown);
    throw refused(thrown.reason, "Set `allow_private: true` if that is meant");
  }
  // The head alone may be a forgery of whoever cut the connection; what was accepted is offered again with the same id.
  if (answer.truncated && answer.body.length < mostAnswerBytes) throw unavailable("the answer was cut off");
  return answer;
}
