import path from "node:path";
import type { CommandResult, EmptyProject, WorkspaceRegistry } from "./workspace-registry.ts";
import { chosenFrom, everything } from "./selection.ts";

/** Every kind that can be started, and how its packages are named. */
export const contributedKinds = [
  { kind: "refresher", packageName: "tokenward-refresher-acme" },
  { kind: "write-back", packageName: "tokenward-writeback-acme" },
  { kind: "notifier", packageName: "tokenward-notifier-acme" },
  { kind: "rate-bucket", packageName: "tokenward-rate-bucket-acme" },
] as const;

/** A kind of {@link contributedKinds}. */
export type ContributedKind = (typeof contributedKinds)[number];

/** All four; in the small form one of them, chosen by the seed. */
export function selectedKinds(): readonly ContributedKind[] {
  if (everything) return contributedKinds;
  return chosenFrom(contributedKinds, 1);
}

/** What a contributor types, in an empty folder outside the checkout; nothing of it comes from the checkout. */
export async function createAsContributor(
  registry: WorkspaceRegistry,
  { kind }: ContributedKind,
): Promise<EmptyProject> {
  const project = await registry.emptyProject(`contributor-${kind}`);
  const args = ["create", "--yes", "tokenward-plugin", "acme", "--", "--kind", kind, "--folder", "."];
  succeeded(await project.run("npm", args));
  return project;
}

/** Packs the plugin as its release would, and installs it beside the CLI in another empty folder. */
export async function installBesideCli(
  registry: WorkspaceRegistry,
  plugin: EmptyProject,
  { kind, packageName }: ContributedKind,
): Promise<EmptyProject> {
  const { stdout } = succeeded(await plugin.run("npm", ["pack", "--silent"]));
  const user = await registry.emptyProject(`user-of-${kind}`);
  const tarball = stdout.trim().split("\n").at(-1) ?? "";
  await user.install("tokenward", path.join(plugin.folder, tarball));
  // As published: nothing but what was built.
  await user.read(`node_modules/${packageName}/dist/index.js`);
  return user;
}

/** Rejects with all that was printed where a command failed. */
export function succeeded(result: CommandResult): CommandResult {
  if (result.code === 0) return result;
  throw new Error(`it ended with ${result.code}:\n${result.stdout}\n${result.stderr}`);
}
