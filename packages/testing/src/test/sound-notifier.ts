import {
  alertSentence,
  HttpFailure,
  retryAfter,
  TokenwardError,
  type Alert,
  type HttpAnswer,
  type Notifier,
  type PluginIO,
  type Secret,
} from "@tokenward/core/plugin";

/** What a receiver is sent. */
export interface Message {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Readonly<Record<string, unknown>>;
}

/** What a notifier is made of, so that one part can be broken at a time. */
export interface Parts {
  readonly url: Secret;
  /** The alert in the words of the receiver. */
  render(alert: Alert, now: Date): Message;
  /** The body on its way. */
  write(message: Message): string;
  /** Sends once. */
  send(headers: Message["headers"], text: string, io: PluginIO): Promise<HttpAnswer>;
  /** What an answer means, where it is no acceptance. */
  judge(answer: HttpAnswer, now: Date): Error | undefined;
  /** What it means that no answer came. */
  unanswered(thrown: unknown): Error;
}

const name = "sound";
const shown = 10;
const longest = 400;

/** A notifier without a defect. */
export function soundParts(url: Secret): Parts {
  return {
    url,
    write: ({ body }) => JSON.stringify(body),
    render: (alert, now) => ({
      headers: { "webhook-id": alert.id, "webhook-timestamp": String(Math.floor(now.getTime() / 1000)) },
      body: bodyOf(alert),
    }),
    send: async (headers, text, io) =>
      await io.http.send(
        { method: "POST", url: url.reveal(), headers, body: { text, type: "application/json" } },
        { signal: io.signal },
      ),
    judge: ({ status, ...answer }, now) => {
      if (status >= 200 && status <= 299) return undefined;
      const reason = `it answered with status ${status}`;
      if (status === 429) {
        const until = retryAfter({ status, ...answer }, now) ?? new Date(now.getTime() + 60_000);
        const facts = { notifier: name, until: until.toISOString() };
        return new TokenwardError("ERR_NOTIFIER_THROTTLED", facts, { class: "throttled" });
      }
      if (status >= 500) return unavailable(reason);
      const facts = { notifier: name, reason, remedy: "Look at the address" };
      return new TokenwardError("ERR_NOTIFIER_REFUSED", facts, { class: "client" });
    },
    unanswered: (thrown) => unavailable(HttpFailure.is(thrown) ? thrown.reason : "no answer"),
  };
}

/** Puts the parts together. */
export function notifierOf(parts: Parts): Notifier {
  return {
    notify: async (alert, io) => {
      const message = parts.render(alert, io.clock.now());
      let answer: HttpAnswer;
      try {
        answer = await parts.send(message.headers, parts.write(message), io);
      } catch (error) {
        throw parts.unanswered(error);
      }
      const refusal = parts.judge(answer, io.clock.now());
      if (refusal !== undefined) throw refusal;
    },
  };
}

/** Text in which nothing pings and nothing is a link. */
export function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

function bodyOf(alert: Alert): Message["body"] {
  const { openedAt, at, members, summary, ...facts } = alert;
  const short = summary.length > longest ? `${summary.slice(0, longest)}…` : summary;
  return {
    text: escaped(alertSentence({ ...alert, summary: short })),
    ...facts,
    opened_at: openedAt,
    at,
    members: members?.slice(0, shown),
    member_count: members?.length,
  };
}

function unavailable(reason: string): TokenwardError {
  return new TokenwardError("ERR_NOTIFIER_UNAVAILABLE", { notifier: name, reason }, { class: "transient" });
}
