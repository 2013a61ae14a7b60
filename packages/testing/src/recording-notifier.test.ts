import type { Alert } from "@tokenward/core/plugin";
import { expect, it } from "vitest";
import { recordingNotifier } from "./recording-notifier.ts";
import { testIO } from "./test-io.ts";

const alert: Alert = {
  id: "1",
  incident: "i",
  edge: "opened",
  severity: "warn",
  subject: "tiktok",
  condition: "reauth-due",
  summary: "TikTok wants a new consent",
  detail: "Only a human can renew it.",
  openedAt: new Date(0),
  at: new Date(0),
};

it("remembers what it accepted and what it refused", async () => {
  const notifier = recordingNotifier();
  notifier.failNext(new Error("down"));
  await expect(notifier.notify(alert, testIO())).rejects.toThrow("down");
  await notifier.notify(alert, testIO());
  expect(notifier.alerts).toEqual([alert]);
  expect(notifier.attempts).toHaveLength(2);
});
