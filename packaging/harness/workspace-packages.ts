import { existsSync, globSync, readFileSync } from "node:fs";
import path from "node:path";
import { parse } from "yaml";
import { root } from "./tools.ts";

/** What the harness reads of a package.json. */
export interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly private?: boolean;
  readonly exports?: Readonly<Record<string, unknown>>;
  readonly bin?: Readonly<Record<string, string>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
}

/** One package of the checkout. */
export interface WorkspacePackage {
  /** Relative to the checkout, with slashes. */
  readonly folder: string;
  readonly manifest: Manifest;
}

/** Every package that `pnpm-workspace.yaml` names, in the order of their folders. */
export function workspacePackages(): readonly WorkspacePackage[] {
  const { packages } = parse(readFileSync(path.join(root, "pnpm-workspace.yaml"), "utf8")) as { packages: string[] };
  return globSync(packages, { cwd: root })
    .map((folder) => folder.split(path.sep).join("/"))
    .filter((folder) => existsSync(path.join(root, folder, "package.json")))
    .sort()
    .map((folder) => ({ folder, manifest: readManifest(path.join(root, folder)) }));
}

/** Those that are published. */
export function publishablePackages(): readonly WorkspacePackage[] {
  return workspacePackages().filter(({ manifest }) => manifest.private !== true);
}

/** The package.json in a folder. */
export function readManifest(folder: string): Manifest {
  return JSON.parse(readFileSync(path.join(folder, "package.json"), "utf8")) as Manifest;
}

/** What can be imported of it: `@tokenward/core`, `@tokenward/core/plugin`. */
export function entryPoints({ name, exports = {} }: Manifest): readonly string[] {
  const keys = Object.keys(exports).filter((key) => !key.endsWith(".json") && !key.includes("*"));
  return keys.map((key) => name + key.slice(1));
}

/** The files that a manifest points at, relative to it. */
export function filesNamedIn({ exports = {}, bin = {} }: Manifest): readonly string[] {
  const targets = (value: unknown): string[] =>
    typeof value === "string" ? [value] : Object.values((value ?? {}) as Record<string, unknown>).flatMap(targets);
  return [...new Set([...targets(exports), ...targets(bin)])].map((target) => target.replace(/^\.\//, ""));
}
