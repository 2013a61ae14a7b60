import { createSandbox, type Sandbox, type SandboxOptions } from "./create.ts";
import type { Consent } from "./control.ts";

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
  const sandbox = await start(options);
  try {
    note(`Sandbox on ${sandbox.url}. Everything in it is made up, kept in memory and gone when it stops.`);
    note("");
    const consents: Consent[] = [];
    for (const { name, tokenPath } of sandbox.platforms) {
      note(`  ${name.padEnd(10)} ${sandbox.url}/${name}${tokenPath}`);
      consents.push(await sandbox.control.consent(name, { account: "demo" }));
    }
    note("");
    note("One human has consented on each platform. To use these grants, set");
    note("");
    for (const consent of consents) {
      const prefix = consent.platform.toUpperCase().replaceAll("-", "_");
      note(
        `  export ${prefix}_CLIENT_SECRET='${consent.clientSecret ?? ""}' ${prefix}_REFRESH_TOKEN='${consent.refreshToken}'`,
      );
    }
    note("");
    note("and put this into tokenward.config.yaml:");
    note("");
    note("  auth:");
    note("    writeback: { backend: local, local: { store: file } }");
    note("  platforms:");
    for (const [index, consent] of consents.entries()) {
      const platform = sandbox.platforms[index];
      const idOption = platform?.clientIdOption ?? "client_id";
      const prefix = consent.platform.toUpperCase().replaceAll("-", "_");
      const refresher = platform?.refresher ?? consent.platform;
      note(`    ${consent.platform}:`);
      if (refresher !== consent.platform || refresher === "oauth2") {
        note(`      refresher: ${refresher}`);
        note("      rotation: always");
      }
      note(`      token_url: ${consent.tokenUrl}`);
      for (const [option, path] of Object.entries(platform?.addressOptions ?? {})) {
        note(`      ${option}: ${sandbox.url}/${consent.platform}${path}`);
      }
      note(`      ${idOption}: ${consent.clientId}`);
      note(`      client_secret: "\${${prefix}_CLIENT_SECRET}"`);
    }
    note("");
    note(`What happened so far: curl -X POST ${sandbox.url}/_control/ledger`);
    note("Stop with Ctrl-C.");
    await aborted(signal);
  } finally {
    await sandbox.close();
  }
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
