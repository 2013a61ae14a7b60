import { messageOf, TokenwardError } from "../errors/error.ts";
import type { Identity } from "../identity.ts";
import { SealError } from "../identity/age-file.ts";
import { rememberSecret } from "../redactor.ts";
import { decodeCapsule, type RecoveryCapsule } from "./capsule-record.ts";

/** The text of an age identity file, and where it comes from. */
export interface IdentityText {
  readonly source: string;
  readonly text: string;
}

type Key = Pick<Identity, "source" | "decrypt">;

const begin = "-----BEGIN AGE ENCRYPTED FILE-----";
const end = "-----END AGE ENCRYPTED FILE-----";
const intro = "age-encryption.org/v1";
/** Of every armored line but the last, in characters (https://c2sp.org/age, section on ASCII armor). */
const armoredColumns = 64;
const mostEnds = 16;

/**
 * Opens the recovery capsules in a file, or in a piece of a log: what stands around the armored blocks, and before each
 * of their lines, is left out. Of several for one grant the newest is given, and all in the order of their grants'
 * names.
 *
 * @param source what to call it in messages
 * @param note is told about blocks that could not be opened beside others that could
 * @throws `ERR_AUTH_CAPSULE_UNREADABLE`, `ERR_AUTH_CAPSULE_IDENTITY`, `ERR_STATE_IDENTITY_INVALID`,
 *   `ERR_STATE_IDENTITY_MISSING`; only where not one could be opened
 */
export async function openCapsules(
  content: Uint8Array,
  source: string,
  identity: Identity | IdentityText,
  note: (message: string) => void = () => undefined,
): Promise<readonly RecoveryCapsule[]> {
  const blocks = sealedBlocks(content);
  if (blocks.length === 0) {
    const reason = `no block from \`${begin}\` to \`${end}\` is in it`;
    throw new TokenwardError("ERR_AUTH_CAPSULE_UNREADABLE", { source, reason });
  }
  const key = "text" in identity ? await keyOf(identity) : identity;
  const opened: RecoveryCapsule[] = [];
  const failures: unknown[] = [];
  for (const readings of blocks) {
    try {
      opened.push(await openOne(readings, source, key));
    } catch (thrown) {
      failures.push(thrown);
    }
  }
  if (opened.length === 0) throw failures[0];
  // Another one in the same log may be the only copy of its token, too.
  for (const failure of failures) note(messageOf(failure));
  return newestOfEach(opened);
}

async function openOne(readings: readonly Uint8Array[], source: string, key: Key): Promise<RecoveryCapsule> {
  let failure: TokenwardError | undefined;
  for (const sealed of readings) {
    try {
      const plain = Buffer.from(await key.decrypt(sealed)).toString("utf8");
      return decodeCapsule(plain);
    } catch (thrown) {
      if (TokenwardError.is(thrown)) throw thrown;
      failure =
        thrown instanceof SealError && thrown.code === "another"
          ? new TokenwardError("ERR_AUTH_CAPSULE_IDENTITY", { source, identity: key.source })
          : new TokenwardError("ERR_AUTH_CAPSULE_UNREADABLE", { source, reason: messageOf(thrown) });
    }
  }
  throw failure ?? new TokenwardError("ERR_AUTH_CAPSULE_UNREADABLE", { source, reason: "a block in it is cut off" });
}

/** Each block in the ways in which it can be read. */
function sealedBlocks(content: Uint8Array): readonly (readonly Uint8Array[])[] {
  const bytes = Buffer.from(content.buffer, content.byteOffset, content.byteLength);
  if (bytes.toString("latin1", 0, intro.length) === intro) return [[bytes]];
  const text = bytes
    .toString("utf8")
    // oxlint-disable-next-line no-control-regex -- colours in a log are control characters
    .replaceAll(/\u001B\[[0-9;?]*[A-Za-z]/g, "")
    // GitLab's runner marks what belongs to the line before with a plus behind time and stream
    // (helpers/timestamper of gitlab-runner, read on 2026-11-25).
    .replaceAll(/\r?\n\S{10,60}Z [0-9a-f]{2}[EO]\+/g, "")
    // A log that keeps its lines as JSON.
    .replaceAll(/\\r?\\n|\\n/g, "\n");
  return text
    .split(begin)
    .slice(1)
    .map((rest) => readingsOf(rest.slice(0, rest.includes(end) ? rest.indexOf(end) : undefined)));
}

// A log puts times and names before each line, and now and then another program's line in between. A full line of armor
// has one length only; a terminal that broke lines needs them all.
function readingsOf(block: string): readonly Uint8Array[] {
  const words = block
    .split(/\r?\n|\r/)
    .map((line) => line.trim().split(/\s+/).at(-1) ?? "")
    .filter((word) => /^[A-Za-z0-9+/]+={0,2}$/.test(word));
  const whole = words.filter(({ length }) => length === armoredColumns).join("");
  const behind = words.slice(words.findLastIndex(({ length }) => length === armoredColumns) + 1);
  // Which of the words behind the full lines is the last line of the armor, only opening it tells.
  const ends = ["", ...behind.filter(({ length }) => length < armoredColumns).slice(0, mostEnds)];
  const texts = new Set([...ends.map((last) => whole + last), words.join("")]);
  return [...texts]
    .map((text) => Buffer.from(text, "base64"))
    .filter((sealed) => sealed.toString("latin1", 0, intro.length) === intro);
}

async function keyOf({ source, text }: IdentityText): Promise<Key> {
  const invalid = (reason: string): TokenwardError =>
    new TokenwardError("ERR_STATE_IDENTITY_INVALID", { source, reason });
  const lines = text
    .replace(/^\uFEFF/, "")
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== "" && !line.startsWith("#"));
  for (const line of lines.filter(({ length }) => length > 20)) rememberSecret(line);
  if (lines.length === 0) throw invalid("it is empty");
  if (lines[0] === begin) throw invalid("it is itself encrypted; give the identity that `age -d` makes of it");
  const { Decrypter } = await import("age-encryption");
  const decrypter = new Decrypter();
  for (const line of lines) {
    try {
      decrypter.addIdentity(line.toUpperCase());
    } catch {
      throw invalid("a line in it is no identity that age-keygen makes");
    }
  }
  return {
    source,
    decrypt: async (sealed) => {
      try {
        return await decrypter.decrypt(sealed);
      } catch (thrown) {
        const another = /no identity matched/i.test(messageOf(thrown));
        throw new SealError(another ? "another" : "damaged", another ? "another identity" : "it is damaged");
      }
    },
  };
}

function newestOfEach(capsules: readonly RecoveryCapsule[]): readonly RecoveryCapsule[] {
  const newest = new Map<string, RecoveryCapsule>();
  for (const capsule of capsules) {
    const key = JSON.stringify([capsule.grant.id, capsule.target]);
    const known = newest.get(key);
    if (known === undefined || isNewer(capsule, known)) newest.set(key, capsule);
  }
  // In a log they stand in the order in which saves happened to fail.
  return [...newest.values()].toSorted((left, right) => (left.grant.id < right.grant.id ? -1 : 1));
}

function isNewer(one: RecoveryCapsule, other: RecoveryCapsule): boolean {
  const ahead = (one.grant.generation ?? 0) - (other.grant.generation ?? 0);
  return ahead > 0 || (ahead === 0 && one.at > other.at);
}
