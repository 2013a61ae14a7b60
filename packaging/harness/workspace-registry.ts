import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { createEmptyProject, type EmptyProject } from "./empty-project.ts";
import { packRelease, type PackedPackage } from "./pack-release.ts";
import { startRegistryServer } from "./registry-server.ts";
import { mustRun } from "./run-command.ts";
import { npmEnvironment, npmScript, root } from "./tools.ts";
import { publishablePackages } from "./workspace-packages.ts";

export type { CommandResult } from "./run-command.ts";
export type { EmptyProject, PackedPackage };

/** A throw-away registry that has every publishable package of this workspace, as the next release would publish it. */
export interface WorkspaceRegistry {
  /** Ends with a slash. Packages of others come from the registry that npm is configured for. */
  readonly url: string;
  readonly packages: readonly PackedPackage[];
  /** Why packages of others cannot be had; undefined where they can. */
  readonly unreachable: string | undefined;
  /** The npmrc of an npm that uses it, and may publish to it. */
  readonly npmConfig: string;
  emptyProject(name: string): Promise<EmptyProject>;
  /** Ends it, where this call's own process started it. */
  close(): Promise<void>;
}

/** What another process needs to use a running registry. */
interface Shared {
  readonly url: string;
  readonly packages: readonly PackedPackage[];
  readonly unreachable: string | undefined;
  readonly npmConfig: string;
}

// Names a file, because Windows has little room in a variable.
const variable = "TOKENWARD_WORKSPACE_REGISTRY";

/**
 * The registry of this test run: the one that the global set-up started, else a new one.
 *
 * A new one needs a build, and a few seconds.
 */
export async function startWorkspaceRegistry(): Promise<WorkspaceRegistry> {
  const running = process.env[variable];
  if (running !== undefined) {
    return usable(JSON.parse(await readFile(running, "utf8")) as Shared, async () => undefined);
  }
  const { shared, close } = await launch();
  return usable(shared, close);
}

/** Starts the one that every `startWorkspaceRegistry` of this process and its children will use. */
export async function shareWorkspaceRegistry(): Promise<() => Promise<void>> {
  const { shared, close } = await launch();
  const file = path.join(path.dirname(shared.npmConfig), "registry.json");
  await writeFile(file, JSON.stringify(shared));
  process.env[variable] = file;
  return async () => {
    delete process.env[variable];
    await close();
  };
}

function usable(shared: Shared, close: () => Promise<void>): WorkspaceRegistry {
  return { ...shared, close, emptyProject: async (name) => await createEmptyProject(name, shared.npmConfig) };
}

async function launch(): Promise<{ shared: Shared; close: () => Promise<void> }> {
  const folder = await mkdtemp(path.join(tmpdir(), "tokenward-registry-"));
  const undo = [async () => await rm(folder, { recursive: true, force: true, maxRetries: 3 })];
  const close = async (): Promise<void> => {
    for (const step of undo.splice(0).toReversed()) await step();
  };
  try {
    const tarballs = path.join(folder, "tarballs");
    await mkdir(tarballs);
    const upstream = await configuredRegistry();
    const packages = await packRelease(tarballs);
    const server = await startRegistryServer(
      new Set(publishablePackages().map(({ manifest }) => manifest.name)),
      upstream,
    );
    undo.push(async () => await server.close());
    const npmConfig = path.join(folder, "npmrc");
    await writeFile(npmConfig, settings(server.url, path.join(folder, "npm-cache")));
    // As the release does, but for the provenance, which only the release's own workflow can vouch for.
    const publish = [path.join(root, "scripts", "release-publish.mjs"), tarballs, "--provenance=false"];
    await mustRun(process.execPath, publish, { cwd: root, env: npmEnvironment(npmConfig) });
    return { shared: { url: server.url, packages, npmConfig, unreachable: await unreachable(server.url) }, close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function configuredRegistry(): Promise<URL> {
  const args = [npmScript(), "config", "get", "registry"];
  const { stdout } = await mustRun(process.execPath, args, { cwd: root, env: process.env });
  return new URL(stdout.trim());
}

function settings(url: string, cache: string): string {
  const lines = {
    registry: url,
    "@tokenward:registry": url,
    [`${url.replace(/^http:/, "")}:_authToken`]: "throw-away",
    cache,
    // Addresses of tarballs name the upstream: through us all the same, because only we know how to reach it.
    "replace-registry-host": "always",
    audit: false,
    fund: false,
    "update-notifier": false,
    progress: false,
  };
  return Object.entries(lines)
    .map(([key, value]) => `${key}=${value}\n`)
    .join("");
}

async function unreachable(url: string): Promise<string | undefined> {
  const response = await fetch(`${url}zod`, { headers: { accept: "application/vnd.npm.install-v1+json" } });
  const text = await response.text();
  return response.ok
    ? undefined
    : `no package registry can be reached (status ${response.status}: ${text.slice(0, 200)})`;
}
