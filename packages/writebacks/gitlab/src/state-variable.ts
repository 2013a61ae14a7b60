import { decodeGrant, encodeGrant, fingerprintOf, type GrantId, type StoredGrant } from "@tokenward/core/plugin";

/** What the plain variable `<PREFIX>_STATE` says about the tokens that stand beside it. */
export interface StateVariable {
  /** Everything but the tokens. */
  readonly facts: StoredGrant;
  /** Fingerprint of the access token that the facts are about. */
  readonly accessFingerprint: string | undefined;
}

/** One line of JSON, without any secret. */
export function encodeState({ facts, accessFingerprint }: StateVariable): string {
  const bare = { ...facts, accessToken: undefined, refreshToken: undefined };
  const record = JSON.parse(encodeGrant(bare)) as Readonly<Record<string, unknown>>;
  return JSON.stringify({ ...record, access_fingerprint: accessFingerprint });
}

/**
 * Reads what {@link encodeState} wrote.
 *
 * @throws SyntaxError or TypeError saying what is wrong with it
 */
export function decodeState(id: GrantId, text: string): StateVariable {
  const facts = decodeGrant(id, text);
  const record = JSON.parse(text) as Readonly<Record<string, unknown>>;
  if (record["grant"] !== id) throw new TypeError("it belongs to another grant");
  const { access_fingerprint: print } = record;
  return { facts, accessFingerprint: typeof print === "string" ? print : undefined };
}

/** The state of tokens that are saved now. */
export function stateOf(target: string, grant: StoredGrant): StateVariable {
  const { accessToken } = grant;
  const accessFingerprint = accessToken === undefined ? undefined : fingerprintOf(target, accessToken);
  return { facts: { ...grant, unfinished: undefined }, accessFingerprint };
}
