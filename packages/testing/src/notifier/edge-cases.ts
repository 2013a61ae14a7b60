import assert from "node:assert/strict";
import type { AlertEdge, Severity } from "@tokenward/core/plugin";
import type { NotifierCase } from "./fixture.ts";
import { notifierCase } from "./ground.ts";
import { alertOf, groupOf } from "./samples.ts";
import { countOf, readings } from "./text.ts";

// The words of `alertSentence`, of `Alert`, and of on-call services.
const edgeWords: Readonly<Record<Exclude<AlertEdge, "opened">, RegExp>> = {
  escalated: /escalat|more urgent/,
  reminded: /remind|still open/,
  resolved: /\bresolve|\bover:|\bis over\b|recover/,
};

const severityWords: Readonly<Record<Severity, RegExp>> = {
  warn: /\bwarn(?:ing)?\b/,
  page: /\b(?:page|error)\b/,
  critical: /\bcritical\b/,
};

/** Nothing is kept from humans, and what they read says which it is. */
export const edgeCases: readonly NotifierCase[] = [
  notifierCase("every edge arrives, and says which it is", async ({ tell }) => {
    const opened = await tell(alertOf());
    for (const [edge, words] of entriesOf(edgeWords)) {
      const text = await tell(alertOf({ id: `suite-alert-of-edge-${edge.length}`, edge }));
      // Names of fields are in every message; only what an edge adds tells it.
      assert.ok(
        countOf(words, text) > countOf(words, opened),
        `a message that is ${edge} cannot be told from an opening`,
      );
    }
  }),

  notifierCase("a recovery asks nobody to do anything", async ({ tell }) => {
    const alone = await tell(alertOf({ edge: "resolved" }));
    const members = [{ subject: "podium/west", command: "tokenward auth podium/west" }];
    const many = await tell(groupOf(members, { id: "suite-alert-2", edge: "resolved" }));
    const asks = [...readings(alone), ...readings(many)].some((reading) => /\brun\b\W{0,9}tokenward\b/i.test(reading));
    assert.ok(!asks, "a message says that it is over, and to run a command");
  }),

  notifierCase("every severity arrives, and is a word", async ({ tell }) => {
    const texts = new Map<Severity, string>();
    for (const [severity] of entriesOf(severityWords)) {
      texts.set(severity, await tell(alertOf({ id: `suite-alert-of-severity-${severity.length}`, severity })));
    }
    for (const [severity, words] of entriesOf(severityWords)) {
      const own = countOf(words, texts.get(severity) ?? "");
      const others = [...texts].filter(([other]) => other !== severity);
      const told = others.every(([, text]) => own > countOf(words, text));
      assert.ok(told, `the severity ${severity} is no word in the message (a colour is seen by few)`);
    }
  }),
];

function entriesOf<Key extends string, Value>(table: Readonly<Record<Key, Value>>): readonly (readonly [Key, Value])[] {
  return Object.entries(table) as [Key, Value][];
}
