import assert from "node:assert/strict";
import { inspect } from "node:util";
import { isSecret } from "@tokenward/core/plugin";
import { secretTexts } from "./subject.ts";

/** Fails where one of the suite's secrets can be seen in what a human, a log or an error would show. */
export function assertNothingSecret(value: unknown, where: string, texts: readonly string[] = secretTexts): void {
  const shown = [shownBy(value), ...errorTexts(value)];
  for (const text of texts) {
    const forms = [
      text,
      encodeURIComponent(text),
      Buffer.from(text).toString("base64").replace(/=+$/, "").slice(0, -1),
    ];
    const leaked = shown.some((view) => forms.some((form) => view.includes(form)));
    if (leaked) assert.fail(`${where} shows a secret (${text.slice(0, text.indexOf("~"))})`);
  }
}

function shownBy(value: unknown): string {
  return typeof value === "string" ? value : `${safely(value)}\n${inspect(value, { depth: 20 })}`;
}

function safely(value: unknown): string {
  try {
    return JSON.stringify(value) ?? "";
  } catch {
    return "";
  }
}

function errorTexts(value: unknown): readonly string[] {
  if (!(value instanceof Error)) return [];
  const cause = value.cause === undefined ? [] : [shownBy(value.cause), ...errorTexts(value.cause)];
  return [value.message, value.stack ?? "", ...cause];
}

/** The values of all secrets in a request, wherever they stand. */
export function secretsIn(value: unknown): readonly string[] {
  if (isSecret(value)) return [value.reveal()];
  if (typeof value !== "object" || value === null) return [];
  return Object.values(value).flatMap((member) => secretsIn(member));
}
