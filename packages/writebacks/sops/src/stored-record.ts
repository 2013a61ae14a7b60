import {
  decodeGrant,
  encodeGrant,
  fingerprintOf,
  parseGrantId,
  secret,
  type GrantId,
  type Secret,
  type StoredGrant,
} from "@tokenward/core/plugin";
import type { GrantKeys } from "./grant-keys.ts";
import type { OpenFile } from "./open-file.ts";
import { Trouble } from "./trouble.ts";

/** What stands in the record beside core's own facts: about which tokens it was written. */
interface Prints {
  readonly refresh?: string | undefined;
  readonly access?: string | undefined;
}

/** The line of JSON that stands beside the tokens; it holds none. */
export function recordOf(grant: StoredGrant, target: string): string {
  const facts = JSON.parse(encodeGrant({ ...grant, accessToken: undefined, refreshToken: undefined })) as object;
  const prints: Prints = { refresh: print(target, grant.refreshToken), access: print(target, grant.accessToken) };
  return JSON.stringify({ ...facts, tokens: prints });
}

/**
 * Puts a grant together from its values. A record that is about another token than the one that stands there says
 * nothing about it: a human put it there with `sops edit`.
 *
 * @throws {@link Trouble}
 */
export async function readGrant(
  grant: GrantId,
  keys: GrantKeys,
  opened: OpenFile,
  target: string,
): Promise<StoredGrant | undefined> {
  const refreshToken = tokenOf(await opened.text(keys.refreshToken));
  const accessToken = tokenOf(await opened.text(keys.accessToken));
  const text = await opened.text(keys.record);
  const bare = { id: grant, ...parseGrantId(grant) };
  const present = refreshToken !== undefined || accessToken !== undefined;
  if (text === undefined) return present ? { ...bare, refreshToken, accessToken } : undefined;

  const { record, prints } = decode(grant, text, keys);
  if (!present) {
    if (record.retired !== undefined) return { ...bare, generation: record.generation, retired: record.retired };
    return record.claim === undefined ? undefined : { ...bare, generation: 0, claim: record.claim };
  }
  const refreshStands = print(target, refreshToken) === prints.refresh;
  const accessStands = print(target, accessToken) === prints.access;
  if (refreshStands && accessStands) return { ...record, refreshToken, accessToken };
  const { claim } = record;
  // Nothing was saved there before: a first token beside a claim, or over a tombstone.
  const generation = record.generation === 0 || record.retired !== undefined ? undefined : record.generation;
  return { ...bare, generation, refreshToken, accessToken: accessStands ? undefined : accessToken, claim };
}

function decode(
  grant: GrantId,
  text: string,
  keys: GrantKeys,
): { readonly record: StoredGrant; readonly prints: Prints } {
  try {
    const { tokens = {} } = JSON.parse(text) as { tokens?: Prints };
    return { record: decodeGrant(grant, text), prints: tokens };
  } catch (thrown) {
    const name = keys.record.join(".");
    throw new Trouble(
      `${name} in the file is damaged`,
      `Remove it (\`sops unset\`): the tokens beside it stay, only what is known about them is lost`,
      thrown,
    );
  }
}

function tokenOf(text: string | undefined): Secret | undefined {
  return text === undefined ? undefined : secret(text);
}

function print(target: string, token: Secret | undefined): string | undefined {
  return token === undefined ? undefined : fingerprintOf(target, token);
}
