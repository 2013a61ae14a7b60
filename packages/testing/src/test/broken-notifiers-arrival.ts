import type { Alert } from "@tokenward/core/plugin";
import { broken, misled, misspoken, type BrokenNotifier } from "./breaking-notifiers.ts";

const arrives = "what was told has arrived when it resolves, once";
const human = "a human reads who it is about, what happened and what to type";
const members = "each of a few members is there, with its command";
const gaps = "an alert without command, code or members is told without gaps";
const atOnce = "alerts told at once arrive all, each in its own words";
const unchanged = "telling changes no alert";
const edges = "every edge arrives, and says which it is";
const recovery = "a recovery asks nobody to do anything";
const severities = "every severity arrives, and is a word";

/** Notifiers that lose a message, or what makes it of use. */
export const brokenNotifiersArrival: readonly BrokenNotifier[] = [
  misled("only puts messages into a queue", arrives, /0 messages had arrived/, (sound) => async (alert, io) => {
    setImmediate(() => void sound.notify(alert, io).catch(() => undefined));
    await Promise.resolve();
  }),
  misled("tells everything twice", arrives, /2 messages had arrived/, (sound) => async (alert, io) => {
    await sound.notify(alert, io);
    await sound.notify(alert, io);
  }),
  misled("tells only what it has not told before", arrives, /0 messages had arrived/, (sound) => {
    const told = new Set<string>();
    return async (alert, io) => {
      if (told.has(alert.condition)) return;
      told.add(alert.condition);
      await sound.notify(alert, io);
    };
  }),
  misspoken("keeps the command to itself", human, /"tokenward writeback check" cannot be read/, (message, alert) => {
    const { command: _command, ...rest } = message.body;
    return { ...message, body: { ...rest, text: alert.summary } };
  }),
  misspoken("does not say who it is about", human, /"write-back gitlab" cannot be read/, (message) => {
    const { subject: _subject, ...rest } = message.body;
    return { ...message, body: rest };
  }),
  misspoken("says no more than a headline", human, /with a new consent\." cannot be read/, (message) => {
    const { detail: _detail, ...rest } = message.body;
    return { ...message, body: rest };
  }),
  misspoken(
    "names members without their commands",
    members,
    /"tokenward auth podium\/north" cannot/,
    (message, alert) => ({
      ...message,
      body: { ...message.body, members: alert.members?.map(({ subject }) => subject) },
    }),
  ),
  misspoken("leaves out members that have no command", members, /a member without a command/, (message, alert) => ({
    ...message,
    body: { ...message.body, members: alert.members?.filter(({ command }) => command !== undefined) },
  })),
  misspoken(
    "writes what is absent",
    gaps,
    /"undefined" stands where there is nothing/,
    (message, { command, summary }) => ({
      ...message,
      body: { ...message.body, text: `${summary}: ${command}` },
    }),
  ),
  misspoken("cannot do without a command", gaps, /was not told: .*undefined/, (message, { command }) => ({
    ...message,
    body: { ...message.body, words: (command as string).split(" ") },
  })),
  misled("has room for one message at a time", atOnce, /other messages arrived than were told/, (sound) => {
    let busy = false;
    return async (alert, io) => {
      if (busy) return;
      busy = true;
      await sound.notify(alert, io).finally(() => (busy = false));
    };
  }),
  misled("gives up when it is busy", atOnce, /one of several was not told: it is busy/, (sound) => {
    let busy = false;
    return async (alert, io) => {
      if (busy) throw new Error("it is busy");
      busy = true;
      await sound.notify(alert, io).finally(() => (busy = false));
    };
  }),
  misled("remembers one alert for all calls", atOnce, /in none of the messages, or in several/, (sound) => {
    let current: Alert | undefined;
    return async (alert, io) => {
      current = alert;
      await Promise.resolve();
      await sound.notify(current, io);
    };
  }),
  misled("takes the details from another alert", atOnce, /a message has the words of another one/, (sound) => {
    let detail = "";
    return async (alert, io) => {
      detail = alert.detail;
      await Promise.resolve();
      await sound.notify({ ...alert, detail }, io);
    };
  }),
  misled("marks what it told", unchanged, /cannot be changed was not told/, (sound) => async (alert, io) => {
    Object.assign(alert, { told: true });
    await sound.notify(alert, io);
  }),
  misled(
    "sorts the members where they are",
    unchanged,
    /cannot be changed was not told/,
    (sound) => async (alert, io) => {
      (alert.members as { subject: string }[] | undefined)?.sort((one, other) =>
        one.subject < other.subject ? -1 : 1,
      );
      await sound.notify(alert, io);
    },
  ),
  misled(
    "rounds the times that it is given",
    unchanged,
    /the alert is not what it was/,
    (sound) => async (alert, io) => {
      alert.at.setUTCHours(0);
      await sound.notify(alert, io);
    },
  ),
  misled("never says that it is over", edges, /0 messages had arrived/, (sound) => async (alert, io) => {
    if (alert.edge !== "resolved") await sound.notify(alert, io);
  }),
  misspoken(
    "says the same at every edge",
    edges,
    /escalated cannot be told from an opening/,
    (message, { summary }) => ({
      ...message,
      body: { ...message.body, text: summary, edge: "seen" },
    }),
  ),
  misspoken("takes a reminder for an opening", edges, /reminded cannot be told from an opening/, (message, alert) =>
    alert.edge === "reminded"
      ? { ...message, body: { ...message.body, text: alert.summary, edge: "opened" } }
      : message,
  ),
  misspoken("asks for what is done", recovery, /is over, and to run a command/, (message, { summary, command }) => ({
    ...message,
    body: { ...message.body, text: `Over: ${summary} — run \`${command}\`` },
  })),
  misspoken("asks members for what is done", recovery, /is over, and to run a command/, (message, alert) => ({
    ...message,
    body: { ...message.body, members: alert.members?.map(({ command }) => `Run: ${command}`) },
  })),
  misled("does not know warnings", severities, /0 messages had arrived/, (sound) => async (alert, io) => {
    if (alert.severity !== "warn") await sound.notify(alert, io);
  }),
  misspoken("shows how bad it is by a colour", severities, /the severity warn is no word/, (message, { severity }) => {
    const { severity: _severity, ...rest } = message.body;
    const colour = { warn: "#ecb22e", page: "#e8912d", critical: "#e01e5a" }[severity];
    return { ...message, body: { ...rest, colour } };
  }),
  broken("says page where it is critical", severities, /the severity (?:page|critical) is no word/, (sound) => ({
    render: (alert, now) => sound.render(alert.severity === "critical" ? { ...alert, severity: "page" } : alert, now),
  })),
];
