import type { ForcedAnswer } from "./fault.ts";
import type { SandboxAnswer } from "./platform.ts";

/** Headers by lower-case name. */
export type AnswerHeaders = Record<string, string | readonly string[]>;

/** An answer whose body is text, before encodings. */
export interface TextAnswer {
  status: number;
  headers: AnswerHeaders;
  text: string;
}

/** Words an answer: strings as they are, anything else as JSON. */
export function toText(answer: SandboxAnswer): TextAnswer {
  const isText = typeof answer.body === "string";
  const text = typeof answer.body === "string" ? answer.body : (JSON.stringify(answer.body) ?? "");
  const type = !isText ? "application/json; charset=utf-8" : text.startsWith("<") ? "text/html" : "text/plain";
  return { status: answer.status, headers: { "content-type": type, ...lowerCase(answer.headers ?? {}) }, text };
}

/** The answer that a fault forces. */
export function forcedAnswer(forced: ForcedAnswer, now: number): SandboxAnswer {
  const { retryAfter } = forced;
  const after =
    retryAfter === undefined
      ? {}
      : {
          "retry-after":
            typeof retryAfter === "number" ? String(retryAfter) : httpDate(now + retryAfter.httpDateIn * 1_000),
        };
  return { status: forced.status, headers: { ...after, ...forced.headers }, body: forced.body ?? "" };
}

/** Repeats secrets wherever careless servers and proxies do. */
export function echoInto(answer: TextAnswer, secrets: readonly string[]): void {
  const forms = secrets.flatMap((secret) => [
    secret,
    encodeURIComponent(secret),
    Buffer.from(secret, "utf8").toString("base64"),
  ]);
  const line = forms.join(" ");
  answer.headers["x-echo"] = forms;
  answer.headers["www-authenticate"] = `Bearer error="invalid_token", error_description="rejected: ${line}"`;
  try {
    const value: unknown = JSON.parse(answer.text);
    if (typeof value === "object" && value !== null && !Array.isArray(value)) {
      const object = value as Record<string, unknown>;
      const description = object["error_description"];
      if (typeof description === "string") object["error_description"] = `${description} Rejected: ${line}`;
      object["received"] = forms;
      answer.text = JSON.stringify(object);
      return;
    }
  } catch {
    // Not JSON: the secrets follow as text.
  }
  answer.text += `\n${line}\n`;
}

let cachedSecond = Number.NaN;
let cachedDate = "";

/** An HTTP-date (RFC 9110, section 5.6.7). */
export function httpDate(milliseconds: number): string {
  const second = Math.floor(milliseconds / 1_000);
  if (second !== cachedSecond) {
    cachedSecond = second;
    cachedDate = new Date(second * 1_000).toUTCString();
  }
  return cachedDate;
}

function lowerCase(headers: AnswerHeaders): AnswerHeaders {
  const lower: AnswerHeaders = {};
  for (const name of Object.keys(headers)) lower[name.toLowerCase()] = headers[name] ?? "";
  return lower;
}
