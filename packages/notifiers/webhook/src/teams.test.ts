import { createRequire } from "node:module";
import fc from "fast-check";
import { expect, test } from "vitest";
import { teamsMessage } from "./teams.ts";
import { alertOf, anyAlert, thousand } from "./test/alerts.ts";
import type { Alert } from "@tokenward/core/plugin";

interface Parser {
  readonly AdaptiveCard: new () => {
    parse(card: object, context: object): void;
    validateProperties(): { readonly validationEvents: readonly { readonly message: string }[] };
    getItemCount(): number;
  };
  readonly SerializationContext: new () => {
    readonly eventCount: number;
    getEventAt(index: number): { readonly message: string };
  };
}

// Its entry for ECMAScript modules does not resolve in Node.
const parser = createRequire(import.meta.url)("adaptivecards/dist/adaptivecards.js") as Parser;

interface Message {
  readonly type: string;
  readonly attachments: readonly [{ readonly contentType: string; readonly content: object }];
}

/** What the parser of Adaptive Cards has against a card. */
function faultsOf(card: object): readonly string[] {
  const context = new parser.SerializationContext();
  const parsed = new parser.AdaptiveCard();
  parsed.parse(card, context);
  const events = Array.from({ length: context.eventCount }, (_, index) => context.getEventAt(index).message);
  return [...events, ...parsed.validateProperties().validationEvents.map(({ message }) => message)];
}

function messageOf(alert: Alert = alertOf()): Message {
  return teamsMessage(alert) as Message;
}

test("a message is a card that the parser of Adaptive Cards has nothing against", () => {
  const message = messageOf();
  expect(message.type).toBe("message");
  expect(message.attachments[0].contentType).toBe("application/vnd.microsoft.card.adaptive");
  expect(faultsOf(message.attachments[0].content)).toEqual([]);
  expect(JSON.stringify(message)).toContain("tokenward auth linkedin");
});

test("the parser would find fault with a card that is wrong", () => {
  const broken = { type: "AdaptiveCard", version: "1.4", body: [{ type: "TextBlok", text: "x" }] };
  expect(faultsOf(broken)).not.toEqual([]);
  expect(faultsOf({ type: "AdaptiveCard", version: "9.9", body: [] })).not.toEqual([]);
});

test("a recovery is told as one, and asks for nothing", () => {
  const text = JSON.stringify(messageOf(alertOf({ edge: "resolved", detail: "It was renewed." })));
  expect(text).toContain("Over (was: warning)");
  expect(text).not.toContain("tokenward auth linkedin");
});

test("whatever an alert says, the card is sound and below what Teams takes", () => {
  fc.assert(
    fc.property(anyAlert, (alert) => {
      const message = messageOf(alert);
      expect(faultsOf(message.attachments[0].content)).toEqual([]);
      expect(Buffer.byteLength(JSON.stringify(message))).toBeLessThan(28_000);
    }),
    { numRuns: 150 },
  );
  const many = messageOf(alertOf({ members: thousand, summary: "🔥".repeat(5000), detail: "\\".repeat(5000) }));
  expect(Buffer.byteLength(JSON.stringify(many))).toBeLessThan(28_000);
  expect(JSON.stringify(many)).toContain("and 985 more");
});

test("what a platform says is no Markdown", () => {
  const text = JSON.stringify(messageOf(alertOf({ summary: "[click](https://evil.example) *x* `y`" })));
  expect(text).toContain(String.raw`\\[click\\]\\(https://evil.example\\) \\*x\\* \\${"`"}y\\${"`"}`);
});
