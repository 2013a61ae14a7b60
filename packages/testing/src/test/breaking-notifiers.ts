import { secret, type HttpAnswer, type Notifier, type PluginIO } from "@tokenward/core/plugin";
import type { NotifierFixture } from "../notifier/fixture.ts";
import { startSoundReceiver, secretPath } from "./sound-notifier-receiver.ts";
import { notifierOf, soundParts, type Parts } from "./sound-notifier.ts";

/** A notifier with one defect, and the case that is meant to find it. */
export interface BrokenNotifier {
  readonly defect: string;
  readonly caughtBy: string;
  /** Part of the message with which it is found. */
  readonly saying: RegExp;
  create(): Promise<NotifierFixture>;
}

/** Puts something else in place of some parts. */
export type Change = (sound: Parts) => Partial<Parts>;

/** Puts another notifier in place of the one that is made of the parts. */
export type Replace = (sound: Notifier, parts: Parts) => Notifier["notify"];

/** The fixture of the sound notifier, which tells a real HTTP server. */
export async function soundFixture(
  change: Change = () => ({}),
  replace?: Replace,
  more: Partial<NotifierFixture> = {},
): Promise<NotifierFixture> {
  const receiver = await startSoundReceiver();
  const sound = soundParts(secret(receiver.url));
  const parts = { ...sound, ...change(sound) };
  const notifier = notifierOf(parts);
  return {
    notifier: replace === undefined ? notifier : { notify: replace(notifier, parts) },
    received: async () => [...receiver.received],
    attempts: async () => receiver.asked(),
    refuse: async (kind) => receiver.behave(kind),
    hang: async () => receiver.behave("hang"),
    dropAfterAccept: async () => receiver.behave("drop"),
    accept: async () => receiver.behave("accept"),
    idOf: (text) => headersOf(text)["webhook-id"],
    incidentOf: (text) => textOf(bodyOf(text)["incident"]),
    active: (text) => [
      ...Object.keys(headersOf(text)),
      ...(textOf(bodyOf(text)["text"])?.match(/<[!@h][^>]*>/g) ?? []),
    ],
    secrets: [secretPath],
    dispose: async () => await receiver.close(),
    ...more,
  };
}

/** Breaks a part. */
export function broken(
  defect: string,
  caughtBy: string,
  saying: RegExp,
  change: Change,
  more: Partial<NotifierFixture> = {},
): BrokenNotifier {
  return { defect, caughtBy, saying, create: async () => await soundFixture(change, undefined, more) };
}

/** Breaks the whole. */
export function misled(defect: string, caughtBy: string, saying: RegExp, replace: Replace): BrokenNotifier {
  return { defect, caughtBy, saying, create: async () => await soundFixture(undefined, replace) };
}

/** Breaks what the receiver reads. */
export function misspoken(
  defect: string,
  caughtBy: string,
  saying: RegExp,
  change: (message: ReturnType<Parts["render"]>, alert: Parameters<Parts["render"]>[0], now: Date) => typeof message,
): BrokenNotifier {
  const render: Change = (sound) => ({ render: (alert, now) => change(sound.render(alert, now), alert, now) });
  return broken(defect, caughtBy, saying, render);
}

/** Breaks what is said of answers: of those that are no acceptance. */
export function misjudged(
  defect: string,
  caughtBy: string,
  saying: RegExp,
  change: (answer: HttpAnswer, refusal: Error, parts: Parts) => Error | undefined,
): BrokenNotifier {
  return broken(defect, caughtBy, saying, (sound) => ({
    judge: (answer, now) => {
      const refusal = sound.judge(answer, now);
      return refusal === undefined ? undefined : change(answer, refusal, sound);
    },
  }));
}

/** The same outside world with no end to a call. */
export function endless(io: PluginIO): PluginIO {
  return { ...io, signal: new AbortController().signal };
}

function headersOf(text: string): Readonly<Record<string, string>> {
  return JSON.parse(text.slice(0, text.indexOf("\n"))) as Readonly<Record<string, string>>;
}

function bodyOf(text: string): Readonly<Record<string, unknown>> {
  return JSON.parse(text.slice(text.indexOf("\n"))) as Readonly<Record<string, unknown>>;
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}
