import { TokenwardError } from "../errors/error.ts";
import { rememberSecret } from "../redactor.ts";
import { keyPairOf, newScalar } from "./age-file.ts";
import { decodeBech32, encodeBech32 } from "./bech32.ts";

const prefix = "age-secret-key-";

/** An identity, read. */
export interface ParsedIdentity {
  /** The one line, upper case: the same for every spelling of the same key. */
  readonly text: string;
  readonly scalar: Uint8Array;
}

/**
 * Reads what age-keygen writes: comments, and one line with the key.
 *
 * @throws `ERR_STATE_IDENTITY_INVALID`
 */
export function parseIdentity(content: string, source: string): ParsedIdentity {
  // A variable may hold the whole file on one line, where a CI system turned line breaks into \n.
  const lines = content
    .replace(/^\uFEFF/, "")
    .split(/\r?\n|\\n/)
    .map((line) => line.trim())
    .filter((line) => line !== "" && !line.startsWith("#"));
  // Shorter lines are words of a wrong file; redacting those would shred the message that says so.
  for (const line of lines.filter(({ length }) => length > 20)) rememberSecret(line);
  const invalid = (reason: string): TokenwardError =>
    new TokenwardError("ERR_STATE_IDENTITY_INVALID", { source, reason });
  const [line] = lines;
  if (line === undefined) throw invalid("it is empty");
  if (lines.length > 1)
    throw invalid(`it holds ${lines.length} lines that are not comments, where one key is expected`);
  const upper = line.toUpperCase();
  if (upper.startsWith("AGE-SECRET-KEY-PQ-")) throw invalid("it is a post-quantum key, which is not supported yet");
  if (upper.startsWith("AGE1")) throw invalid("it is a public key (a recipient), not the identity itself");
  if (upper.startsWith("AGE-PLUGIN-")) throw invalid("it is a plugin's key, which is not supported");
  let scalar: Uint8Array;
  try {
    scalar = decodeBech32(prefix, line);
  } catch (error) {
    throw invalid(error instanceof Error ? error.message : "it cannot be read");
  }
  if (scalar.length !== 32) throw invalid("it has the wrong length");
  rememberSecret(upper);
  rememberSecret(upper.toLowerCase());
  return { text: upper, scalar };
}

/** A new identity in age-keygen's file format. */
export function newIdentityText(now: Date): string {
  const scalar = newScalar();
  const text = encodeBech32(prefix, scalar).toUpperCase();
  rememberSecret(text);
  const recipient = encodeBech32("age", keyPairOf(scalar).publicBytes);
  return `# created: ${now.toISOString()}\n# public key: ${recipient}\n${text}\n`;
}
