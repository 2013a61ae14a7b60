import type { StoredGrant } from "@tokenward/core";
import { presetPlatforms, type ConsentOptions, type SandboxPlatform, type TokenPolicy } from "@tokenward/sandbox";
import type { GrantWish } from "./platforms.ts";

/** One kind of grant that Tokenward keeps alive, and what its platform does. */
export interface Role {
  /** The grant's name: `tiktok`, `linkedin/enabled`. */
  readonly name: string;
  readonly wish: GrantWish;
  readonly presents: NonNullable<TokenPolicy["presents"]>;
  /** Whether the presented token changes with each exchange, now and then, or never. */
  readonly rotation: TokenPolicy["rotation"];
  /** What the refresher expects of it; the platform's own secret may be another one. */
  readonly rotates: TokenPolicy["rotation"];
  /** Whether presenting a spent token ends the grant. */
  readonly strict: boolean;
  /** Whether a narrower consent shows in what the platform says. */
  readonly statesScopes: boolean;
  /** What a dry run says that a run would attempt. */
  readonly would: "rotate" | "refresh" | "health-check";
  readonly preset: boolean;
}

const keysOf: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  microsoft: { placeholders: { tenant: "organizations" } },
  shopify: { placeholders: { shop: "acme" } },
};

/** The five platforms, with both products of Instagram and both kinds of apps of LinkedIn. */
export const fivePlatforms: readonly Role[] = [
  role({ platform: "instagram" }, { presents: "access-token", rotation: "always", would: "refresh" }),
  role({ platform: "instagram-facebook" }, { presents: "access-token", rotation: "always", would: "refresh" }),
  role({ platform: "youtube" }, { rotation: "never", rotates: "never", would: "health-check" }),
  role({ platform: "tiktok" }, { rotation: "always", rotates: "always", strict: true, would: "rotate" }),
  role(
    { platform: "linkedin", account: "standard" },
    { presents: "nothing", rotation: "never", would: "health-check" },
  ),
  role(
    { platform: "linkedin", account: "enabled", consent: { presents: "refresh-token" } },
    { rotation: "never", would: "refresh" },
  ),
  role(
    { platform: "podium", account: "acme-rv", consent: { settings: { statesScope: true } } },
    { rotation: "always", strict: true, would: "refresh" },
  ),
];

/** Every preset of the generic refresher. */
export const presetRoles: readonly Role[] = presetPlatforms().map(roleOfPreset);

/** All of them. */
export const everyRole: readonly Role[] = [...fivePlatforms, ...presetRoles];

function roleOfPreset({ name, policy, settings = {} }: SandboxPlatform): Role {
  const { presents = "refresh-token", rotation, reuse } = policy;
  const { scope } = (settings["fields"] ?? {}) as { readonly scope?: string | null };
  return role(
    { platform: name, keys: keysOf[name] },
    {
      presents,
      rotation,
      rotates: rotation,
      strict: reuse === "strict" && rotation !== "never" && presents === "refresh-token",
      statesScopes: scope !== null,
      would: rotation === "always" && presents === "refresh-token" ? "rotate" : "refresh",
      preset: true,
    },
  );
}

function role(wish: GrantWish & { readonly consent?: ConsentOptions }, facts: Partial<Role>): Role {
  return {
    name: wish.account === undefined ? wish.platform : `${wish.platform}/${wish.account}`,
    wish,
    presents: "refresh-token",
    rotation: "always",
    rotates: "sometimes",
    strict: false,
    statesScopes: true,
    would: "rotate",
    preset: false,
    ...facts,
  };
}

/** The token of a stored grant that an exchange presents; where nothing is exchanged, the one that is used. */
export function presentedOf({ presents }: Role, stored: StoredGrant | undefined): string {
  const token = presents === "refresh-token" ? stored?.refreshToken : stored?.accessToken;
  return token?.reveal() ?? "";
}
