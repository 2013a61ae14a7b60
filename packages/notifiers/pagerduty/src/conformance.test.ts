import { secret } from "@tokenward/core";
import { testNotifier } from "@tokenward/testing";
import { PagerdutyServer, type PagerdutyMood } from "tokenward-counterparts/pagerduty";
import { describe, it } from "vitest";
import { pagerduty } from "./index.ts";

const key = "R0123456789abcdefR0123456789abcd";
const moods = { permanent: "refusing", transient: "down", throttled: "throttling" } as const;

testNotifier({ describe, it }, async () => {
  const server = await new PagerdutyServer(key).start();
  const become = (mood: PagerdutyMood) => async (): Promise<void> => void (server.mood = mood);
  return {
    notifier: pagerduty({ routing_key: secret(key), url: server.url }),
    received: async () => server.events.map((event) => JSON.stringify(event)),
    attempts: async () => server.attempts,
    refuse: async (kind) => void (server.mood = moods[kind]),
    hang: become("hanging"),
    dropAfterAccept: become("dropping"),
    accept: become("usual"),
    idOf: (text: string) => (JSON.parse(text) as { dedup_key?: string }).dedup_key,
    incidentOf: (text: string) => (JSON.parse(text) as { dedup_key?: string }).dedup_key,
    recognises: "incidents" as const,
    active: (text: string) => Object.keys(JSON.parse(text) as object),
    secrets: [key],
    secretsOnWire: [key],
    dispose: async () => await server.close(),
  };
});
