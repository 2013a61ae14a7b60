import { connect } from "node:net";
import { TokenwardError } from "@tokenward/core/plugin";
import {
  broken,
  misjudged,
  misled,
  misspoken,
  soundFixture,
  type BrokenNotifier,
  type Replace,
} from "./breaking-notifiers.ts";
import { secretPath } from "./sound-notifier-receiver.ts";

const messages = "no message and no note tells a secret";
const refusals = "no refusal tells a secret";
const cut = "nothing that is said of a connection that was cut tells a secret";
const aborted = "nothing that is said of a call that was aborted tells a secret";
const prints = "nothing is printed";

/** Notifiers that say too much, or do not come to an end. */
export const brokenNotifiersDiscretion: readonly BrokenNotifier[] = [
  misspoken("tells the readers its address", messages, /a message holds a secret/, (message) => ({
    ...message,
    body: { ...message.body, sent_to: secretPath },
  })),
  misspoken("sends its address in a header", messages, /a message holds a secret/, (message) => ({
    ...message,
    headers: { ...message.headers, authorization: `Basic ${Buffer.from(secretPath).toString("base64")}` },
  })),
  broken("notes where it sends to", messages, /a note holds a secret/, (sound) => ({
    send: async (headers, text, io) => {
      io.note(`Posting to ${new URL(sound.url.reveal()).pathname}.`);
      return await sound.send(headers, text, io);
    },
  })),
  misjudged(
    "names its address in a refusal",
    refusals,
    /the error of a refusal \(permanent\) holds a secret/,
    () => new Error(`/${secretPath} refused it`),
  ),
  misjudged(
    "quotes the receiver",
    refusals,
    /holds a secret/,
    ({ body }) =>
      new TokenwardError("ERR_NOTIFIER_UNAVAILABLE", { notifier: "sound", reason: Buffer.from(body).toString() }),
  ),
  misjudged("hangs the answer on its error", refusals, /holds a secret/, ({ body }, refusal) =>
    Object.assign(refusal, { body: Buffer.from(body).toString() }),
  ),
  misjudged(
    "gives its address as the cause",
    refusals,
    /holds a secret/,
    () => new Error("it was refused", { cause: { request: { path: `/${encodeURIComponent(secretPath)}` } } }),
  ),
  misled("notes what it was refused", refusals, /a note holds a secret/, (sound, { url }) => async (alert, io) => {
    await sound.notify(alert, io).catch((error: unknown) => {
      io.note(`${new URL(url.reveal()).pathname} did not take a message.`);
      throw error;
    });
  }),
  broken(
    "names its address where no answer came",
    cut,
    /the error of a connection that was cut holds a secret/,
    () => ({
      unanswered: (thrown) => new Error(`no answer from /${secretPath}`, { cause: thrown }),
    }),
  ),
  broken(
    "names its address where it was stopped",
    aborted,
    /the error of a call that was aborted holds a secret/,
    () => ({
      unanswered: (thrown) => Object.assign(new Error("aborted", { cause: thrown }), { path: secretPath }),
    }),
  ),
  misled("prints what it told", prints, /something was printed/, (sound) => async (alert, io) => {
    await sound.notify(alert, io);
    // oxlint-disable-next-line no-console -- that is the defect
    console.log("told", alert.summary);
  }),
  misled("prints why it failed", prints, /something was printed/, (sound) => async (alert, io) => {
    await sound.notify(alert, io).catch((error: unknown) => {
      process.stderr.write("not told\n");
      throw error;
    });
  }),
  leaving("leaves a timer behind", () => {
    const timer = setInterval(() => undefined, 3_600_000);
    return () => clearInterval(timer);
  }),
  leaving("leaves a connection open", (url) => {
    const socket = connect(Number(new URL(url).port), "127.0.0.1");
    return () => void socket.destroy();
  }),
];

/** Begins something with each message, and ends it with the case. */
function leaving(defect: string, begin: (url: string) => () => void): BrokenNotifier {
  const ends: (() => void)[] = [];
  const replace: Replace =
    (sound, { url }) =>
    async (alert, io) => {
      await sound.notify(alert, io);
      ends.push(begin(url.reveal()));
    };
  return {
    defect,
    caughtBy: "nothing that was begun keeps the process alive",
    saying: /goes on after the message was told/,
    create: async () => {
      const fixture = await soundFixture(undefined, replace);
      const dispose = async (): Promise<void> => {
        for (const end of ends.splice(0)) end();
        await fixture.dispose();
      };
      return { ...fixture, dispose };
    },
  };
}
