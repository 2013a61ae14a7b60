import assert from "node:assert/strict";
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
    "scopes are read whether they come as a list or separated by blanks",
    (subject) => {
      const tokens = '"access_token":"{{access_token}}","refresh_token":"{{refresh_token}}"';
      const separator = subject.scopeSeparator ?? " ";
      for (const scope of ['["one.scope","two.scope"]', JSON.stringify(["one.scope", "two.scope"].join(separator))]) {
        const reading = readingOf(subject, answerOf({ body: `{${tokens},"scope":${scope}}` }), "an answer with scopes");
        if (reading.kind === "refused") continue;
        const wanted = ["one.scope", "two.scope"];
        assert.deepEqual(reading.scopes, wanted, `scopes that come as ${scope} were misread`);
      }
    },
    withoutExchange,
  ),
];
