import assert from "node:assert/strict";
import { inspect } from "node:util";
import { TokenwardError } from "@tokenward/core/plugin";
import { sentinels } from "./samples.ts";

/** Fails where a part of a token can be read. */
export function assertNoSecret(text: string, where: string): void {
  for (const sentinel of sentinels) assert.ok(!text.includes(sentinel), `${where} holds a token`);
}

/** Fails where an error, or anything that hangs on it, tells a token to whoever logs it in whatever way. */
export function assertDiscreet(thrown: unknown, where: string): void {
  for (const told of tellings(thrown)) assertNoSecret(told, where);
}

/** Everything that a log might show of it. */
function tellings(thrown: unknown): readonly string[] {
  const seen = new Set<unknown>();
  const texts: string[] = [];
  for (let link: unknown = thrown; link !== undefined && !seen.has(link); link = causeOf(link)) {
    seen.add(link);
    texts.push(inspect(link, { depth: 8, maxStringLength: null }), asJson(link));
    if (link instanceof Error) texts.push(link.message, link.stack ?? "", asJson(Object.entries(link)));
    if (TokenwardError.is(link)) texts.push(link.fix, asJson(link.facts));
  }
  return texts;
}

function causeOf(link: unknown): unknown {
  return link instanceof Error ? link.cause : undefined;
}

function asJson(value: unknown): string {
  try {
    return JSON.stringify(value) ?? "";
  } catch {
    // What cannot be written as JSON is not logged as JSON; it was inspected.
    return "";
  }
}
