import { messageOf, TokenwardError, type StoredGrant } from "@tokenward/core/plugin";
import { decodeRecord, type SecretRecord } from "./secret-record.ts";
import { currentStage, nextStage, type Caller, type SecretsApi, type SecretVersion } from "./secrets-api.ts";

/** What a secret holds, seen through both of its stages. */
export interface View {
  /** The version that the next one is made from; `undefined` where there is none. */
  readonly newest: SecretVersion | undefined;
  readonly record: SecretRecord | undefined;
  /** The version in AWSCURRENT. */
  readonly current: SecretVersion | undefined;
  /** What is stored, as a write-back reads it. */
  readonly grant: StoredGrant | undefined;
}

/** How often the stages are read again while others move them. */
const mostLooks = 3;

/**
 * Reads both stages. The waiting version counts while what it was made over is still current; after a human's edit of
 * the secret it is about the past.
 *
 * @throws the caller's code where the secret is nothing of ours and must not be written over
 */
export async function look(api: SecretsApi, name: string, target: string, caller: Caller): Promise<View> {
  let current = await api.version(name, currentStage, caller);
  let next = await api.version(name, nextStage, caller);
  for (let looks = 1; looks < mostLooks && next !== undefined && next.id !== current?.id; looks++) {
    // Made over another version than the one seen: that one may have been replaced between the two answers.
    if (read(next, name, target, caller).current === current?.id) break;
    const now = await api.version(name, currentStage, caller);
    if (now?.id === current?.id) break;
    current = now;
    next = await api.version(name, nextStage, caller);
  }
  const record = current === undefined ? undefined : read(current, name, target, caller);
  const waiting = next === undefined || next.id === current?.id ? undefined : read(next, name, target, caller);
  const pending = waiting !== undefined && waiting.current === current?.id;
  if (!pending) return { newest: current, record, current, grant: storedIn(record, false) };
  // A claim alone waits there, too, until the save that it announces; that is no half-done save.
  const saved = waiting.grant.generation !== record?.grant.generation || differs(waiting, record);
  return { newest: next, record: waiting, current, grant: storedIn(waiting, saved) };
}

function differs(waiting: SecretRecord, current: SecretRecord | undefined): boolean {
  const tokens = ({ grant }: SecretRecord): string =>
    `${grant.refreshToken?.reveal() ?? ""}\n${grant.accessToken?.reveal() ?? ""}\n${grant.retired?.at.toISOString() ?? ""}`;
  return current === undefined || tokens(waiting) !== tokens(current);
}

function read(version: SecretVersion, name: string, target: string, caller: Caller): SecretRecord {
  const reason = (what: string): TokenwardError =>
    new TokenwardError(
      caller.code,
      {
        grant: caller.grant,
        reason: `the secret ${name} holds something else than Tokenward's record (${what})`,
        remedy: "Use another `prefix`, or move its content elsewhere; it is not written over",
      },
      { class: "write-back" },
    );
  if (version.text === undefined) throw reason("bytes");
  try {
    return decodeRecord(caller.grant, version.text, target);
  } catch (thrown) {
    throw reason(messageOf(thrown));
  }
}

function storedIn(record: SecretRecord | undefined, unfinished: boolean): StoredGrant | undefined {
  if (record === undefined) return undefined;
  const { grant } = record;
  const none = grant.refreshToken === undefined && grant.accessToken === undefined;
  if (!none || grant.retired !== undefined) return unfinished ? { ...grant, unfinished } : grant;
  return grant.claim === undefined ? undefined : { ...grant, generation: 0 };
}
