import { inspect } from "node:util";
import { redact } from "../redactor.ts";
import type { FailureClass } from "../failure.ts";
import { errorCatalogue, type ErrorCode } from "./catalogue.ts";

const brand: symbol = Symbol.for("tokenward.error");

/** What fills the placeholders of a catalogue entry. Never a secret, never a response body. */
export type ErrorFacts = Readonly<Record<string, string | number | undefined>>;

/**
 * Every failure that people can meet: a stable code, one sentence on what happened, and one on what to do.
 * Its texts come from the {@link errorCatalogue} and are redacted. A cause keeps only its redacted message.
 */
export class TokenwardError extends Error {
  override readonly name: string = "TokenwardError";
  readonly code: ErrorCode;
  /** What to do about it. */
  readonly fix: string;
  /** How the refresh path treats it. */
  readonly class: FailureClass | undefined;
  /** What filled the texts, redacted like them. */
  readonly facts: ErrorFacts;

  constructor(
    code: ErrorCode,
    facts: ErrorFacts = {},
    options: { readonly cause?: unknown; readonly class?: FailureClass } = {},
  ) {
    const entry = errorCatalogue[code];
    super(redact(fill(entry.what, facts)), options.cause === undefined ? {} : { cause: harmless(options.cause) });
    this.code = code;
    this.fix = redact(fill(entry.fix, facts));
    this.class = options.class;
    this.facts = Object.fromEntries(
      Object.entries(facts).map(([name, fact]) => [name, typeof fact === "string" ? redact(fact) : fact]),
    );
    Object.defineProperties(this, {
      [brand]: { value: true },
      // Configurable: an error that holds several says them all.
      [inspect.custom]: {
        value: () => `${this.name} [${code}]: ${this.message} ${this.fix}`,
        configurable: true,
      },
    });
  }

  /** Whether a value is a TokenwardError, made by this copy of core or by another one. */
  static is(value: unknown): value is TokenwardError {
    return value instanceof Error && (value as unknown as Record<symbol, unknown>)[brand] === true;
  }

  toJSON(): { code: ErrorCode; message: string; fix: string } {
    return { code: this.code, message: this.message, fix: this.fix };
  }
}

/** The redacted one-line message of anything that was thrown. */
export function messageOf(thrown: unknown): string {
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return redact(message).replace(/\s+/g, " ").trim();
}

// Errors of other people's code hold requests, responses and headers. Only their name, message and code go on.
function harmless(cause: unknown): unknown {
  if (TokenwardError.is(cause)) return cause;
  const reduced = new Error(messageOf(cause));
  if (cause instanceof Error) {
    reduced.name = cause.name;
    const { code } = cause as { code?: unknown };
    if (typeof code === "string") Object.defineProperty(reduced, "code", { value: code, enumerable: true });
  }
  reduced.stack = `${reduced.name}: ${reduced.message}`;
  return reduced;
}

function fill(template: string, facts: ErrorFacts): string {
  return template.replace(/\{(\w+)\}/g, (_, name: string) => String(facts[name] ?? "(unknown)"));
}
