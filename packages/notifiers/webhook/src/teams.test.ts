import { createRequire } from "node:module";
import fc from "fast-check";
import { expect, test } from "vitest";
import { escaped, teamsMessage } from "./teams.ts";
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
    { numRuns: 300 },
  );
  const many = messageOf(alertOf({ members: thousand, summary: "🔥".repeat(5000), detail: "\\".repeat(5000) }));
  expect(Buffer.byteLength(JSON.stringify(many))).toBeLessThan(28_000);
  expect(JSON.stringify(many)).toContain("and 985 more");
});

test("the command stands alone, in letters of one width, and nothing wants to be pressed", () => {
  const { content } = messageOf(alertOf({ members: thousand })).attachments[0];
  const run = { type: "TextRun", text: "tokenward auth linkedin", fontType: "Monospace" };
  expect(content).toMatchObject({
    body: expect.arrayContaining([expect.objectContaining({ inlines: [run] })]) as unknown,
  });
  expect(JSON.stringify(content)).not.toMatch(/"(actions|selectAction|type":"(Action|Input)\.)/);
  expect(content).toMatchObject({
    fallbackText: "LinkedIn token expires in 9 days — run `tokenward auth linkedin`",
    body: expect.arrayContaining([
      {
        type: "FactSet",
        facts: [
          { title: "On", value: "linkedin" },
          { title: "Condition", value: "reauth-due" },
          { title: "Code", value: "ERR_AUTH_REAUTH_REQUIRED" },
          { title: "Since", value: "2026-11-26 10:00 UTC" },
        ],
      },
    ]) as unknown,
  });
});

test("what a platform says is no Markdown", () => {
  expect(escaped("[click](https://evil.example) *x* `y` _z_ {{DATE(x)}} &lt;")).toBe(
    String.raw`\[click\]\(https://evil.example\) \*x\* ${"\\`y\\`"} \_z\_ \{\{DATE\(x\)\}\} \&lt;`,
  );
  expect(["1. item", "- item", "+ item", "--- ", "===", "# h", "> q"].map((text) => escaped(text))).toEqual([
    String.raw`1\. item`,
    String.raw`\- item`,
    String.raw`\+ item`,
    String.raw`\--- `,
    String.raw`\===`,
    String.raw`\# h`,
    String.raw`\> q`,
  ]);
  expect(escaped("ERR_AUTH_REAUTH_REQUIRED of podium/brand_a-1, 2.5 days")).toBe(
    "ERR_AUTH_REAUTH_REQUIRED of podium/brand_a-1, 2.5 days",
  );
  fc.assert(
    fc.property(anyAlert, ({ summary }) => {
      // All that is left without a backslash means nothing to Markdown, and undone it is the text again.
      const text = escaped(summary);
      expect(text.replace(/\\[!-/:-@[-`{-~]/g, "")).not.toMatch(/[\\[\](){}*`~#|<>&!]/);
      expect(text.replace(/\\([!-/:-@[-`{-~])/g, "$1")).toBe(summary);
    }),
  );
});
