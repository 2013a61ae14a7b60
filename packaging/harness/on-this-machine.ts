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
  type Sandbox,
} from "@tokenward/sandbox";
import { parse, stringify } from "yaml";

/** A configuration of a README that leads to a sandbox, and what its human and its operator bring along. */
export interface OnThisMachine {
  readonly sandbox: Sandbox;
  /** As it was written, but for the addresses. */
  readonly configuration: string;
  /** What its references name, and a first token for each grant. */
  readonly env: Readonly<Record<string, string>>;
  /** One consent for each grant, by the grant's id. */
  readonly consents: ReadonlyMap<string, Consent>;
}

interface PlatformOptions {
  readonly refresher?: string;
  readonly preset?: string;
  readonly client_id?: unknown;
  readonly client_key?: unknown;
  readonly client_secret?: unknown;
  readonly accounts?: Readonly<Record<string, unknown>>;
}

const daySeconds = 86_400;

/** Lets a human consent to every grant of a configuration, on platforms of a sandbox. Close that at the end. */
export async function onThisMachine(text: string): Promise<OnThisMachine> {
  const own = [instagramPlatform(), youtubePlatform(), tiktokPlatform(), linkedinPlatform(), podiumPlatform()];
  // The humans consented yesterday: Instagram renews no token that is younger than a day.
  const clock = { start: new Date(Date.now() - daySeconds * 1_000) };
  const sandbox = await createSandbox({ platforms: [...own, oauth2Platform(), ...presetPlatforms()], clock });
  const { platforms, ...rest } = parse(text) as { platforms: Record<string, PlatformOptions> };
  const env: Record<string, string> = {};
  const consents = new Map<string, Consent>();
  const led: Record<string, object> = {};
  for (const [name, options] of Object.entries(platforms)) {
    const dialect = options.refresher === "oauth2" ? (options.preset ?? "oauth2") : name;
    const clientId = options.client_id ?? options.client_key;
    const accounts = Object.keys(options.accounts ?? {});
    for (const account of accounts.length === 0 ? [undefined] : accounts) {
      const literal = typeof clientId === "string" && referenceIn(clientId) === undefined ? clientId : undefined;
      const consent = await sandbox.control.consent(dialect, { account, clientId: literal });
      consents.set(account === undefined ? name : `${name}/${account}`, consent);
      set(env, clientId, consent.clientId);
      set(env, options.client_secret, consent.clientSecret);
      const prefix = [name, account].filter((part) => part !== undefined).join("_");
      const seed = prefix.toUpperCase().replaceAll(/[^A-Z0-9]/g, "_");
      // LinkedIn's standard apps are given no refresh token.
      if (presentsAccessToken(sandbox, dialect) || consent.refreshToken === "") {
        env[`${seed}_ACCESS_TOKEN`] = consent.accessToken;
      } else env[`${seed}_REFRESH_TOKEN`] = consent.refreshToken;
    }
    led[name] = { ...options, ...addressesOf(sandbox, dialect) };
  }
  await sandbox.control.advance(daySeconds);
  return { sandbox, configuration: stringify({ ...rest, platforms: led }), env, consents };
}

function presentsAccessToken(sandbox: Sandbox, dialect: string): boolean {
  return sandbox.platforms.find(({ name }) => name === dialect)?.policy.presents === "access-token";
}

function addressesOf(sandbox: Sandbox, dialect: string): Record<string, string> {
  const { addressOptions = {} } = sandbox.platforms.find(({ name }) => name === dialect)!;
  const addresses = Object.entries(addressOptions).map(([option, path]) => [
    option,
    `${sandbox.url}/${dialect}${path}`,
  ]);
  return { ...(Object.fromEntries(addresses) as Record<string, string>), token_url: sandbox.tokenUrl(dialect) };
}

function set(env: Record<string, string>, option: unknown, value: string | undefined): void {
  const name = referenceIn(option);
  if (name !== undefined && value !== undefined) env[name] = value;
}

function referenceIn(option: unknown): string | undefined {
  return typeof option === "string" ? /^\$\{(\w+)\}$/.exec(option)?.[1] : undefined;
}
