import type { LedgerCounts, LedgerEntry, Sandbox } from "@tokenward/sandbox";
import {
  connect,
  createScenarioSandbox,
  type ConfigurationBlocks,
  type ConnectedGrant,
  type GrantWish,
} from "./platforms.ts";
import { createWorkspace, type Workspace } from "./workspace.ts";

/** A sandbox, a machine, and the grants on both, with what a judge asks of the ledger. */
export interface Scene {
  readonly sandbox: Sandbox;
  readonly workspace: Workspace;
  readonly grants: readonly ConnectedGrant[];
  /** The only grant, or the one of that name. */
  grant(name?: string): ConnectedGrant;
  /** Exact counts of everything since the sandbox started. */
  counts(): Promise<LedgerCounts>;
  /** All requests so far, oldest first. */
  entries(): Promise<readonly LedgerEntry[]>;
  /** Once is enough; more often does no harm. */
  close(): Promise<void>;
}

/** Sets the scene: every grant consented to and imported. */
export async function setScene(
  wishes: readonly GrantWish[],
  blocks: ConfigurationBlocks = {},
  workspace?: Workspace,
): Promise<Scene> {
  const sandbox = await createScenarioSandbox();
  const machine = workspace ?? (await createWorkspace());
  const grants = await connect(sandbox, machine, wishes, blocks);
  let closed = false;
  return {
    sandbox,
    workspace: machine,
    grants,
    grant: (name) => {
      const [found, ...others] = grants.filter((grant) => name === undefined || grant.name === name);
      if (found === undefined || others.length > 0) throw new Error(`which grant is ${name ?? "the only one"}?`);
      return found;
    },
    counts: async () => await sandbox.control.counts(),
    entries: async () => (await sandbox.control.ledger()).entries,
    close: async () => {
      if (closed) return;
      closed = true;
      await sandbox.close();
      await machine.dispose();
    },
  };
}
