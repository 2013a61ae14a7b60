/**
 * The required scopes that a grant lacks, as the configuration writes them and in its order, each once.
 *
 * @param required scopes that must be there
 * @param granted what the platform granted; absent means that it did not say, so nothing changed (RFC 6749,
 *   section 5.1) and nothing is missing
 * @param aliases other names of the same scope, `alias -> name`; either name satisfies the other, also over several
 *   steps. Scopes are compared with their case (RFC 6749, section 3.3).
 *
 * @example
 * ```ts
 * import { missingScopes } from "@tokenward/core";
 *
 * missingScopes(["contacts.read"], ["read_contacts"], { "contacts.read": "read_contacts" }); // []
 * ```
 */
export function missingScopes(
  required: readonly string[],
  granted: readonly string[] | undefined,
  aliases: Readonly<Record<string, string>> = {},
): readonly string[] {
  if (granted === undefined) return [];
  const there = new Set(granted.flatMap((scope) => namesOf(scope, aliases)));
  const missing = required.filter((scope) => !namesOf(scope, aliases).some((name) => there.has(name)));
  return [...new Set(missing)];
}

/** A scope and every name that its aliases lead to. Stops where aliases go round in circles. */
function namesOf(scope: string, aliases: Readonly<Record<string, string>>): readonly string[] {
  const names = [scope];
  for (let name = scope; Object.hasOwn(aliases, name);) {
    name = aliases[name] as string;
    if (names.includes(name)) break;
    names.push(name);
  }
  return names;
}
