import { shareWorkspaceRegistry } from "./workspace-registry.ts";

/** One registry for all tests of a run. */
export default async function setup(): Promise<() => Promise<void>> {
  return await shareWorkspaceRegistry();
}
