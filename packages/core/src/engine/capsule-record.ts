import { decodeGrant, encodeGrant } from "../grant-record.ts";
import type { StoredGrant, Version } from "../grant.ts";

/** A token that no write-back took, on its way to the one that it belongs into. */
export interface RecoveryCapsule {
  /** What was to be saved. */
  readonly grant: StoredGrant;
  /** The stored grant that it is for; see `WriteBack.target`. */
  readonly target: string;
  /** What it was to replace; its token is spent. */
  readonly replaces: Version;
  /** Id of the intent whose exchange brought it, which a claim beside the grant may still name. */
  readonly intent?: string | undefined;
  /** When it was made, and on which machine. */
  readonly at: Date;
  readonly host: string;
}

const kind = "tokenward recovery capsule";

/** A capsule as one JSON object. It holds the tokens in the clear: seal it. */
export function encodeCapsule({ grant, target, replaces, intent, at, host }: RecoveryCapsule): string {
  const record: unknown = JSON.parse(encodeGrant(grant));
  return JSON.stringify({ v: 1, kind, target, replaces, intent, at, host, record });
}

/**
 * Reads what {@link encodeCapsule} wrote.
 *
 * @throws SyntaxError or TypeError, without any of the text
 */
export function decodeCapsule(text: string): RecoveryCapsule {
  const capsule = parse(text);
  if (capsule["kind"] !== kind) throw new TypeError("it is no recovery capsule of Tokenward");
  if (capsule["v"] !== 1) throw new TypeError("a newer Tokenward made it");
  const { target, replaces, intent, at, host, record } = capsule;
  const { grant: id } = (record ?? {}) as { readonly grant?: unknown };
  const time = new Date(String(at));
  const { generation, fingerprint } = (replaces ?? {}) as Version;
  if (typeof target !== "string" || typeof host !== "string" || typeof id !== "string" || Number.isNaN(time.getTime()))
    throw new TypeError("it lacks what a recovery capsule says");
  return {
    grant: decodeGrant(id, JSON.stringify(record)),
    target,
    replaces: { generation, fingerprint },
    intent: typeof intent === "string" ? intent : undefined,
    at: time,
    host,
  };
}

// JSON.parse quotes the text in its message; the text holds tokens.
function parse(text: string): Readonly<Record<string, unknown>> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new SyntaxError("what is sealed in it is not JSON");
  }
  if (typeof value !== "object" || value === null) throw new TypeError("what is sealed in it is no JSON object");
  return value as Readonly<Record<string, unknown>>;
}
