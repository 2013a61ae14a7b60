import {
  environmentName,
  fingerprintOf,
  messageOf,
  parseGrantId,
  sameSecret,
  secret,
  TokenwardError,
  type EnvironmentField,
  type GrantId,
  type PluginIO,
  type Secret,
  type StoredGrant,
} from "@tokenward/core/plugin";
import type { Caller, GitlabApi, NewVariable } from "./gitlab-api.ts";
import type { Layout } from "./layout.ts";
import { hiddenError, refuseLength, refuseSettings } from "./settings.ts";
import { decodeState, encodeState, stateOf, type StateVariable } from "./state-variable.ts";
import { canBeMasked, type Variable } from "./variable.ts";

/** How often a view is read again in which the record is not about the token: somebody may be between two writes. */
const mostLooks = 3;

const plain: NewVariable = {
  masked: false,
  description: "Kept by Tokenward: what is known about the tokens beside it",
};
const description = "Kept by Tokenward: changes with every refresh";

/** One look at the variables of a grant. */
interface View {
  readonly state: StateVariable | undefined;
  readonly refreshToken: Secret | undefined;
  readonly accessToken: Secret | undefined;
}

/**
 * The specification's variables: tokens as jobs read them, and `<PREFIX>_STATE` with everything else. The token that an
 * exchange presents is written first, then the record about it, then the rest; so whoever reads in between finds a token
 * that works, and a record that is visibly about another one.
 */
export function variablesLayout(api: GitlabApi): Layout {
  // Hidden variables cannot be read back; what this process saved itself it still knows.
  const own = new Map<string, Secret>();

  const tokenOf = (
    variable: Variable | undefined,
    print: string | undefined,
    target: string,
    caller: Caller,
  ): Secret | undefined => {
    if (variable === undefined) return undefined;
    if (!variable.hidden) return variable.value?.reveal() === "" ? undefined : variable.value;
    const known = [own.get(variable.key), fromEnvironment(variable.key, caller.io)];
    const current = known.find((token) => token !== undefined && fingerprintOf(target, token) === print);
    if (current === undefined) throw hiddenError(variable.key, caller, api);
    return current;
  };

  const look = async (grant: GrantId, target: string, caller: Caller): Promise<View> => {
    // In this order: a save writes the token before the record, so a record that was read is never about a later token
    // than the one read after it. The tokens last and together: from here to the write that is compared with them, a
    // rival's save goes unseen, so it is as little as can be.
    const state = readState(grant, await api.variable(keyOf(grant, "STATE"), caller), caller, api);
    const [refresh, access] = await Promise.all([
      api.variable(keyOf(grant, "REFRESH_TOKEN"), caller),
      api.variable(keyOf(grant, "ACCESS_TOKEN"), caller),
    ]);
    const accessPrint = state?.accessFingerprint;
    // A hidden access token that nobody knows any more is minted anew; only what an exchange presents must be known.
    const lost = access?.hidden === true && refresh !== undefined;
    return {
      state,
      refreshToken: tokenOf(refresh, state?.facts.fingerprint, target, caller),
      accessToken: lost
        ? orUndefined(() => tokenOf(access, accessPrint, target, caller))
        : tokenOf(access, accessPrint, target, caller),
    };
  };

  const read: Layout["read"] = async (grant, target, caller) => {
    let view = await look(grant, target, caller);
    for (let looks = 1; looks < mostLooks && isBetween(view, target); looks++) view = await look(grant, target, caller);
    return grantOf(grant, view, target);
  };

  const putToken = async (key: string, token: Secret, caller: Caller): Promise<void> => {
    const masked = canBeMasked(token.reveal(), true);
    const made = await api.put(key, token, { masked, description }, caller);
    if (made === "created" && !masked)
      caller.io.note(
        `GitLab masks no value with white space, or with less than eight characters: ${key} is not masked.`,
      );
    own.set(key, token);
  };

  const putPresented = async ({ id, refreshToken, accessToken }: StoredGrant, caller: Caller): Promise<void> => {
    if (refreshToken !== undefined) await putToken(keyOf(id, "REFRESH_TOKEN"), refreshToken, caller);
    else if (accessToken !== undefined) await putToken(keyOf(id, "ACCESS_TOKEN"), accessToken, caller);
  };
  const putState = async (grant: StoredGrant, target: string, caller: Caller): Promise<void> => {
    await api.put(keyOf(grant.id, "STATE"), encodeState(stateOf(target, grant)), plain, caller);
  };
  const putAccess = async ({ id, refreshToken, accessToken }: StoredGrant, caller: Caller): Promise<void> => {
    if (refreshToken !== undefined && accessToken !== undefined)
      await putToken(keyOf(id, "ACCESS_TOKEN"), accessToken, caller);
  };

  /**
   * Looks at what became of a save. Of two at the same moment, the one whose token stands puts its record beside it; the
   * other one finds out that it lost.
   */
  const settle = async (ours: StoredGrant, target: string, caller: Caller): Promise<void> => {
    for (let looks = 0; looks < mostLooks; looks++) {
      const view = await look(ours.id, target, caller);
      const presented = ours.refreshToken === undefined ? view.accessToken : view.refreshToken;
      if (!sameSecret(presented, ours.refreshToken ?? ours.accessToken)) throw conflict(ours.id);
      const recorded =
        view.state?.facts.generation === ours.generation && view.state?.facts.fingerprint === ours.fingerprint;
      const access = ours.accessToken === undefined || sameSecret(view.accessToken, ours.accessToken);
      if (recorded && access) return;
      if (!recorded) await putState(ours, target, caller);
      if (!access) await putAccess(ours, caller);
    }
    throw conflict(ours.id);
  };

  return {
    read,

    prove: async (grant, longestToken, target, caller) => {
      for (const field of ["REFRESH_TOKEN", "ACCESS_TOKEN"] as const) {
        const variable = await api.variable(keyOf(grant, field), caller);
        if (variable !== undefined) refuseSettings(variable, api, caller);
        refuseLength(keyOf(grant, field), longestToken, caller);
      }
      const key = keyOf(grant, "STATE");
      const there = await api.variable(key, caller);
      if (there !== undefined) refuseSettings(there, api, caller);
      readState(grant, there, caller, api);
      // The same bytes once more. Where there is no record yet, one that says nothing.
      const empty = { facts: { id: grant, ...parseGrantId(grant) }, accessFingerprint: undefined };
      await api.put(key, there?.value?.reveal() ?? encodeState(empty), plain, caller);
    },

    write: async (next, target, caller) => {
      const ours = { ...next, claim: undefined };
      await putPresented(ours, caller);
      await putState(ours, target, caller);
      await putAccess(ours, caller);
      await settle(ours, target, caller);
    },

    annotate: async (stored, target, caller) => {
      const presented = stored.refreshToken ?? stored.accessToken;
      const fingerprint =
        stored.fingerprint ?? (presented === undefined ? undefined : fingerprintOf(target, presented));
      const state = stateOf(target, { ...stored, fingerprint });
      await api.put(keyOf(stored.id, "STATE"), encodeState(state), plain, caller);
    },

    bury: async (tombstone, stored, target, caller) => {
      const { id } = tombstone;
      // The record first, with the fingerprints of what goes: a kill in between leaves tokens that are known to be over.
      if (stored !== undefined) {
        const state = stateOf(target, stored);
        const facts = { ...tombstone, fingerprint: stored.fingerprint ?? printOf(target, stored.refreshToken) };
        await api.put(keyOf(id, "STATE"), encodeState({ ...state, facts }), plain, caller);
      }
      await api.remove(keyOf(id, "REFRESH_TOKEN"), caller);
      await api.remove(keyOf(id, "ACCESS_TOKEN"), caller);
    },
  };
}

