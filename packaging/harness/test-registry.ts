import { describe, type SuiteAPI } from "vitest";
import { startWorkspaceRegistry, type WorkspaceRegistry } from "./workspace-registry.ts";

/** The registry of this test run. The global set-up started it, and ends it. */
export const registry: WorkspaceRegistry = await startWorkspaceRegistry();

/**
 * Like `describe`, for tests that install packages of others: skipped where no package registry can be reached, as the
 * global set-up then says. Never on CI.
 */
export const describeInstalled: SuiteAPI["skip"] =
  registry.unreachable !== undefined && !process.env["CI"] ? describe.skip : describe;
