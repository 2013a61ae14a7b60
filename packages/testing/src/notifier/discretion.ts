import assert from "node:assert/strict";
import { inspect } from "node:util";
import { TokenwardError } from "@tokenward/core/plugin";

/** Fails where one of some secrets can be read, also in the forms that addresses and headers give it. */
export function assertNoSecret(text: string, secrets: readonly string[], where: string): void {
  for (const secret of secrets) {
    const inBase64 = Buffer.from(secret).toString("base64").replace(/=+$/, "").slice(0, -1);
    const told = [secret, encodeURIComponent(secret), inBase64].some((form) => form !== "" && text.includes(form));
    assert.ok(!told, `${where} holds a secret`);
  }
}

/** Fails where an error, or anything that hangs on it, tells a secret to whoever logs it in whatever way. */
export function assertDiscreet(thrown: unknown, secrets: readonly string[], where: string): void {
  for (const told of tellings(thrown)) assertNoSecret(told, secrets, where);
}

function tellings(thrown: unknown): readonly string[] {
  const seen = new Set<unknown>();
  const texts: string[] = [];
  for (
    let link = thrown;
    link !== undefined && !seen.has(link);
    link = link instanceof Error ? link.cause : undefined
  ) {
    seen.add(link);
    texts.push(inspect(link, { depth: 6, maxStringLength: null, maxArrayLength: null }), asJson(link));
    if (!(link instanceof Error)) continue;
    // Some errors show less of themselves than they hold.
    const held = Object.fromEntries(Object.entries(link));
    texts.push(link.message, link.stack ?? "", inspect(held, { depth: 6 }), asJson(held));
    if (TokenwardError.is(link)) texts.push(link.fix);
  }
  return texts;
}

function asJson(value: unknown): string {
  try {
    return JSON.stringify(value) ?? "";
  } catch {
    // What cannot be written as JSON is not logged as JSON; it was inspected.
    return "";
  }
}
