import { describe, type SuiteAPI } from "vitest";
import { startWorkspaceRegistry, type WorkspaceRegistry } from "./workspace-registry.ts";

/** The registry of this test run. The global set-up started it, and ends it. */
export const registry: WorkspaceRegistry = await startWorkspaceRegistry();

// `.ci/run` says by the second that it wants nothing left out for want of a network.
const required =
  !["", "0", "false", undefined].includes(process.env["CI"]) || process.env["TOKENWARD_NODES"] === "required";

if (required && registry.unreachable !== undefined) throw new Error(registry.unreachable);

/**
 * Like `describe`, for tests that install packages of others: skipped where no package registry can be reached, as the
 * global set-up then says. On CI that is a failure.
 */
export const describeInstalled: SuiteAPI["skip"] = registry.unreachable === undefined ? describe : describe.skip;
