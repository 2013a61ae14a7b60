import type { Alert } from "@tokenward/core/plugin";
import fc from "fast-check";

/** An alert as a run raises it. */
export function alertOf(changes: Partial<Alert> = {}): Alert {
  return {
    id: "0b5e7a3e-1111-4222-8333-944455556666",
    incident: "5d0c1f0e-1111-4222-8333-944455556666",
    edge: "opened",
    severity: "critical",
    subject: "tiktok/brand-a",
    condition: "reauth-due",
    summary: "TikTok (brand-a) needs a new consent",
    detail: "tiktok/brand-a needs a new consent: TikTok refused its token <at once>.",
    command: "tokenward auth tiktok/brand-a",
    code: "ERR_AUTH_REAUTH_REQUIRED",
    openedAt: new Date("2026-11-26T10:00:00Z"),
    at: new Date("2026-11-26T10:00:00Z"),
    ...changes,
  };
}

const words = fc.oneof(
  fc.constantFrom(
    "",
    "a\r\nBcc: evil@example.com\r\n\r\nbody",
    "\r\n.\r\nMAIL FROM:<evil@example.com>",
    "<script>alert(1)</script><img src=https://evil.example/x>",
    "\u202Egnp.exe",
    "=?utf-8?q?=0d=0aBcc:_evil@example.com?=",
    "🔥".repeat(500),
    "\uD800",
  ),
  fc.string({ unit: "grapheme", maxLength: 500 }),
);

/** Any alert there can be, its texts as hostile as a platform's answer or a name could be. */
export const anyAlert: fc.Arbitrary<Alert> = fc.record({
  id: fc.uuid(),
  incident: fc.uuid(),
  edge: fc.constantFrom("opened", "escalated", "reminded", "resolved"),
  severity: fc.constantFrom("warn", "page", "critical"),
  subject: words,
  condition: fc.constantFrom("refresh-failed", "decay", "in-doubt"),
  summary: words,
  detail: words,
  command: fc.option(words, { nil: undefined }),
  code: fc.constantFrom(undefined, "ERR_AUTH_IN_DOUBT"),
  openedAt: fc.date({ min: new Date("2026-01-01"), max: new Date("2030-01-01"), noInvalidDate: true }),
  at: fc.date({ min: new Date("2026-01-01"), max: new Date("2030-01-01"), noInvalidDate: true }),
  members: fc.option(fc.array(fc.record({ subject: words, command: words }), { maxLength: 40 }), { nil: undefined }),
});
