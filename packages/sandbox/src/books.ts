import type { ClockOptions } from "./clock.ts";
import { VirtualClock } from "./clock.ts";
import type { ClientOptions, Consent, ConsentOptions } from "./control.ts";
import {
  accessSeconds,
  judge,
  judgeAccess,
  newFamily,
  prolong,
  withOverrides,
  type Family,
  type Mounted,
  type SandboxClient,
} from "./family.ts";
import { LedgerRing, zeroCounts, type OpenCounts } from "./ledger.ts";
import type { SandboxPlatform } from "./platform.ts";
import { fingerprint, TokenMint, type TokenIdentity } from "./tokens.ts";

/** More grants than this are refused: the sandbox stays bounded. */
const mostGrants = 1_000_000;
const newestRequests = 100_000;

/** Everything that the platforms of one sandbox remember: clients, token families, time and ledger. */
export class Books {
  readonly clock: VirtualClock;
  readonly mint: TokenMint;
  readonly ledger: LedgerRing = new LedgerRing(newestRequests);
  readonly counts: OpenCounts = zeroCounts();
  readonly platforms: ReadonlyMap<string, Mounted>;
  readonly #families: Family[] = [];
  readonly #byId = new Map<string, Family>();
  readonly #url: () => string;

  constructor(
    platforms: readonly SandboxPlatform[],
    options: { readonly clock: ClockOptions; readonly seed: number | undefined; readonly url: () => string },
  ) {
    this.clock = new VirtualClock(options.clock);
    this.mint = new TokenMint(options.seed);
    this.#url = options.url;
    const mounted = new Map<string, Mounted>();
    for (const dialect of platforms) {
      if (!/^[a-z0-9][a-z0-9-]*$/.test(dialect.name)) throw new Error(`"${dialect.name}" cannot be a platform's name`);
      if (mounted.has(dialect.name)) throw new Error(`two platforms are named "${dialect.name}"`);
      mounted.set(dialect.name, {
        dialect,
        policy: dialect.policy,
        settings: dialect.settings ?? {},
        clients: new Map(),
        counts: zeroCounts(),
        consents: 0,
      });
    }
    this.platforms = mounted;
  }

  platform(name: string): Mounted {
    const mounted = this.platforms.get(name);
    if (mounted === undefined) {
      throw new Error(`no platform "${name}" in this sandbox; it has ${[...this.platforms.keys()].join(", ")}`);
    }
    return mounted;
  }

  family(grantId: string): Family {
    const family = this.#byId.get(grantId);
    if (family === undefined) throw new Error(`no grant "${grantId}" in this sandbox`);
    return family;
  }

  tokenUrl(mounted: Mounted): string {
    return `${this.#url()}/${mounted.dialect.name}${mounted.dialect.tokenPath}`;
  }

  consent(mounted: Mounted, options: ConsentOptions): Consent {
    if (this.#families.length >= mostGrants) throw new Error(`a sandbox holds at most ${String(mostGrants)} grants`);
    mounted.consents += 1;
    const now = this.clock.now();
    const index = this.#families.length + 1;
    const client = this.#clientFor(mounted, options);
    const name = options.account ?? `account-${String(mounted.consents)}`;
    const family = newFamily(
      {
        index,
        mounted,
        account: { name, id: fingerprint(`${mounted.dialect.name}/${name}`) },
        clientId: client.id,
        scopes: options.scopes ?? mounted.dialect.scopes,
        policy: withOverrides(mounted.policy, options),
        settings: options.settings,
      },
      now,
    );
    this.#families.push(family);
    this.#byId.set(family.id, family);
    const ends =
      Number.isFinite(family.refreshExpiresAt) && (family.policy.presents ?? "refresh-token") === "refresh-token";
    const accessToken = this.accessToken(family, now);
    return {
      grantId: family.id,
      platform: mounted.dialect.name,
      account: name,
      clientId: client.id,
      clientSecret: client.secrets[0],
      refreshToken: this.presentable(family),
      accessToken,
      expiresIn: accessSeconds(family, now),
      refreshExpiresIn: ends ? Math.floor((family.refreshExpiresAt - now) / 1_000) : undefined,
      scopes: family.scopes,
      scope: family.scopes.join(" "),
      tokenUrl: this.tokenUrl(mounted),
    };
  }

  setClient(mounted: Mounted, id: string, options: ClientOptions): SandboxClient {
    const known = mounted.clients.get(id);
    const client: SandboxClient = {
      id,
      secrets: options.secrets ?? known?.secrets ?? [this.mint.secret(`${mounted.dialect.name}/${id}`)],
      deleted: options.deleted ?? known?.deleted ?? false,
    };
    mounted.clients.set(id, client);
    return client;
  }

  /** The refresh token of the current generation. */
  refreshToken(family: Family): string {
    return this.mint.refresh(family.mounted.dialect.tokens.refresh, family.index, family.generation);
  }

  accessToken(family: Family, now: number): string {
    const expiresAt = now + accessSeconds(family, now) * 1_000;
    // Tokens state whole milliseconds.
    family.newest = { at: now, expiresAt: Math.floor(expiresAt) };
    const token = this.mint.access(family.mounted.dialect.tokens.access, family.index, family.generation, expiresAt);
    if (family.policy.presents === "access-token") family.newestAccess = token;
    return token;
  }

  /** The same text, from now on with a whole life. */
  prolong(family: Family, token: string, stated: number, now: number): string {
    prolong(family, stated, now);
    family.newestAccess = token;
    return token;
  }

  /** The token that the next exchange should present. */
  presentable(family: Family): string {
    if (family.policy.presents === "nothing") return "";
    return family.newestAccess ?? this.refreshToken(family);
  }

  /** What presenting a token for an exchange would meet now. Changes nothing. */
  judge(family: Family, identity: TokenIdentity): ReturnType<typeof judge> | ReturnType<typeof judgeAccess> {
    const now = this.clock.now();
    return identity.kind === "access"
      ? judgeAccess(family, identity.expiresAt ?? 0, now)
      : judge(family, identity.generation, now);
  }

  /** What a token of this platform says about itself, and the family it belongs to. */
  identify(mounted: Mounted, token: string): { family: Family; identity: TokenIdentity } | undefined {
    const { access, refresh } = mounted.dialect.tokens;
    const seen = this.mint.identify(refresh, token);
    const identity = seen?.kind === "refresh" ? seen : this.mint.identify(access, token);
    const family = identity === undefined ? undefined : this.#families[identity.family - 1];
    return identity === undefined || family === undefined || family.mounted !== mounted
      ? undefined
      : { family, identity };
  }

  endFamily(family: Family, why: "replay" | "revoked"): void {
    if (family.revoked !== undefined) return;
    family.revoked = why;
    this.count(family.mounted, family, "revocations");
  }

  /** Counts once for the sandbox, the platform and the grant. */
  count(mounted: Mounted | undefined, family: Family | undefined, what: keyof OpenCounts): void {
    this.counts[what] += 1;
    if (mounted !== undefined) mounted.counts[what] += 1;
    if (family !== undefined) family.counts[what] += 1;
  }

  #clientFor(mounted: Mounted, options: ConsentOptions): SandboxClient {
    const id =
      options.clientId ?? (options.publicClient === true ? "sandbox-public" : `sandbox-${mounted.dialect.name}`);
    return mounted.clients.get(id) ?? this.setClient(mounted, id, options.publicClient === true ? { secrets: [] } : {});
  }
}
