import {
  HttpFailure,
  isNameFailure,
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
import { addressMistake } from "./address.ts";
import { formatOf, type WebhookFormat } from "./format.ts";
import { unsigned, type WebhookOptions } from "./options.ts";
import { refusalOf, refused, unavailable } from "./refusal.ts";
import { signatureOf } from "./signature.ts";
import { slackMessage } from "./slack.ts";
import { standardBody } from "./standard.ts";
import { teamsMessage } from "./teams.ts";

// Below the time that core gives to one attempt, so that its reason is the one that is told.
const deadline = 12_000;
const mostAnswerBytes = 4096;
const variable = "ALERT_WEBHOOK_URL";

/** @throws `ERR_CONFIG_OPTIONS` without an address, or where the environment's is not one for these options */
export function webhookNotifier(options: WebhookOptions, { env }: Pick<PluginContext, "env">): Notifier {
  const allowPrivate = options.allow_private === true;
  const url = options.url ?? addressFrom(env[variable], allowPrivate);
  const format = options.format ?? formatOf(url.reveal());
  const secrets = [options.signing_secret ?? []].flat();
  if (secrets.length > 0 && format !== "json") throw mistake(`signing_secret: ${unsigned}`);
  return {
    notify: async (alert, io) => {
      if (io.signal.aborted) throw unavailable("the run is over");
      const answer = await post(requestFor(alert, io, { url, format, secrets }), allowPrivate, io);
      const refusal = refusalOf(answer, format, io.clock.now());
      if (refusal !== undefined) throw refusal;
    },
  };
}

function addressFrom(text: string | undefined, allowPrivate: boolean): Secret {
  if (text === undefined || text.trim() === "") {
    const where = `write \`url: "\${NAME}"\` under \`auth.alerts.webhook\` for a variable of another name`;
    throw mistake(`its address is missing: set the environment variable ${variable}, or ${where}`);
  }
  const url = secret(text.trim());
  const wrong = addressMistake(url.reveal(), allowPrivate);
  if (wrong !== undefined) throw mistake(`${variable} ${wrong}`);
  return url;
}

function mistake(reason: string): TokenwardError {
  return new TokenwardError("ERR_CONFIG_OPTIONS", { plugin: "webhook", reason });
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
  try {
    return await io.http.send(request, options);
  } catch (thrown) {
    if (!HttpFailure.is(thrown)) throw unavailable(messageOf(thrown).replace(/\.$/, ""), thrown);
    // Some receivers have their secret in the name of the host.
    if (isNameFailure(thrown)) throw unavailable("the name in its address cannot be resolved");
    if (thrown.code !== "PRIVATE_ADDRESS") throw unavailable(thrown.reason, thrown);
    throw refused(thrown.reason, "Set `allow_private: true` if that is meant");
  }
}
