import { zeroCounts, type OpenCounts } from "./ledger.ts";
import type { PlatformSettings, SandboxAccount, SandboxPlatform, TokenPolicy } from "./platform.ts";
import type { PolicyOverrides } from "./control.ts";

/** An OAuth client as a platform knows it. */
export interface SandboxClient {
  readonly id: string;
  secrets: readonly string[];
  deleted: boolean;
}

/** A platform in a running sandbox: its dialect, and what was changed since. */
export interface Mounted {
  readonly dialect: SandboxPlatform;
  policy: TokenPolicy;
  settings: PlatformSettings;
  readonly clients: Map<string, SandboxClient>;
  readonly counts: OpenCounts;
  consents: number;
}

/** One consent and all tokens that came of it. */
export interface Family {
  readonly index: number;
  readonly id: string;
  readonly mounted: Mounted;
  readonly account: SandboxAccount;
  readonly clientId: string;
  /** When the human consented, in milliseconds since the epoch. */
  readonly grantedAt: number;
  scopes: readonly string[];
  statesScopes: boolean;
  policy: TokenPolicy;
  settings: PlatformSettings | undefined;
  generation: number;
  exchanges: number;
  /** When recent generations were spent; only as far back as grace reaches. */
  spentAt: { readonly generation: number; readonly at: number }[];
  /** Milliseconds since the epoch; Infinity without an end. */
  refreshExpiresAt: number;
  revoked: "replay" | "revoked" | undefined;
  readonly counts: OpenCounts;
  /** The newest access token, where access tokens are what is exchanged. */
  newestAccess: string | undefined;
  /** Renewals that kept a token's text: by the end that the text states, what is true. */
  readonly prolonged: Map<number, Renewal>;
  /** When the newest access token was minted, and the end that its text states. */
  newest: Renewal | undefined;
}

/** When a token was renewed and when it ends since then, in milliseconds since the epoch. */
export interface Renewal {
  readonly at: number;
  readonly expiresAt: number;
}

/** A family as a consent starts it. */
export function newFamily(
  facts: Pick<Family, "index" | "mounted" | "account" | "clientId" | "scopes" | "policy" | "settings">,
  now: number,
): Family {
  return {
    ...facts,
    id: `${facts.mounted.dialect.name}-${String(facts.index)}`,
    grantedAt: now,
    statesScopes: true,
    generation: 0,
    exchanges: 0,
    spentAt: [],
    refreshExpiresAt: refreshEnd(facts.policy, now),
    revoked: undefined,
    counts: zeroCounts(),
    newestAccess: undefined,
    prolonged: new Map(),
    newest: undefined,
  };
}

/** The dialect variations that apply to a family. */
export function settingsOf(family: Family): PlatformSettings {
  return family.settings === undefined ? family.mounted.settings : { ...family.mounted.settings, ...family.settings };
}

/** What a refresh token of this generation is now. Changes nothing. */
export function judge(
  family: Family,
  generation: number,
  now: number,
): "current" | "forgiven" | "spent" | "expired" | "revoked" {
  const current = generation === family.generation;
  if (!current && !forgiven(family, generation, now)) return "spent";
  if (family.revoked !== undefined) return "revoked";
  if (now >= family.refreshExpiresAt) return "expired";
  return current ? "current" : "forgiven";
}

/** How long an access token lives that is minted now, in seconds. */
export function accessSeconds({ policy, refreshExpiresAt }: Family, now: number): number {
  const life = policy.accessLifetimeSeconds;
  if (policy.accessOutlivesRefresh !== false) return life;
  return Math.max(0, Math.min(life, Math.floor((refreshExpiresAt - now) / 1_000)));
}

/** When an access token was minted, as far as its text tells; exact for the newest. */
export function mintedAt({ policy, newest }: Family, stated: number): number {
  return newest?.expiresAt === stated ? newest.at : stated - policy.accessLifetimeSeconds * 1_000;
}

