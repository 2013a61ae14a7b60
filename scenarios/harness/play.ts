import type { Sandbox } from "@tokenward/sandbox";
import { expect } from "vitest";
import type { Role } from "./cast.ts";
import { PassingTime } from "./passing-time.ts";
import { consentAll, createScenarioSandbox, importConsent, type ConnectedGrant } from "./platforms.ts";
import { createWorkspace, type Workspace } from "./workspace.ts";

/** Many platforms, one machine with a grant on each, and a time that passes for all of them. */
export interface Play {
  readonly sandbox: Sandbox;
  readonly workspace: Workspace;
  readonly time: PassingTime;
  readonly grants: readonly ConnectedGrant[];
  grant(name: string): ConnectedGrant;
  /** Whether an exchange needs an OAuth app. */
  hasClient(name: string): boolean;
  /** What the platform would exchange next. */
  current(name: string): Promise<string>;
  /** The number of the newest request. */
  newest(): Promise<number>;
  /** A human consents anew, and the tokens are imported. */
  consentAgain(name: string): Promise<void>;
  /** No spent token was presented where that is punished, and no grant lost its life. */
  expectPeace(): Promise<void>;
  close(): Promise<void>;
}

/** Seconds until everything is due again: Instagram renews no token that is younger than a day. */
export const untilDue = 90_000;

/** Consents and imports for every role. */
export async function playAll(
  roles: readonly Role[],
  options: {
    /** Every scope that the consent grants is required. */
    readonly requireEverything?: boolean | undefined;
  } = {},
): Promise<Play> {
  const sandbox = await createScenarioSandbox();
  const workspace = await createWorkspace();
  const time = new PassingTime(sandbox);
  const wishes = roles.map(({ wish }) => {
    const scopes = sandbox.platforms.find(({ name }) => name === wish.platform)?.scopes;
    return options.requireEverything === true ? { ...wish, keys: { ...wish.keys, required_scopes: scopes } } : wish;
  });
  const auth = { token: { refresh_at: 0.01 } };
  const grants = new Map((await consentAll(sandbox, workspace, wishes, { auth })).map((grant) => [grant.name, grant]));
  const grantOf = (name: string): ConnectedGrant => {
    const grant = grants.get(name);
    if (grant === undefined) throw new Error(`nobody consented to ${name}`);
    return grant;
  };
  // Two cores, and a process for each import.
  const waiting = [...grants.values()];
  const importAll = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      await importConsent(workspace, next.name, next.consent);
    }
  };
  await Promise.all([importAll(), importAll()]);
  return {
    sandbox,
    workspace,
    time,
    grants: [...grants.values()],
    grant: grantOf,
    hasClient: (name) => {
      const dialect = sandbox.platforms.find((platform) => platform.name === grantOf(name).consent.platform);
      return dialect?.needsNoClient?.(dialect.settings ?? {}) !== true;
    },
    current: async (name) => await sandbox.control.currentRefreshToken(grantOf(name).consent.grantId),
    newest: async () => (await sandbox.control.ledger({ limit: 1 })).entries[0]?.n ?? 0,
    consentAgain: async (name) => {
      const grant = grantOf(name);
      const consent = await sandbox.control.regrant(grant.consent.grantId, grant.wish.consent);
      await importConsent(workspace, name, consent, time.env);
      grants.set(name, { ...grant, consent });
    },
    expectPeace: async () => {
      expect(await sandbox.control.counts()).toMatchObject({ replays: 0, revocations: 0 });
    },
    close: async () => {
      await sandbox.close();
      await workspace.dispose();
    },
  };
}
