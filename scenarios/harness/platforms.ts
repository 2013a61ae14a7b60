import { writeFile } from "node:fs/promises";
import path from "node:path";
import {
  createSandbox,
  instagramPlatform,
  linkedinPlatform,
  oauth2Platform,
  podiumPlatform,
  presetPlatforms,
  tiktokPlatform,
  youtubePlatform,
  type Consent,
  type ConsentOptions,
  type Sandbox,
  type SandboxOptions,
  type SandboxPlatform,
} from "@tokenward/sandbox";
import { run } from "./cli.ts";
import type { Workspace } from "./workspace.ts";

/**
 * The platforms that most scenarios play on. All but `youtube` issue a new refresh token with every exchange; presenting a spent
 * one revokes the family on `tiktok` and `crm`, and is forgiven on `crm-grace` (for a day) and `crm-retry-safe`.
 */
export type ScenarioPlatform = "tiktok" | "crm" | "crm-grace" | "crm-retry-safe" | "youtube";

/** Seconds for which `crm-grace` forgives. */
export const graceSeconds = 86_400;

/** A grant that a workspace is to have. */
export interface GrantWish {
  /** One of {@link ScenarioPlatform}, or any other that the sandbox speaks. */
  readonly platform: string;
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

/** A sandbox with every platform and preset, and the variants of {@link ScenarioPlatform}. */
export async function createScenarioSandbox(options: Omit<SandboxOptions, "platforms"> = {}): Promise<Sandbox> {
  return await createSandbox({
    ...options,
    platforms: [
      tiktokPlatform(),
      youtubePlatform(),
      instagramPlatform(),
      instagramPlatform({ login: "facebook" }),
      linkedinPlatform(),
      podiumPlatform(),
      ...presetPlatforms(),
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
    const dialect = dialectOf(sandbox, platform);
    const keys = await grantKeys(dialect, workspace, name, wish, consent);
    const shared = platformKeys(sandbox, dialect);
    if (account === undefined) {
      platforms[platform] = { ...shared, ...keys };
    } else {
      const block = (platforms[platform] ??= { ...shared, accounts: {} });
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
    // Platforms without refresh tokens renew the access token, or leave that to a human.
    refresh_token: consent.refreshToken === consent.accessToken ? undefined : consent.refreshToken || undefined,
    access_token: consent.accessToken,
    expires_in: consent.expiresIn,
    refresh_expires_in: consent.refreshExpiresIn,
    scope: consent.scope,
  });
}

/** Hands a consent's tokens to `auth import`. */
export async function importConsent(
  workspace: Workspace,
  name: string,
  consent: Consent,
  env: Readonly<Record<string, string>> = {},
): Promise<void> {
  const { code, stdout, stderr } = await run(workspace, ["auth", "import", name], { input: tokenJson(consent), env });
  if (code !== 0) throw new Error(`auth import ${name} ended with ${String(code)}:\n${stdout}\n${stderr}`);
}

function dialectOf(sandbox: Sandbox, platform: string): SandboxPlatform {
  const dialect = sandbox.platforms.find(({ name }) => name === platform);
  if (dialect === undefined) throw new Error(`the sandbox does not speak ${platform}`);
  return dialect;
}

async function grantKeys(
  dialect: SandboxPlatform,
  workspace: Workspace,
  name: string,
  wish: GrantWish,
  consent: Consent,
): Promise<Readonly<Record<string, unknown>>> {
  // A client that nobody asks for would be a mistake in the configuration.
  if (dialect.needsNoClient?.(dialect.settings ?? {}) === true) return { ...wish.keys };
  const secretFile = path.join(workspace.folder, `client-secret-of-${name.replace("/", "-of-")}`);
  await writeFile(secretFile, consent.clientSecret ?? "", { mode: 0o600 });
  return {
    [dialect.clientIdOption ?? "client_id"]: consent.clientId,
    ...(consent.clientSecret === undefined ? {} : { client_secret: { file: secretFile } }),
    ...wish.keys,
  };
}

const reuseOf: Readonly<Record<string, unknown>> = {
  crm: "strict",
  "crm-grace": { grace_seconds: graceSeconds },
  "crm-retry-safe": "retry-safe",
};

/** What makes the refresher speak to the sandbox in the platform's place. */
function platformKeys(sandbox: Sandbox, dialect: SandboxPlatform): Readonly<Record<string, unknown>> {
  const { name, refresher = name, refresherOptions = {}, addressOptions = {} } = dialect;
  const addresses = Object.entries(addressOptions).map(([option, at]) => [option, `${sandbox.url}/${name}${at}`]);
  return {
    ...(refresher === name ? {} : { refresher }),
    ...refresherOptions,
    token_url: sandbox.tokenUrl(name),
    ...Object.fromEntries(addresses),
    ...(reuseOf[name] === undefined ? {} : { rotation: "always", reuse: reuseOf[name] }),
  };
}
