import { randomUUID } from "node:crypto";
import { alertSentence, type Alert } from "@tokenward/core/plugin";
import type { NotifierFixture } from "../notifier/fixture.ts";
import { misled, misspoken, soundFixture, type BrokenNotifier } from "./breaking-notifiers.ts";

const repetition = "a repetition has the id of the first message";
const own = "a message that repeats none has an id of its own";
const incidents = "where incidents are recognised, they are in every run, also where nothing is remembered";
const together = "the messages of one incident belong together, and those of another do not";
const fits = "a thousand members with long names fit into one message";
const count = "of a thousand members the first can be read, and how many there are";
const long = "a summary of 5,000 letters takes no command away";
const text = "text that a format could take for its own arrives as text";
const obeyed = "text that a receiver could obey is not obeyed";

/** Notifiers by which a machine knows nothing again, or which break on what is long or odd. */
export const brokenNotifiersIdentity: readonly BrokenNotifier[] = [
  identifying("makes up an id for each attempt", repetition, /has another id when it is told again/, () =>
    randomUUID(),
  ),
  identifying("makes the id of the time", repetition, /has another id when it is told again/, (_alert, now) =>
    String(now.getTime()),
  ),
  identifying("gives no id", repetition, /a message has no id/, () => ""),
  identifying(
    "takes the incident for the message",
    own,
    /for the repetition of another one/,
    ({ incident }) => incident,
  ),
  identifying(
    "takes who it is about for the message",
    own,
    /for the repetition of another one/,
    ({ subject }) => subject,
  ),
  onCall("forgets what is the matter", own, /for the repetition of another one/, ({ subject }) => subject),
  onCall("keys its incidents by what is remembered", incidents, /opens a second incident/, ({ incident }) => incident),
  onCall("keys its incidents by how bad they are", incidents, /opens a second incident/, (alert) =>
    [alert.subject, alert.condition, alert.severity].join(" "),
  ),
  misspoken("begins a thread with every message", together, /do not belong together/, (message, { id }) => ({
    ...message,
    body: { ...message.body, incident: id },
  })),
  misspoken("has one thread for everything", together, /messages of two incidents belong together/, (message) => ({
    ...message,
    body: { ...message.body, incident: "tokenward" },
  })),
  misspoken("leaves the recovery outside the thread", together, /belongs to no incident/, (message, { edge }) => ({
    ...message,
    body: { ...message.body, incident: edge === "resolved" ? null : message.body["incident"] },
  })),
  misspoken("lists everybody", fits, /a message of \d+ bytes was sent/, (message, { members }) => ({
    ...message,
    body: { ...message.body, members },
  })),
  misled("is made for a few", fits, /was not told: too many/, (sound) => async (alert, io) => {
    if ((alert.members?.length ?? 0) > 100) throw new Error("too many");
    await sound.notify(alert, io);
  }),
  misspoken("does not count whom it leaves out", count, /how many members there are/, (message) => {
    const { member_count: _count, ...rest } = message.body;
    return { ...message, body: rest };
  }),
  misspoken("only counts", count, /"podium\/location-aaaa" cannot be read/, (message) => {
    const { members: _members, ...rest } = message.body;
    return { ...message, body: rest };
  }),
  misspoken("cuts off what is at the end", long, /the command was cut off/, ({ headers, body }, alert) => {
    const { command: _command, ...rest } = body;
    return { headers, body: { ...rest, text: alertSentence(alert).slice(0, 1000) } };
  }),
  misspoken(
    "cuts off what is at the beginning",
    long,
    /does not begin with its beginning/,
    ({ headers, body }, alert) => ({
      headers,
      body: { ...body, text: alertSentence(alert).slice(-1000) },
    }),
  ),
  misspoken(
    "puts the summary into a header",
    text,
    /line breaks in an alert: .*was not told/,
    (message, { summary }) => ({
      ...message,
      headers: { ...message.headers, "x-title": summary },
    }),
  ),
  misled(
    "takes a line for a message",
    text,
    /line breaks in an alert: \d+ messages had arrived/,
    (sound) => async (alert, io) => {
      for (const line of alert.summary.split(/[\r\n]+/)) await sound.notify({ ...alert, summary: line }, io);
    },
  ),
  misspoken("ends where a C string ends", text, /control characters took away what stands around it/, (message) => {
    const cut = (value: unknown): unknown => (typeof value === "string" ? value.replace(/\0.*$/s, "") : value);
    const body = Object.entries(message.body).map(([key, value]) => [key, cut(value)]);
    return { ...message, body: Object.fromEntries(body) as typeof message.body };
  }),
  misled(
    "refuses what it cannot encode",
    text,
    /half an emoji in an alert: .*not told/,
    (sound) => async (alert, io) => {
      encodeURIComponent(alert.summary);
      await sound.notify(alert, io);
    },
  ),
  misspoken("lets alerts ping everybody", obeyed, /pings in an alert act on the receiver/, (message, alert) => ({
    ...message,
    body: { ...message.body, text: alertSentence(alert) },
  })),
  misspoken("writes headers by hand", obeyed, /line breaks in an alert act on the receiver/, (message, { summary }) => {
    // What a server makes of a header that nobody looked at.
    const [, ...injected] = summary.split("\r\n\r\n")[0]?.split("\r\n") ?? [];
    const pairs = injected.map((line) => line.split(": ", 2)).filter(([key = ""]) => /^[\w-]+$/.test(key));
    return { ...message, headers: { ...message.headers, ...Object.fromEntries(pairs) } };
  }),
];

/** A receiver that knows messages by a header. */
function identifying(
  defect: string,
  caughtBy: string,
  saying: RegExp,
  idOf: (alert: Alert, now: Date) => string,
): BrokenNotifier {
  return misspoken(defect, caughtBy, saying, (message, alert, now) => ({
    ...message,
    headers: { ...message.headers, "webhook-id": idOf(alert, now) },
  }));
}

/** The fixture of a receiver that knows incidents by a key, as an on-call service does. */
export async function onCallFixture(
  keyOf: (alert: Alert) => string = ({ subject, condition }) => `${subject} ${condition}`,
): Promise<NotifierFixture> {
  const dedupKey = (text: string): string | undefined => /"dedup_key":"([^"]*)"/.exec(text)?.[1];
  return await soundFixture(
    (sound) => ({
      render: (alert, now) => {
        const { headers, body } = sound.render(alert, now);
        return { headers, body: { ...body, dedup_key: keyOf(alert) } };
      },
    }),
    undefined,
    { recognises: "incidents", idOf: dedupKey, incidentOf: dedupKey },
  );
}

function onCall(defect: string, caughtBy: string, saying: RegExp, keyOf: (alert: Alert) => string): BrokenNotifier {
  return { defect, caughtBy, saying, create: async () => await onCallFixture(keyOf) };
}
