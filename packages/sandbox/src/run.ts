import { createSandbox, type Sandbox, type SandboxOptions } from "./create.ts";
import type { Consent } from "./control.ts";
import type { SandboxPlatform } from "./platform.ts";

const daySeconds = 86_400;

/** How to run a sandbox until somebody stops it. */
export interface RunSandboxOptions extends SandboxOptions {
  /** Receives what a human should read, line by line. */
  readonly note: (line: string) => void;
  /** Ends it. */
  readonly signal: AbortSignal;
}

/**
 * Runs a sandbox until `signal` aborts, with one demo consent per platform, and tells a newcomer how to use it.
 * The tokens that it prints are good for this sandbox only.
 *
 * @throws Error when the port is taken; the message names it.
 */
export async function runSandbox(options: RunSandboxOptions): Promise<void> {
  const { note, signal } = options;
  // Instagram renews tokens that are a day old: the humans consented yesterday.
  const sandbox = await start({ clock: { start: new Date(Date.now() - daySeconds * 1_000) }, ...options });
  try {
    note(`Sandbox on ${sandbox.url}. Everything in it is made up, kept in memory and gone when it stops.`);
    note("");
    const consents: Consent[] = [];
    for (const { name, tokenPath } of sandbox.platforms) {
      note(`  ${name.padEnd(18)} ${sandbox.url}/${name}${tokenPath}`);
      consents.push(await sandbox.control.consent(name, { account: "demo" }));
    }
    if (options.clock === undefined) await sandbox.control.advance(daySeconds);
    note("");
    note("One human has consented on each platform. To use these grants, set");
    note("");
    for (const [index, consent] of consents.entries()) note(`  export ${exportsOf(sandbox.platforms[index], consent)}`);
    note("");
    note("and put this into tokenward.config.yaml:");
    note("");
    note("  # yaml-language-server: $schema=./tokenward.schema.json");
    note("  auth:");
    note("    writeback: { backend: local, local: { store: file } }");
    note("  platforms:");
    for (const [index, consent] of consents.entries()) {
      const platform = sandbox.platforms[index];
      for (const line of configurationOf(platform, consent, sandbox.url)) note(`    ${line}`);
    }
    note("");
    note("What its first line names, an editor reads: tokenward config schema > tokenward.schema.json");
    note(`What happened so far: curl -X POST ${sandbox.url}/_control/ledger`);
    note("Stop with Ctrl-C.");
    await aborted(signal);
  } finally {
    await sandbox.close();
  }
}

/** The platform's part of a configuration, below `platforms:`. */
function configurationOf(platform: SandboxPlatform | undefined, consent: Consent, url: string): readonly string[] {
  const refresher = platform?.refresher ?? consent.platform;
  const differs = refresher !== consent.platform || refresher === "oauth2";
  const options: Record<string, string> = {
    ...(differs ? { refresher } : {}),
    ...(refresher === "oauth2" && platform?.refresherOptions === undefined ? { rotation: "always" } : {}),
    ...platform?.refresherOptions,
    token_url: consent.tokenUrl,
  };
  for (const [option, path] of Object.entries(platform?.addressOptions ?? {})) {
    options[option] = `${url}/${consent.platform}${path}`;
  }
  if (!asksForNoClient(platform)) {
    options[platform?.clientIdOption ?? "client_id"] = consent.clientId;
    options["client_secret"] = `"\${${prefixOf(consent)}_CLIENT_SECRET}"`;
  }
  return [`${consent.platform}:`, ...Object.entries(options).map(([name, value]) => `  ${name}: ${value}`)];
}

function exportsOf(platform: SandboxPlatform | undefined, consent: Consent): string {
  const secret = asksForNoClient(platform) ? "" : `${prefixOf(consent)}_CLIENT_SECRET='${consent.clientSecret ?? ""}' `;
  const presents = platform?.policy.presents ?? "refresh-token";
  if (presents === "refresh-token") return `${secret}${prefixOf(consent)}_REFRESH_TOKEN='${consent.refreshToken}'`;
  return `${secret}${prefixOf(consent)}_ACCESS_TOKEN='${consent.accessToken}'`;
}

function asksForNoClient(platform: SandboxPlatform | undefined): boolean {
  return platform?.needsNoClient?.(platform.settings ?? {}) === true;
}

function prefixOf(consent: Consent): string {
  return consent.platform.toUpperCase().replaceAll("-", "_");
}

async function start(options: SandboxOptions): Promise<Sandbox> {
  try {
    return await createSandbox(options);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EADDRINUSE") throw error;
    throw new Error(`Port ${String(options.port)} is taken by another program; choose another one.`, { cause: error });
  }
}

async function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
}
