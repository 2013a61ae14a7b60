import type { Alert } from "@tokenward/core/plugin";
import fc from "fast-check";

/** An alert as a run raises it. */
export function alertOf(changes: Partial<Alert> = {}): Alert {
  return {
    id: "0b5e7a3e-1111-4222-8333-944455556666",
    incident: "5d0c1f0e-1111-4222-8333-944455556666",
    edge: "opened",
    severity: "warn",
    subject: "linkedin",
    condition: "reauth-due",
    summary: "LinkedIn token expires in 9 days",
    detail: "LinkedIn token expires in 9 days — run `tokenward auth linkedin` (by 2027-01-21).",
    command: "tokenward auth linkedin",
    code: "ERR_AUTH_REAUTH_REQUIRED",
    openedAt: new Date("2026-11-26T10:00:00Z"),
    at: new Date("2026-11-26T10:00:00Z"),
    ...changes,
  };
}

/** A thousand grants with long names. */
export const thousand: NonNullable<Alert["members"]> = Array.from({ length: 1000 }, (_, index) => {
  const subject = `podium/location-${String(index).padStart(4, "0")}-${"x".repeat(80)}`;
  return { subject, command: `tokenward auth ${subject}` };
});

const nasty = fc.constantFrom(
  "<!channel>",
  "<https://evil.example|click>",
  "[click](https://evil.example)",
  "*bold* _it_ ~no~ `code`",
  "a\r\nX-Injected: 1\r\n\r\n",
  "\u202Edrowssap\u0007\u001B[31m",
  "🔥".repeat(2000),
  "&amp; &lt; \\ \" '",
  "- item",
  "1. item",
  "&".repeat(3000),
  "\\".repeat(3000),
  "漢".repeat(3000),
  "\uD83D".repeat(3000),
  "{{DATE(2026-11-26T10:00:00Z,SHORT)}} ![x](https://evil.example/x.png) &#x3C; __it__ <at>all</at>",
);
const words = fc.oneof(
  nasty,
  fc.string({ unit: "grapheme", maxLength: 4000 }),
  fc.array(nasty, { maxLength: 50 }).map((all) => all.join(" ")),
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
  members: fc.option(
    fc.array(fc.record({ subject: words, command: fc.option(words, { nil: undefined }) }), { maxLength: 40 }),
    { nil: undefined },
  ),
});
