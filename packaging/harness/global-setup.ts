import { shareWorkspaceRegistry, startWorkspaceRegistry } from "./workspace-registry.ts";

/** One registry for all tests of a run. */
export default async function setup(): Promise<() => Promise<void>> {
  const end = await shareWorkspaceRegistry();
  const { unreachable } = await startWorkspaceRegistry();
  if (unreachable !== undefined) {
    process.stderr.write(`Packages of others cannot be installed: ${unreachable}. Tests that want them are skipped.\n`);
  }
  return end;
}
