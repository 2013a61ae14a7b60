import { decodeBody } from "../http/body.ts";
import type { HttpAnswer } from "../http/message.ts";
import { redact } from "../redactor.ts";
import type { Refused } from "../refresher.ts";
import type { TokenDialect } from "./dialect.ts";
import { errorClasses, graphClass } from "./error-classes.ts";
import { isObject, type JsonRecord } from "./lenient.ts";

type Class = Refused["class"];

/** An error in the platform's own dialect. */
export interface PlatformError {
  /** Lower case, without prose: `invalid_grant`, `190.463`. Absent: the platform only said that it failed. */
  readonly code?: string | undefined;
  /** A closer description, such as Google's `error_subtype`. */
  readonly subtype?: string | undefined;
  readonly class: Class;
  /** The sentence of the phrase that it was recognised by. */
  readonly sentence?: string | undefined;
  /** The object that it stands in. */
  readonly record: JsonRecord;
}

/**
 * The error that an answer states: from status and error field, never from prose alone. `undefined` where it states
 * none, or one that is nobody's code (`"error": "Bad Gateway"`): such an answer may come from something in between,
 * which does not know whether the token was exchanged.
 */
export function errorOf(
  dialect: TokenDialect,
  answer: Pick<HttpAnswer, "status">,
  records: readonly JsonRecord[],
): PlatformError | undefined {
  for (const record of records) {
    const error = flagged(dialect, record) ?? stated(dialect, answer, record);
    if (error !== undefined) return withPhrase(dialect, error);
  }
  return undefined;
}

function withPhrase(dialect: TokenDialect, error: PlatformError): PlatformError {
  const said = plain(descriptionOf(error.record));
  const phrase = dialect.phrases?.find(
    (candidate) => candidate.error === error.code && said.includes(plain(candidate.says)),
  );
  return phrase === undefined ? error : { ...error, class: phrase.class, sentence: phrase.sentence };
}

function descriptionOf(record: JsonRecord): string {
  const { error } = record;
  const found = [record["error_description"], record["message"], isObject(error) ? error["message"] : undefined];
  return found.find((value) => typeof value === "string") ?? "";
}

function plain(text: string): string {
  return text.toLowerCase().replace(/\s+/g, " ").trim().replace(/\.$/, "");
}

/** Success tests that are not the RFC's: the flag or code decides, whatever the status. */
function flagged(dialect: TokenDialect, record: JsonRecord): PlatformError | undefined {
  const test = dialect.success ?? "rfc";
  if (test === "rfc") return undefined;
  const name = "flag" in test ? test.flag : test.code;
  if (!Object.hasOwn(record, name)) return undefined;
  const value = record[name];
  if ("flag" in test) {
    if (value === true || value === "true" || value === 1) return undefined;
    const code = codeOf(record["error"]);
    return { code, class: (code === undefined ? undefined : classOf(dialect, code)) ?? "client", record };
  }
  if (String(value) === String(test.is)) return undefined;
  const code = codeOf(value);
  return { code, class: (code === undefined ? undefined : classOf(dialect, code)) ?? "client", record };
}

function stated(
  dialect: TokenDialect,
  answer: Pick<HttpAnswer, "status">,
  record: JsonRecord,
): PlatformError | undefined {
  const { error } = record;
  if (typeof error === "string" && error !== "") return judged(dialect, answer.status, error, record);
  if (isObject(error)) return fromObject(dialect, answer.status, error, record);
  if (answer.status < 400) return undefined;
  const [first] = Array.isArray(record["errors"]) ? record["errors"] : [];
  const listed = isObject(first) ? (first["errorType"] ?? first["code"] ?? first["error"]) : undefined;
  // Platforms that put their code elsewhere (HubSpot: status, Podium: code). Only known ones: these names are anybody's.
  // Numbers (Reddit: error, Pinterest: code) mean something only where the dialect itself names them.
  for (const value of [listed, error, record["code"], record["status"]]) {
    const named = typeof value === "number" && dialect.errors !== undefined && Object.hasOwn(dialect.errors, value);
    const code = typeof value === "string" || named ? codeOf(value) : undefined;
    const known = code === undefined ? undefined : classOf(dialect, code);
    if (known !== undefined) return { code, class: known, record };
  }
  return undefined;
}

function fromObject(
  dialect: TokenDialect,
  status: number,
  error: JsonRecord,
  record: JsonRecord,
): PlatformError | undefined {
  const { code, error_subcode: subcode, type } = error;
  const number =
    typeof code === "number" || (typeof code === "string" && /^\d+$/.test(code)) ? Number(code) : undefined;
  const graph = Object.hasOwn(error, "fbtrace_id") || type === "OAuthException" || type === "IGApiException";
  if (number !== undefined && graph) {
    const full = typeof subcode === "number" ? `${number}.${subcode}` : String(number);
    const own = classOf(dialect, full) ?? classOf(dialect, String(number));
    const passing = error["is_transient"] === true ? ("transient" as const) : undefined;
    return { code: full, class: own ?? passing ?? graphClass(number), record };
  }
  const text = [code, error["status"], type].find((value) => typeof value === "string" && !/^\d+$/.test(value));
  if (typeof text === "string") return judged(dialect, status, text, record);
  return number === undefined ? undefined : judged(dialect, status, String(number), record);
}

