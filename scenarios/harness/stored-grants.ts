import type { StoredGrant } from "@tokenward/core";
import { testIO } from "@tokenward/testing";
import { systemIdentity } from "@tokenward/core";
import local from "@tokenward/writeback-local";
import type { Workspace } from "./workspace.ts";

/** What a workspace's store holds now, as anybody with its identity could read it. */
export async function storedGrants(
  workspace: Workspace,
  names: readonly string[],
): Promise<ReadonlyMap<string, StoredGrant>> {
  const { folder, env, storeFolder } = workspace;
  const writeBack = local.create({ store: "file", path: storeFolder }, { folder, env });
  const io = testIO({ env, identity: systemIdentity(env) });
  const found = new Map<string, StoredGrant>();
  for (const name of names) {
    const grant = await writeBack.read(name, io);
    if (grant !== undefined) found.set(name, grant);
  }
  return found;
}
