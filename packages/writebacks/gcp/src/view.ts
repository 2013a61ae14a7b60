import { messageOf, parseGrantId, TokenwardError, type GrantId, type StoredGrant } from "@tokenward/core/plugin";
import type { Notes } from "./notes.ts";
import { emptyNote, type SecretNote } from "./secret-note.ts";
import type { Caller, Secret, SecretsApi, VersionContent } from "./secrets-api.ts";
import { decodeRecord, type VersionRecord } from "./version-record.ts";

/** What a secret holds. */
export interface View {
  /** The secret as it was last seen; `undefined`: it was not seen, which does not say that it is not there. */
  readonly secret: Secret | undefined;
  readonly note: SecretNote;
  /** The newest version's number; 0 where there is none. The next version names it as its parent. */
  readonly tail: number;
  /** The version that counts, and its number. */
  readonly head: { readonly number: number; readonly record: VersionRecord } | undefined;
  /** What is stored, as a write-back reads it. */
  readonly grant: StoredGrant | undefined;
}

/** How often it begins anew where versions come and go while it looks. */
const mostLooks = 4;

/**
 * Finds the version that counts: the newest one that a human put there, or that names the number before its own as its
 * parent. Whoever wrote it had seen everything before it; whoever did not, came second, and counts for nobody.
 *
 * Only access by number tells what is there now. What the note beside the versions says is a lower bound: numbers have no
 * gaps, so the newest is found by going up from there, in growing steps. The note is read first: a claim is about one
 * version, and one that is about an older version than the one found after it is over.
 *
 * @throws the caller's code where the secret is nothing of ours, or what counts cannot be read
 */
export async function look(api: SecretsApi, notes: Notes, id: string, caller: Caller): Promise<View> {
  for (let round = 1; ; round++) {
    const { secret, note: found } = await notes.read(id, caller);
    const fetched = new Map<number, VersionContent>();
    const fetch = async (number: number): Promise<VersionContent> => {
      const content = fetched.get(number) ?? (await api.version(id, number, caller));
      fetched.set(number, content);
      return content;
    };
    const tail = await newestFrom(found.head, fetch);
    // A secret that was deleted and made anew counts from 1 again, and what is known of the former one is void.
    const note = found.head > tail ? { ...emptyNote, serial: found.serial } : found;
    const floor = Math.max(1, note.head);
    let closed = false;
    for (let number = tail; number >= floor; number--) {
      const content = await fetch(number);
      if (content === "missing" || content === "closed") {
        closed = true;
        continue;
      }
      const record = read(content, { id, number }, caller);
      if (record.parent !== undefined && record.parent !== number - 1) continue;
      const head = { number, record };
      return { secret, note, tail, head, grant: storedIn(caller.grant, head, note) };
    }
    if (!closed) return { secret, note, tail, head: undefined, grant: storedIn(caller.grant, undefined, note) };
    // Closed because something newer came while we looked?
    if (round < mostLooks && (await api.version(id, tail + 1, caller)) !== "missing") continue;
    throw closedError(id, tail, await api.stateOf(id, tail, caller), caller);
  }
}

async function newestFrom(start: number, fetch: (number: number) => Promise<VersionContent>): Promise<number> {
  let there = start > 0 && (await fetch(start)) === "missing" ? 0 : start;
  let step = 1;
  while ((await fetch(there + step)) !== "missing") {
    there += step;
    step *= 2;
  }
  let missing = there + step;
  while (missing - there > 1) {
    const middle = (missing + there) >> 1;
    if ((await fetch(middle)) === "missing") missing = middle;
    else there = middle;
  }
  return there;
}

function read(bytes: Uint8Array, { id, number }: { id: string; number: number }, caller: Caller): VersionRecord {
  try {
    return decodeRecord(caller.grant, bytes);
  } catch (thrown) {
    throw new TokenwardError(
      caller.code,
      {
        grant: caller.grant,
        reason: `version ${number} of the secret ${id} holds something else than Tokenward's record or a token (${messageOf(thrown)})`,
        remedy: `Destroy that version (\`gcloud secrets versions destroy ${number} --secret=${id}\`), or use another \`prefix\`; it is not written over`,
      },
      { class: "write-back" },
    );
  }
}

// A claim on another version than the one that counts is over: it was answered by a save, or by a new consent.
function storedIn(id: GrantId, head: View["head"], { claim }: SecretNote): StoredGrant | undefined {
  const open = claim?.base === (head?.number ?? 0) ? claim?.intent : undefined;
  const grant = head?.record.grant;
  const holds = grant?.refreshToken ?? grant?.accessToken ?? grant?.retired;
  if (grant !== undefined && holds !== undefined) return { ...grant, claim: open };
  return open === undefined ? undefined : { id, ...parseGrantId(id), generation: 0, claim: open };
}

function closedError(id: string, number: number, state: string | undefined, { grant, code }: Caller): TokenwardError {
  const begin = `or begin anew: delete the secret (\`gcloud secrets delete ${id}\`) and consent again`;
  const [reason, remedy] =
    state === "ENABLED"
      ? [`its Cloud KMS key cannot be used`, `Enable the key, and let Secret Manager's service agent use it, ${begin}`]
      : state === "DESTROYED"
        ? [`it is destroyed`, `Add a new refresh token (\`gcloud secrets versions add ${id} --data-file=-\`), ${begin}`]
        : [`it is disabled`, `Enable it (\`gcloud secrets versions enable ${number} --secret=${id}\`), ${begin}`];
  return new TokenwardError(
    code,
    { grant, reason: `version ${number} of the secret ${id} cannot be read: ${reason}`, remedy },
    { class: "write-back" },
  );
}