const noErrors = new Set(["ok", "success", "none", "0", "false", "null", "undefined"]);

function judged(dialect: TokenDialect, status: number, text: string, record: JsonRecord): PlatformError | undefined {
  const code = codeOf(text);
  if (code === undefined || noErrors.has(code)) return undefined;
  const subtype = subtypeOf(dialect, record);
  const known = (subtype === undefined ? undefined : classOf(dialect, subtype)) ?? classOf(dialect, code);
  if (known !== undefined) return { code, subtype, class: known, record };
  // An unknown code is the platform's where it is written like one and the status is not a gateway's.
  const written = text === text.toLowerCase() || text === text.toUpperCase();
  return written && status < 500 ? { code, subtype, class: "client", record } : undefined;
}

/** What describes an error more closely; of a list (Microsoft's `error_codes`), the first. */
function subtypeOf(dialect: TokenDialect, record: JsonRecord): string | undefined {
  for (const name of [...(dialect.subtypes ?? []), "error_subtype"]) {
    const value = Object.hasOwn(record, name) ? record[name] : undefined;
    const code = codeOf(Array.isArray(value) ? value[0] : value);
    if (code !== undefined) return code;
  }
  return undefined;
}

function classOf(dialect: TokenDialect, code: string): Class | undefined {
  if (dialect.errors !== undefined && Object.hasOwn(dialect.errors, code)) return dialect.errors[code];
  return Object.hasOwn(errorClasses, code) ? errorClasses[code] : undefined;
}

/** A code that may be printed: short, one word, and no secret that the platform echoed. */
function codeOf(value: unknown): string | undefined {
  const text = typeof value === "number" ? String(value) : value;
  if (typeof text !== "string" || !/^[A-Za-z0-9_.-]{1,64}$/.test(text) || redact(text) !== text) return undefined;
  return text.toLowerCase();
}

/** The refusal that an error is. */
export function refusalOf(
  dialect: TokenDialect,
  answer: HttpAnswer,
  error: PlatformError,
  records: readonly JsonRecord[],
): Refused {
  const { code, subtype } = error;
  const throttled = answer.status === 429;
  // Meta's subcodes refine a code: 190.999 is said like 190 where nobody knows better.
  const known = [subtype, code, code?.split(".", 1)[0]].find(
    (name) => name !== undefined && Object.hasOwn(dialect.sentences ?? {}, name),
  );
  const sentence = error.sentence ?? (known === undefined ? undefined : dialect.sentences?.[known]);
  const said = code === undefined ? "that it failed" : subtype === undefined ? code : `${code} (${subtype})`;
  return {
    kind: "refused",
    class: throttled ? "throttled" : error.class,
    error: code,
    detail:
      sentence === undefined || throttled ? `the platform answered ${said} with status ${answer.status}` : sentence,
    reference: referenceOf(dialect, records),
  };
}

/** The refusal of an answer that states neither tokens nor an error. */
export function unreadable(
  answer: HttpAnswer,
  dialect: TokenDialect,
  records: readonly JsonRecord[],
  problem?: string,
): Refused {
  const { status, headers } = answer;
  const reference = referenceOf(dialect, records);
  const what = `${kindOf(answer)} with status ${status}`;
  const said = `the platform answered with status ${status}`;
  if (status === 429) return { kind: "refused", class: "throttled", detail: said, reference };
  if (status === 503 && headers["retry-after"] !== undefined) {
    return { kind: "refused", class: "transient", detail: said, reference };
  }
  const why = problem === undefined ? "that holds neither a token nor an OAuth error" : `in which ${problem}`;
  return { kind: "refused", class: "in-doubt", detail: `${what} ${why}`, reference };
}

function kindOf(answer: HttpAnswer): string {
  if (answer.body.length === 0) return "an empty answer";
  const start = decodeBody(answer).text.slice(0, 512).trimStart().toLowerCase();
  return start.startsWith("<!doctype html") || start.includes("<html") ? "an HTML page" : "an answer";
}

function referenceOf(dialect: TokenDialect, records: readonly JsonRecord[]): string | undefined {
  for (const name of dialect.references ?? []) {
    for (const record of records) {
      const value = Object.hasOwn(record, name) ? record[name] : undefined;
      const text = typeof value === "number" ? String(value) : value;
      if (typeof text === "string" && /^[\w.:-]{1,128}$/.test(text) && redact(text) === text) return text;
    }
  }
  return undefined;
}