/** When an access token ends: what its text says, unless a renewal kept the text. */
export function accessEnd(family: Family, stated: number): number {
  return family.prolonged.get(stated)?.expiresAt ?? stated;
}

/** What an access token is where access tokens are exchanged: it lives to its end, and may be too young. */
export function judgeAccess(
  family: Family,
  stated: number,
  now: number,
): "current" | "expired" | "revoked" | "too-early" {
  if (family.revoked !== undefined) return "revoked";
  if (now >= accessEnd(family, stated)) return "expired";
  const { prolonged, policy } = family;
  const issuedAt = prolonged.get(stated)?.at ?? stated - policy.accessLifetimeSeconds * 1_000;
  return now - issuedAt < (family.policy.minimumAgeSeconds ?? 0) * 1_000 ? "too-early" : "current";
}

/** Renews a token that keeps its text; forgets those that have ended. */
export function prolong(family: Family, stated: number, now: number): void {
  for (const [key, { expiresAt }] of family.prolonged) if (now >= expiresAt) family.prolonged.delete(key);
  family.prolonged.set(stated, { at: now, expiresAt: now + family.policy.accessLifetimeSeconds * 1_000 });
}

/** Whether a renewal in place, which {@link exchange} counted already, issues a token with another text. */
export function changesText({ policy, exchanges }: Family): boolean {
  if (policy.rotation === "sometimes") return exchanges % policy.rotateEvery === 0;
  return policy.rotation === "always";
}

/** Performs an exchange; tells whether the refresh token changed. */
export function exchange(family: Family, presented: "current" | "forgiven", now: number): boolean {
  const { policy } = family;
  family.exchanges += 1;
  if (policy.refreshEnd === "sliding") family.refreshExpiresAt = refreshEnd(policy, now);
  if (policy.presents === "access-token") return false;
  const rotates =
    presented === "forgiven"
      ? policy.forgivenReceives === "new-successor" && policy.rotation !== "never"
      : policy.rotation === "always" ||
        (policy.rotation === "sometimes" && family.exchanges % policy.rotateEvery === 0);
  if (!rotates) return false;
  if (typeof policy.reuse === "object") {
    const horizon = now - policy.reuse.graceSeconds * 1_000;
    family.spentAt = family.spentAt.filter((spent) => spent.at >= horizon);
    family.spentAt.push({ generation: family.generation, at: now });
  }
  family.generation += 1;
  return true;
}

const policyKeys = Object.keys({
  accessLifetimeSeconds: true,
  refreshLifetimeSeconds: true,
  refreshEnd: true,
  rotation: true,
  rotateEvery: true,
  reuse: true,
  forgivenReceives: true,
  repeatUnchangedToken: true,
  presents: true,
  minimumAgeSeconds: true,
  tooEarly: true,
  accessOutlivesRefresh: true,
} satisfies Record<keyof TokenPolicy, true>) as (keyof TokenPolicy)[];

/** A policy with what differs; `undefined` changes nothing. */
export function withOverrides(policy: TokenPolicy, overrides: PolicyOverrides): TokenPolicy {
  const changed: Record<string, unknown> = { ...policy };
  for (const key of policyKeys) {
    if (overrides[key] !== undefined) changed[key] = overrides[key];
  }
  return changed as unknown as TokenPolicy;
}

/** When a refresh lifetime that starts now is over. */
export function refreshEnd(policy: TokenPolicy, now: number): number {
  return policy.refreshLifetimeSeconds === null
    ? Number.POSITIVE_INFINITY
    : now + policy.refreshLifetimeSeconds * 1_000;
}

function forgiven(family: Family, generation: number, now: number): boolean {
  const { reuse } = family.policy;
  if (generation > family.generation || reuse === "strict") return false;
  if (reuse === "retry-safe") return true;
  if (reuse.previousOnly === true && generation !== family.generation - 1) return false;
  return family.spentAt.some(
    (spent) => spent.generation === generation && now - spent.at <= reuse.graceSeconds * 1_000,
  );
}
