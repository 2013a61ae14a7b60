import {
  decodeGrant,
  encodeGrant,
  environmentName,
  messageOf,
  parseGrantId,
  secret,
  TokenwardError,
  type GrantId,
  type StoredGrant,
} from "@tokenward/core/plugin";
import type { Caller, GitlabApi, NewVariable } from "./gitlab-api.ts";
import type { Layout } from "./layout.ts";
import { refuseLength, refuseSettings } from "./settings.ts";
import type { Variable } from "./variable.ts";

const fresh: NewVariable = { masked: true, description: "Kept by Tokenward: one grant, sealed" };

/** What sealing and base64 add: age's header and tags, then a third of everything. */
const sealedBytes = (bytes: number): number => Math.ceil(((2 * bytes + 8192) * 4) / 3);

/** One sealed value in `<PREFIX>_STATE`: a single write is a whole save, and nobody but Tokenward can read it. */
export function recordLayout(api: GitlabApi): Layout {
  const keyOf = (grant: GrantId): string => environmentName(grant, "STATE");
  const write = async (grant: StoredGrant, { io, ...caller }: Caller): Promise<void> => {
    // Never made anew for a place that outlives this machine: sealed for an identity that goes with it, it would be lost.
    await io.identity.ensure({ sealedDataExists: true });
    const sealed = await io.identity.encrypt(encodeGrant(grant));
    await api.put(keyOf(grant.id), Buffer.from(sealed).toString("base64url"), fresh, { io, ...caller });
  };
  return {
    read: async (grant, _target, caller) => {
      const variable = await api.variable(keyOf(grant), caller);
      const stored = variable === undefined ? undefined : await unseal(grant, variable, caller, api);
      const empty = stored !== undefined && stored.refreshToken === undefined && stored.accessToken === undefined;
      return empty && stored.claim === undefined && stored.retired === undefined ? undefined : stored;
    },

    prove: async (grant, longestToken, _target, caller) => {
      refuseLength(keyOf(grant), sealedBytes(longestToken), caller);
      const variable = await api.variable(keyOf(grant), caller);
      if (variable === undefined) {
        await write({ id: grant, ...parseGrantId(grant) }, caller);
        return;
      }
      refuseSettings(variable, api, caller);
      await unseal(grant, variable, caller, api);
      await api.put(keyOf(grant), variable.value ?? secret(""), fresh, caller);
    },

    write: async (next, _target, caller) => await write({ ...next, claim: undefined }, caller),
    annotate: async (stored, _target, caller) => await write(stored, caller),
    bury: async (tombstone, _stored, _target, caller) => await write(tombstone, caller),
  };
}

async function unseal(grant: GrantId, variable: Variable, caller: Caller, { where }: GitlabApi): Promise<StoredGrant> {
  const refuse = (what: string, remedy: string): TokenwardError =>
    new TokenwardError(
      caller.code,
      { grant, reason: `the variable ${variable.key} of ${where} ${what}`, remedy },
      { class: "write-back" },
    );
  if (variable.value === undefined) throw refuse("is hidden", `Delete ${variable.key} and import the token again`);
  const value = variable.value.reveal();
  if (value.trimStart().startsWith("{"))
    throw refuse(
      "holds the record of `layout: variables`",
      "Set `layout: variables`, or delete it after moving the grant",
    );
  try {
    const text = Buffer.from(await caller.io.identity.decrypt(Buffer.from(value, "base64url"))).toString("utf8");
    return decodeGrant(grant, text);
  } catch (thrown) {
    if (TokenwardError.is(thrown)) throw thrown;
    throw refuse(
      `cannot be opened with the identity in ${caller.io.identity.source} (${messageOf(thrown)})`,
      "Set TOKENWARD_IDENTITY to the identity that sealed it",
    );
  }
}
