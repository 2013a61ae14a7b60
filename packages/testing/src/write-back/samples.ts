import { fingerprintOf, secret, type Intent, type StoredGrant, type Version } from "@tokenward/core/plugin";

/** Parts of tokens that must be found nowhere but in tokens. */
export const sentinels = ["rft.suite-", "act.suite-"] as const;

const start = Date.UTC(2026, 0, 1);

/** A grant of one generation, with every field there is, as it is saved under a target. */
export function grantOf(target: string, generation: number, id: string = "tiktok/brand-a"): StoredGrant {
  const [platform = id, account] = id.split("/");
  const refreshToken = secret(`rft.suite-${id.replace("/", "-")}-${generation}+/="\\ü`);
  return {
    id,
    platform,
    account,
    generation,
    fingerprint: fingerprintOf(target, refreshToken),
    refreshToken,
    accessToken: secret(`act.suite-${id.replace("/", "-")}-${generation}!1.va`),
    accessTokenExpiresAt: new Date(start + generation * 7_200_000),
    refreshTokenExpiresAt: new Date(start + 180 * 86_400_000),
    refreshTokenEnd: "fixed",
    scopes: ["user.info.basic", "video.publish"],
    rotatedAt: new Date(start + generation * 1000),
    lastUsedAt: new Date(start + generation * 1000),
    consentedAt: new Date(start),
    attributes: { open_id: "öpen", note: 'a "quoted" line' },
  };
}

/** A grant of the same generation with the tokens of another one: what a rival makes of the same grant. */
export function rivalOf(grant: StoredGrant, { refreshToken, accessToken, fingerprint }: StoredGrant): StoredGrant {
  return { ...grant, refreshToken, accessToken, fingerprint };
}

/** What a save of the next generation names. */
export function versionOf({ generation, fingerprint }: StoredGrant): Version {
  return { generation, fingerprint };
}

/** The intent to spend one generation's token. */
export function intentOf(grant: StoredGrant, id: string): Intent {
  return {
    id,
    version: versionOf(grant),
    host: "host-a",
    run: "run-1",
    at: new Date(start),
    deadline: new Date(start + 90_000),
    attempt: 1,
  };
}

/** A grant as it can be compared: secrets revealed, what is absent left out. */
export function comparable(grant: StoredGrant | undefined): unknown {
  if (grant === undefined) return undefined;
  const { accessToken, refreshToken, claim: _claim, ...facts } = grant;
  const known = Object.entries({ ...facts, accessToken: accessToken?.reveal(), refreshToken: refreshToken?.reveal() });
  return Object.fromEntries(known.filter(([, value]) => value !== undefined));
}
