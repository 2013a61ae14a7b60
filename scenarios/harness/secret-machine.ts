import { randomBytes } from "node:crypto";
import { mkdir, readFile } from "node:fs/promises";
import path from "node:path";
import {
  createSandbox,
  oauth2Platform,
  tiktokPlatform,
  youtubePlatform,
  type ConsentOptions,
  type Sandbox,
} from "@tokenward/sandbox";
import type { Finished, RunOptions } from "./cli.ts";
import { configureFleets, consentFleet, fleetEnvironment, type Fleet, type FleetMember } from "./grant-fleet.ts";
import { LeakWatch } from "./leak-watch.ts";
import { recorded } from "./recorded-platform.ts";
import { Sentinels } from "./sentinels.ts";
import { createWorkspace, type Workspace } from "./workspace.ts";

/** How many grants a machine has on each of the sandbox's platforms. */
export interface GrantCounts {
  readonly tiktok: number;
  readonly youtube: number;
  /** Strict, secrets in a form. */
  readonly crm: number;
  /** Retry-safe, the token in the address and the client in HTTP Basic authentication. */
  readonly query: number;
}

/** A machine on which every secret is known, and every command is watched for all of them. */
export interface SecretMachine {
  readonly sandbox: Sandbox;
  readonly workspace: Workspace;
  readonly sentinels: Sentinels;
  readonly watch: LeakWatch;
  /** For every process: the client secret, and a folder for temporary files that is looked through, too. */
  readonly env: Readonly<Record<string, string>>;
  readonly clientSecret: string;
  members(platform: keyof GrantCounts): readonly FleetMember[];
  run(
    args: readonly string[],
    options?: RunOptions & { readonly ownArguments?: boolean | undefined },
  ): Promise<Finished>;
  /** Where on this machine's disk a secret lies, outside of what seals it. */
  onDisk(except?: readonly string[]): Promise<readonly string[]>;
  dispose(): Promise<void>;
}

const keys: Readonly<Record<keyof GrantCounts, Readonly<Record<string, unknown>>>> = {
  tiktok: { refresher: "tiktok", client_key: "sandbox-tiktok" },
  youtube: { refresher: "youtube", client_id: "sandbox-youtube" },
  crm: { refresher: "oauth2", client_id: "sandbox-crm", rotation: "always", reuse: "strict" },
  query: {
    refresher: "oauth2",
    client_id: "sandbox-query",
    rotation: "always",
    reuse: "retry-safe",
    body: "query",
    client_auth: "basic",
  },
};

/** Something that no text holds by chance, with characters that have to be encoded. */
export function unguessable(prefix: string): string {
  return `${prefix}${randomBytes(18).toString("base64url")}+/%"~=`;
}

/** Consents, configures, and refreshes everything once, so that all of it is stored. */
export async function createSecretMachine(counts: GrantCounts): Promise<SecretMachine> {
  const sentinels = new Sentinels();
  const watch = new LeakWatch(sentinels);
  const clientSecret = unguessable("cs-");
  sentinels.add("client secret", clientSecret);
  const platforms = [
    tiktokPlatform(),
    youtubePlatform(),
    oauth2Platform({ name: "crm" }),
    oauth2Platform({ name: "query", policy: { reuse: "retry-safe" } }),
  ];
  const sandbox = await createSandbox({ platforms: platforms.map((platform) => recorded(platform, sentinels)) });
  const workspace = await createWorkspace();

  const fleets = new Map<string, Fleet>();
  for (const [platform, count] of Object.entries(counts)) {
    await sandbox.control.setClient(platform, `sandbox-${platform}`, { secrets: [clientSecret] });
    const consents = Array.from({ length: count }, (): ConsentOptions => ({}));
    const fleet = await consentFleet(sandbox, platform, platform, consents);
    for (const { consent } of fleet.members) {
      sentinels.add("refresh token", consent.refreshToken);
      sentinels.add("access token", consent.accessToken);
    }
    fleets.set(platform, fleet);
  }
  const all = [...fleets.values()];
  await configureFleets(workspace, all, ({ block }) => keys[block as keyof GrantCounts], {
    exchange_deadline: "3s",
  });

  const temporary = path.join(workspace.folder, "tmp");
  await mkdir(temporary);
  const env = { ...fleetEnvironment(all, "without tokens"), TMPDIR: temporary };
  const run: SecretMachine["run"] = async (args, options = {}) =>
    await watch.run(workspace, args, { ...options, env: { ...env, ...options.env } });

  const first = await run(["auth", "refresh"], { env: fleetEnvironment(all, "with first tokens") });
  if (first.code !== 0) throw new Error(`the first run ended with ${String(first.code)}:\n${first.stdout}`);
  // Its first characters are in every message about identities.
  const [prefix, identity] = ["AGE-SECRET-KEY-1", await readFile(workspace.identityFile, "utf8")];
  const secretPart = identity.slice(identity.indexOf(prefix) + prefix.length).trim();
  sentinels.add("age identity", secretPart);
  sentinels.add("age identity in small letters", secretPart.toLowerCase());

  return {
    sandbox,
    workspace,
    sentinels,
    watch,
    env,
    clientSecret,
    members: (platform) => fleets.get(platform)?.members ?? [],
    run,
    onDisk: async (except = []) => await sentinels.inFiles(workspace.folder, [workspace.identityFile, ...except]),
    dispose: async () => {
      await sandbox.close();
      await workspace.dispose();
    },
  };
}
