import type { AlertState, OutboxEntry } from "@tokenward/core";
import { expect, it } from "vitest";
import { printAlerts } from "./alerts.ts";
import type { Output } from "./output.ts";

const now = new Date("2026-11-26T10:00:00Z");

function printed(
  states: readonly AlertState[],
  waiting: readonly OutboxEntry[],
  json = false,
): { text: string; code: number } {
  const lines: string[] = [];
  const output: Output = {
    json,
    columns: 200,
    live: false,
    data: (text) => void lines.push(text),
    note: () => undefined,
    transient: () => undefined,
    style: (_, text) => text,
    close: () => undefined,
  };
  const code = printAlerts({ states, waiting }, output, now);
  return { text: lines.join("\n"), code };
}

function state(changes: Partial<AlertState>): AlertState {
  return {
    installation: "x",
    subject: "tiktok",
    condition: "reauth-due",
    severity: "critical",
    incident: "i",
    openedAt: new Date("2026-11-24T09:00:00Z"),
    sightings: 2,
    summary: "TikTok needs a new consent",
    detail: "d",
    command: "tokenward auth tiktok",
    ...changes,
  };
}

const told = { severity: "critical", at: now, by: ["webhook", "smtp"] } as const;

it("shows the worst first, since when, who was told, and what to type", () => {
  const states = [
    state({
      subject: "linkedin",
      severity: "warn",
      summary: "LinkedIn token expires in 9 days",
      command: "tokenward auth linkedin",
    }),
    state({ told }),
    state({ subject: "over", resolvedAt: now }),
  ];
  const { text, code } = printed(states, []);
  expect(code).toBe(1);
  expect(text.split("\n").map((line) => line.trim())).toEqual([
    expect.stringMatching(/^ALERT ON +CONDITION +SEVERITY +OPEN FOR +TOLD +DETAIL$/),
    expect.stringMatching(
      /^tiktok +reauth-due +critical +2 days +webhook, smtp +TikTok needs a new consent — run `tokenward auth tiktok`$/,
    ),
    expect.stringMatching(/^linkedin +reauth-due +warn +2 days +nobody +LinkedIn token expires in 9 days — run/),
    "",
    "2 alerts open.",
  ]);
});

it("names the grants of a group there, and only there", () => {
  const group = state({
    subject: "platform tiktok",
    severity: "warn",
    summary: "7 TikTok grants could not be refreshed",
    command: undefined,
    told,
  });
  const members = Array.from({ length: 7 }, (_, index) =>
    state({ subject: `tiktok/${index}`, group: "platform tiktok" }),
  );
  expect(printed([group, ...members], []).text).toContain(
    "7 TikTok grants could not be refreshed (tiktok/0, tiktok/1, tiktok/2, tiktok/3, tiktok/4, and 2 more)",
  );
  const { alerts } = JSON.parse(printed([group, ...members], [], true).text) as { alerts: { members: unknown[] }[] };
  expect(alerts).toHaveLength(1);
  expect(alerts[0]?.members).toHaveLength(7);
});

it("says what waits to be delivered, and exits with 0 where nothing is open", () => {
  const waiting = ["a", "b"].map((id): OutboxEntry => {
    const alert = {
      id,
      incident: "i",
      edge: "resolved",
      severity: "warn",
      subject: "x",
      condition: "decay",
      summary: "",
      detail: "",
      openedAt: now,
      at: now,
    } as const;
    return { id, installation: "x", notifier: "webhook", alert, recipients: ["webhook"], attempts: 3, notBefore: now };
  });
  expect(printed([], waiting)).toEqual({
    text: "No alert is open. Waiting to be delivered: 2 messages for webhook.",
    code: 0,
  });
  expect(JSON.parse(printed([], waiting, true).text)).toMatchObject({
    alerts: [],
    waiting: [{ notifier: "webhook", edge: "resolved", attempts: 3 }, {}],
  });
});
