import { writeFile } from "node:fs/promises";
import path from "node:path";
import {
  createSandbox,
  oauth2Platform,
  tiktokPlatform,
  youtubePlatform,
  type Consent,
  type ConsentOptions,
  type Sandbox,
  type SandboxOptions,
} from "@tokenward/sandbox";
import { run } from "./cli.ts";
import type { Workspace } from "./workspace.ts";

/**
 * The platforms of the scenarios. All but `youtube` issue a new refresh token with every exchange; presenting a spent
 * one revokes the family on `tiktok` and `crm`, and is forgiven on `crm-grace` (for a day) and `crm-retry-safe`.
 */
export type ScenarioPlatform = "tiktok" | "crm" | "crm-grace" | "crm-retry-safe" | "youtube";

/** Seconds for which `crm-grace` forgives. */
export const graceSeconds = 86_400;

/** A grant that a workspace is to have. */
export interface GrantWish {
  readonly platform: ScenarioPlatform;
  /** With it the grant is `platform/account`, otherwise `platform`. */
  readonly account?: string | undefined;
  /** What differs in the human's consent. */
  readonly consent?: ConsentOptions | undefined;
  /** Further keys of the platform's block, or the account's. */
  readonly keys?: Readonly<Record<string, unknown>> | undefined;
}

/** A grant as Tokenward and the sandbox know it. */
export interface ConnectedGrant {
  readonly wish: GrantWish;
  /** `tiktok`, or `tiktok/brand-a`: its name in the configuration and on the command line. */
  readonly name: string;
  /** The newest consent; its `grantId` is the grant's name in the sandbox's ledger. */
  readonly consent: Consent;
}

/** Further blocks of the configuration. */
export interface ConfigurationBlocks {
  /** Beside `writeback`, such as `{ lease_wait: "1s" }`. */
  readonly auth?: Readonly<Record<string, unknown>> | undefined;
  readonly state?: Readonly<Record<string, unknown>> | undefined;
}

/** A sandbox with all of {@link ScenarioPlatform}. */
export async function createScenarioSandbox(options: Omit<SandboxOptions, "platforms"> = {}): Promise<Sandbox> {
  return await createSandbox({
    ...options,
    platforms: [
      tiktokPlatform(),
      youtubePlatform(),
      oauth2Platform({ name: "crm" }),
      oauth2Platform({ name: "crm-grace", policy: { reuse: { graceSeconds } } }),
      oauth2Platform({ name: "crm-retry-safe", policy: { reuse: "retry-safe" } }),
    ],
  });
}

/** Consents on the sandbox, configures the workspace for these grants, and imports their tokens through the CLI. */
export async function connect(
  sandbox: Sandbox,
  workspace: Workspace,
  wishes: readonly GrantWish[],
  blocks: ConfigurationBlocks = {},
): Promise<readonly ConnectedGrant[]> {
  const grants = await consentAll(sandbox, workspace, wishes, blocks);
  for (const { name, consent } of grants) await importConsent(workspace, name, consent);
  return grants;
}

/** Consents and configures like {@link connect}, but leaves the import to the caller. */
export async function consentAll(
  sandbox: Sandbox,
  workspace: Workspace,
  wishes: readonly GrantWish[],
  blocks: ConfigurationBlocks = {},
): Promise<readonly ConnectedGrant[]> {
  const platforms: Record<string, Record<string, unknown>> = {};
  const grants: ConnectedGrant[] = [];
  for (const wish of wishes) {
    const { platform, account } = wish;
    const consent = await sandbox.control.consent(platform, { account, ...wish.consent });
    const name = account === undefined ? platform : `${platform}/${account}`;
    const keys = await grantKeys(sandbox, workspace, name, wish, consent);
    if (account === undefined) {
      platforms[platform] = { ...platformKeys(platform), ...keys };
    } else {
      const block = (platforms[platform] ??= { ...platformKeys(platform), accounts: {} });
      (block["accounts"] as Record<string, unknown>)[account] = keys;
    }
    grants.push({ wish, name, consent });
  }
  const configuration = {
    auth: { writeback: { backend: "local", local: { store: "file", path: workspace.storeFolder } }, ...blocks.auth },
    ...(blocks.state === undefined ? {} : { state: blocks.state }),
    platforms,
  };
  // JSON is YAML.
  await workspace.configure(`${JSON.stringify(configuration, undefined, 2)}\n`);
  return grants;
}

/** A human consents again, and the new tokens are imported. The old family lives on, unless somebody ended it. */
export async function consentAgain(
  sandbox: Sandbox,
  workspace: Workspace,
  grant: ConnectedGrant,
): Promise<ConnectedGrant> {
  const consent = await sandbox.control.regrant(grant.consent.grantId, grant.wish.consent);
  await importConsent(workspace, grant.name, consent);
  return { ...grant, consent };
}

/** The token JSON of a consent, as `auth import` reads it. */
export function tokenJson(consent: Consent): string {
  return JSON.stringify({
    refresh_token: consent.refreshToken,
    access_token: consent.accessToken,
    expires_in: consent.expiresIn,
    refresh_expires_in: consent.refreshExpiresIn,
    scope: consent.scope,
  });
}

/** Hands a consent's tokens to `auth import`. */
export async function importConsent(workspace: Workspace, name: string, consent: Consent): Promise<void> {
  const { code, stdout, stderr } = await run(workspace, ["auth", "import", name], { input: tokenJson(consent) });
  if (code !== 0) throw new Error(`auth import ${name} ended with ${String(code)}:\n${stdout}\n${stderr}`);
}

async function grantKeys(
  sandbox: Sandbox,
  workspace: Workspace,
  name: string,
  wish: GrantWish,
  consent: Consent,
): Promise<Readonly<Record<string, unknown>>> {
  const base = `${sandbox.url}/${wish.platform}`;
  const secretFile = path.join(workspace.folder, `client-secret-of-${name.replace("/", "-of-")}`);
  await writeFile(secretFile, consent.clientSecret ?? "", { mode: 0o600 });
  const own = {
    tiktok: { client_key: consent.clientId, user_info_url: `${base}/v2/user/info/` },
    youtube: { client_id: consent.clientId, tokeninfo_url: `${base}/tokeninfo` },
  };
  return {
    token_url: consent.tokenUrl,
    ...(wish.platform === "tiktok" || wish.platform === "youtube"
      ? own[wish.platform]
      : { client_id: consent.clientId }),
    ...(consent.clientSecret === undefined ? {} : { client_secret: { file: secretFile } }),
    ...wish.keys,
  };
}

function platformKeys(platform: ScenarioPlatform): Readonly<Record<string, unknown>> {
  switch (platform) {
    case "tiktok":
    case "youtube":
      return {};
    case "crm":
      return { refresher: "oauth2", rotation: "always", reuse: "strict" };
    case "crm-grace":
      return { refresher: "oauth2", rotation: "always", reuse: { grace_seconds: graceSeconds } };
    case "crm-retry-safe":
      return { refresher: "oauth2", rotation: "always", reuse: "retry-safe" };
  }
}
