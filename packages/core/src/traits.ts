import type { Refresher, RefresherTraits } from "./refresher.ts";

/** Every member of a refresher, so that one added later cannot be forgotten below. */
type Members = { readonly [Member in keyof Required<Refresher>]: Refresher[Member] };

/** Traits to replace; `undefined` leaves one as it is. */
export type TraitOverrides = { readonly [Trait in keyof RefresherTraits]?: RefresherTraits[Trait] | undefined };

/**
 * The same refresher with some of its traits replaced: what a human knows about their app that the platform does not
 * document.
 *
 * @example
 * ```ts
 * import { withTraits, type Refresher } from "@tokenward/core";
 *
 * declare const podium: Refresher;
 * const careful = withTraits(podium, { rotation: "always", idleLimitDays: 60 });
 * ```
 */
export function withTraits(refresher: Refresher, overrides: TraitOverrides): Refresher {
  const stated = Object.entries(overrides).filter(([, value]) => value !== undefined);
  if (stated.length === 0) return refresher;
  return derive(refresher, { traits: { ...refresher.traits, ...Object.fromEntries(stated) } });
}

/** The same refresher under the name that a human gave the platform: `acme-crm` instead of `oauth2`. */
export function withPlatform(refresher: Refresher, platform: string): Refresher {
  return refresher.platform === platform ? refresher : derive(refresher, { platform, displayName: undefined });
}

function derive(refresher: Refresher, changes: Partial<Members>): Refresher {
  const members: Members = {
    platform: refresher.platform,
    displayName: refresher.displayName,
    traits: refresher.traits,
    endpoint: refresher.endpoint,
    client: refresher.client,
    requiredScopes: refresher.requiredScopes,
    scopeAliases: refresher.scopeAliases,
    consent: refresher.consent,
    // Bound to the original: a refresher may be an object with members of its own.
    assess: refresher.assess.bind(refresher),
    request: refresher.request?.bind(refresher),
    interpret: refresher.interpret?.bind(refresher),
    verify: refresher.verify?.bind(refresher),
    authorization: refresher.authorization,
    revocation: refresher.revocation,
  };
  return { ...members, ...changes } as Refresher;
}
