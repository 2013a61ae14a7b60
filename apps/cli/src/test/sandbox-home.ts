import { createSandbox, type Consent, type Sandbox } from "@tokenward/sandbox";
import { createCliHome, type CliHome, type CliResult } from "./cli-process.ts";

/** A home whose configuration points at a sandbox of its own: two TikTok accounts, YouTube, and a generic CRM. */
export interface SandboxHome extends CliHome {
  readonly sandbox: Sandbox;
  readonly consents: Readonly<Record<string, Consent>>;
  /** Client secrets, which the configuration takes from the environment. */
  readonly env: Readonly<Record<string, string>>;
  /** What the platform answered when the human consented. */
  tokenJson(grant: string): string;
  importAll(): Promise<void>;
  /** Writes the configuration anew. */
  configure(more: MoreConfiguration): string;
  close(): Promise<void>;
}

/** The grants of {@link createSandboxHome}, in the order of its configuration. */
export const grants: readonly string[] = ["tiktok/a", "tiktok/b", "youtube", "crm"];

/** Lines of YAML that a configuration has besides the usual. */
export interface MoreConfiguration {
  /** In the block `auth`, two spaces deep. */
  readonly auth?: string | undefined;
  /** In the block of `crm`, four spaces deep. */
  readonly crm?: string | undefined;
}

/** Starts the sandbox and writes the configuration; nothing is imported yet. */
export async function createSandboxHome(more: MoreConfiguration = {}): Promise<SandboxHome> {
  const home = createCliHome();
  const sandbox = await createSandbox();
  const { control } = sandbox;
  const consents: Record<string, Consent> = {
    "tiktok/a": await control.consent("tiktok", { account: "a", clientId: "key" }),
    "tiktok/b": await control.consent("tiktok", { account: "b", clientId: "key" }),
    youtube: await control.consent("youtube", { account: "channel" }),
    crm: await control.consent("oauth2", { account: "sales" }),
  };
  const consent = (grant: string): Consent => consents[grant] as Consent;
  const configure = ({ auth = "", crm = "" }: MoreConfiguration): string =>
    home.writeConfig(`auth:
  writeback: { backend: local, local: { store: file, path: ./store } }
${auth}
platforms:
  tiktok:
    token_url: ${consent("tiktok/a").tokenUrl}
    client_key: key
    client_secret: "\${TIKTOK_CLIENT_SECRET}"
    accounts: { a: {}, b: {} }
  youtube:
    token_url: ${consent("youtube").tokenUrl}
    client_id: ${consent("youtube").clientId}
    client_secret: "\${YOUTUBE_CLIENT_SECRET}"
  crm:
    refresher: oauth2
    token_url: ${consent("crm").tokenUrl}
    client_id: ${consent("crm").clientId}
    client_secret: "\${CRM_CLIENT_SECRET}"
${crm}
`);
  configure(more);
  const env = {
    TIKTOK_CLIENT_SECRET: consent("tiktok/a").clientSecret ?? "",
    YOUTUBE_CLIENT_SECRET: consent("youtube").clientSecret ?? "",
    CRM_CLIENT_SECRET: consent("crm").clientSecret ?? "",
  };
  const run: CliHome["run"] = async (args, options = {}) =>
    await home.run(args, { ...options, env: { ...env, ...options.env } });
  const tokenJson = (grant: string): string => {
    const { accessToken, refreshToken, expiresIn, refreshExpiresIn, scope } = consent(grant);
    const [access_token, refresh_token, expires_in] = [accessToken, refreshToken, expiresIn];
    return JSON.stringify({ access_token, refresh_token, expires_in, refresh_expires_in: refreshExpiresIn, scope });
  };
  return {
    ...home,
    start: (args, options = {}) => home.start(args, { ...options, env: { ...env, ...options.env } }),
    run,
    sandbox,
    consents,
    env,
    tokenJson,
    configure,
    importAll: async () => {
      for (const grant of grants) succeeded(await run(["auth", "import", grant], { input: tokenJson(grant) }));
    },
    close: async () => {
      await sandbox.close();
      home.remove();
    },
  };
}

/** @throws Error with everything it printed where a command did not end with 0 */
export function succeeded(result: CliResult): CliResult {
  if (result.exitCode === 0) return result;
  throw new Error(`it ended with ${String(result.exitCode)}:\n${result.stdout}\n${result.stderr}`);
}

/** All secrets that a run has seen, raw and in the forms in which they leak. */
export function sentinels(home: SandboxHome): readonly string[] {
  const raw = Object.values(home.consents).flatMap(({ refreshToken, accessToken, clientSecret }) => [
    refreshToken,
    accessToken,
    clientSecret ?? "",
  ]);
  return raw
    .filter((value) => value !== "")
    .flatMap((value) => [value, encodeURIComponent(value), Buffer.from(value).toString("base64").replace(/=+$/, "")]);
}
