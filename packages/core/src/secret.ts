import { inspect } from "node:util";
import { rememberSecret } from "./redactor.ts";

/**
 * A value that cannot be printed by accident. It is an interface without private members, so that two installed
 * copies of core agree on it.
 */
export interface Secret {
  /** The value itself. Call it at the last moment, and never keep what it returns. */
  reveal(): string;
  toString(): "[secret]";
  toJSON(): "[secret]";
}

const brand: symbol = Symbol.for("tokenward.secret");

/**
 * Wraps a value and makes it known to the process-wide redactor.
 *
 * @example
 * ```ts
 * import { secret } from "@tokenward/core";
 *
 * const token = secret("rft.example");
 * console.log(`${token}`); // [secret]
 * ```
 */
export function secret(value: string): Secret {
  rememberSecret(value);
  const wrapped: Secret = {
    reveal: () => value,
    toString: () => "[secret]",
    toJSON: () => "[secret]",
  };
  Object.defineProperties(wrapped, {
    [brand]: { value: true },
    [inspect.custom]: { value: () => "[secret]" },
    [Symbol.toPrimitive]: { value: () => "[secret]" },
  });
  return Object.freeze(wrapped);
}

/** Whether a value is a {@link Secret}, made by this copy of core or by another one. */
export function isSecret(value: unknown): value is Secret {
  return typeof value === "object" && value !== null && (value as Record<symbol, unknown>)[brand] === true;
}

/** Whether two secrets hold the same value. */
export function sameSecret(left: Secret | undefined, right: Secret | undefined): boolean {
  return left?.reveal() === right?.reveal();
}
