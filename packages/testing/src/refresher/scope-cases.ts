import assert from "node:assert/strict";
import { isDeepStrictEqual } from "node:util";
import { missingScopes } from "@tokenward/core/plugin";
import { malformedAnswers } from "../malformed-answers.ts";
import { answerOf, readingOf, refresherCase, withoutExchange, type RefresherCase } from "./subject.ts";

/** Scopes mean the same, whatever they are called. */
export const scopeCases: readonly RefresherCase[] = [
  refresherCase("aliases of scopes lead somewhere", ({ create }) => {
    const { scopeAliases = {} } = create();
    for (const alias of Object.keys(scopeAliases)) {
      const names = [alias];
      for (let name = scopeAliases[alias]; name !== undefined; name = scopeAliases[name]) {
        assert.ok(!names.includes(name), `the alias ${alias} leads in a circle: ${[...names, name].join(" -> ")}`);
        assert.ok(
          name.trim() !== "" && !/[\s,]/.test(name),
          `the alias ${alias} leads to "${name}", which is no scope`,
        );
        names.push(name);
      }
    }
  }),

  refresherCase("required scopes are satisfied by either of their names", ({ create }) => {
    const { requiredScopes = [], scopeAliases = {} } = create();
    assert.equal(new Set(requiredScopes).size, requiredScopes.length, "a required scope is named twice");
    const proper = requiredScopes.map((scope) => scopeAliases[scope] ?? scope);
    assert.equal(new Set(proper).size, proper.length, "a scope is required under two of its names");
    for (const granted of [requiredScopes, proper]) {
      const missing = missingScopes(requiredScopes, granted, scopeAliases);
      assert.deepEqual(missing, [], `with ${granted.join(" ")} granted, ${missing.join(" ")} counts as missing`);
    }
    for (const scope of requiredScopes) {
      assert.ok(scope.trim() !== "" && !/[\s,]/.test(scope), `"${scope}" is required, which is no scope`);
    }
  }),

  refresherCase(
    "an answer without scope leaves the scopes unchanged",
    (subject) => {
      for (const { name, template } of malformedAnswers) {
        if (!/^scope is (missing|null|empty)$/.test(name)) continue;
        const reading = readingOf(subject, answerOf(template), `"${name}"`);
        const scopes = reading.kind === "exchanged" ? reading.scopes : undefined;
        assert.equal(scopes, undefined, `"${name}" means unchanged, but was read as [${scopes?.join(", ")}]`);
      }
    },
    withoutExchange,
  ),

  refresherCase(
    "scopes are read whether they come as a list or as one text",
    (subject) => {
      const tokens = '"access_token":"{{access_token}}","refresh_token":"{{refresh_token}}"';
      const wanted = ["one.scope", "two.scope"];
      const read = (scope: unknown): readonly string[] | undefined => {
        const answer = answerOf({ body: `{${tokens},"scope":${JSON.stringify(scope)}}` });
        const reading = readingOf(subject, answer, "an answer with scopes");
        return reading.kind === "exchanged" ? reading.scopes : undefined;
      };
      assert.deepEqual(read(wanted), wanted, "scopes that come as a list were misread");
      // What separates them is the platform's; the RFC's blank and the other platforms' comma are all there is.
      const separators = subject.scopeSeparator === undefined ? [" ", ","] : [subject.scopeSeparator];
      const readings = separators.map((separator) => read(wanted.join(separator)));
      const right = readings.some((scopes) => isDeepStrictEqual(scopes, wanted));
      assert.ok(right, `scopes that come as one text were misread: [${readings[0]?.join("; ")}]`);
    },
    withoutExchange,
  ),
];
