import { decodeIntent, type Intent } from "@tokenward/core/plugin";

/** What is written beside the versions, in one annotation of the secret. It holds no token. */
export interface SecretNote {
  /** Grows with every change, so that of two looks the newer one is known; lists and etags do not tell. */
  readonly serial: number;
  /** A version that counted when this was written. The newest one may be newer, never older. */
  readonly head: number;
  /** Up to which number old versions have been destroyed, and disabled. */
  readonly swept: Readonly<Record<"destroy" | "disable", number>>;
  /** An open intent, and the number of the version whose token it is about; 0 where nothing was stored. */
  readonly claim?: { readonly base: number; readonly intent: Intent } | undefined;
}

/** The annotation's key. */
export const noteKey = "tokenward";

/** What stands beside a secret that nobody has used yet. */
export const emptyNote: SecretNote = Object.freeze({
  serial: 0,
  head: 0,
  swept: Object.freeze({ destroy: 0, disable: 0 }),
});

/** The annotations of a secret with another note in them. Those of other people stay. */
export function annotate(annotations: Readonly<Record<string, string>>, note: SecretNote): Record<string, string> {
  return { ...annotations, [noteKey]: JSON.stringify({ v: 1, ...note }) };
}

/**
 * Reads what {@link annotate} wrote.
 *
 * @throws TypeError where somebody damaged it: a claim that cannot be read is not the same as none
 */
export function noteIn(annotations: Readonly<Record<string, string>>): SecretNote {
  const text = annotations[noteKey];
  if (text === undefined) return emptyNote;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new TypeError("it is not JSON");
  }
  const { v, serial, head, swept, claim } = (value ?? {}) as Readonly<Record<string, unknown>>;
  if (v !== 1) throw new TypeError("it is not of a known version");
  const { destroy, disable } = (swept ?? {}) as Readonly<Record<string, unknown>>;
  const numbers = [serial, head, destroy, disable];
  if (!numbers.every((one) => Number.isSafeInteger(one))) throw new TypeError("it lacks a number");
  const note = { serial, head, swept: { destroy, disable } } as SecretNote;
  if (claim === undefined) return note;
  const { base, intent } = claim as Readonly<Record<string, unknown>>;
  if (typeof base !== "number") throw new TypeError("its claim is about no version");
  return { ...note, claim: { base, intent: decodeIntent(intent) } };
}