function conflict(grant: GrantId): TokenwardError {
  return new TokenwardError("ERR_WRITEBACK_CONFLICT", { grant }, { class: "write-back" });
}

function keyOf(grant: GrantId, field: EnvironmentField): string {
  return environmentName(grant, field);
}

function readState(
  grant: GrantId,
  variable: Variable | undefined,
  caller: Caller,
  { where }: GitlabApi,
): StateVariable | undefined {
  if (variable === undefined) return undefined;
  const { key } = variable;
  const reason = (what: string): TokenwardError =>
    new TokenwardError(
      caller.code,
      {
        grant,
        reason: `the variable ${key} of ${where} ${what}`,
        remedy: `Delete ${key}; the tokens in the variables beside it stay, and a new record is made`,
      },
      { class: "write-back" },
    );
  if (variable.value === undefined) throw reason("is hidden, and a record that nobody can read is none");
  try {
    return decodeState(grant, variable.value.reveal());
  } catch (thrown) {
    throw reason(`is not a record of Tokenward's (${messageOf(thrown)})`);
  }
}

function fromEnvironment(key: string, io: PluginIO): Secret | undefined {
  const value = io.env[key]?.trim();
  return value === undefined || value === "" ? undefined : secret(value);
}

function orUndefined(token: () => Secret | undefined): Secret | undefined {
  try {
    return token();
  } catch {
    return undefined;
  }
}

function printOf(target: string, token: Secret | undefined): string | undefined {
  return token === undefined ? undefined : fingerprintOf(target, token);
}

/** Whether the record is about the tokens that are really there. */
function isAbout({ state, refreshToken, accessToken }: View, target: string): boolean {
  const print = state?.facts.fingerprint;
  if (print === undefined) return false;
  return print === printOf(target, refreshToken) || print === printOf(target, accessToken);
}

function isBetween(view: View, target: string): boolean {
  const tokens = view.refreshToken !== undefined || view.accessToken !== undefined;
  return tokens && view.state?.facts.fingerprint !== undefined && !isAbout(view, target);
}

function grantOf(id: GrantId, view: View, target: string): StoredGrant | undefined {
  const { state, refreshToken, accessToken } = view;
  const facts = state?.facts;
  const bare = { id, ...parseGrantId(id) };
  const accessIsKnown = accessToken !== undefined && state?.accessFingerprint === printOf(target, accessToken);
  const about = isAbout(view, target) || (refreshToken === undefined && accessIsKnown);
  if (facts?.retired !== undefined && (about || (refreshToken === undefined && accessToken === undefined)))
    return { ...bare, generation: facts.generation, retired: facts.retired };
  if (refreshToken === undefined && accessToken === undefined)
    return facts?.claim === undefined ? undefined : { ...bare, generation: 0, claim: facts.claim };
  // A human put this token there, or a save got no further: nothing in the record is about it but who is at work.
  if (facts === undefined || !about) return { ...bare, refreshToken, accessToken, claim: facts?.claim };
  return {
    ...facts,
    refreshToken,
    accessToken: accessIsKnown ? accessToken : undefined,
    accessTokenExpiresAt: accessIsKnown ? facts.accessTokenExpiresAt : undefined,
  };
}
