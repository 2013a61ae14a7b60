import { builtinModules } from "node:module";
import path from "node:path";
import { isForTests, type PackageKind, type SourceFile, type WorkspacePackage } from "./workspace.ts";

/** Which of Tokenward's own packages each kind may import, and how to say it. */
const allowed: Readonly<Record<PackageKind, { readonly imports: RegExp; readonly rule: string }>> = {
  core: { imports: /^$/, rule: "core imports no other package of Tokenward" },
  sandbox: { imports: /^$/, rule: "the sandbox imports no other package of Tokenward, so that it can judge them" },
  plugin: { imports: /^@tokenward\/core\/plugin$/, rule: "a plugin imports only @tokenward/core/plugin" },
  library: { imports: /^@tokenward\/core(\/plugin)?$/, rule: "a library imports only @tokenward/core" },
  app: { imports: /^@tokenward\/(?!testing)/, rule: "an app imports no test support" },
  private: { imports: /^@tokenward\/|^tokenward$/, rule: "" },
};

/** Who may import whom. */
export function importFaults(packages: readonly WorkspacePackage[]): string[] {
  const faults = packages.flatMap((found) => found.sources.flatMap((source) => sourceFaults(found, source)));
  return [...faults, ...cycleFaults(packages)];
}

function sourceFaults(owner: WorkspacePackage, source: SourceFile): string[] {
  return source.imports.flatMap((request) => {
    const fault = requestFault(owner, source, request);
    return fault === undefined ? [] : [`${source.path} imports "${request}": ${fault}.`];
  });
}

function requestFault(owner: WorkspacePackage, source: SourceFile, request: string): string | undefined {
  if (request.startsWith(".")) {
    const reached = path.posix.join(path.posix.dirname(source.path), request);
    if (!reached.startsWith(`${owner.folder}/`)) return "import another package by its name, not by its path";
    const test = !source.forTests && isForTests(reached);
    return test ? "what is shipped may not import test code; move what both need" : undefined;
  }
  if (request.startsWith("node:")) return undefined;
  if (builtinModules.includes(request)) return `write it as "node:${request}"`;
  const name = packageName(request);
  const own = name.startsWith("@tokenward/") || name === "tokenward";
  if (own && !source.forTests && !allowed[owner.kind].imports.test(request)) return allowed[owner.kind].rule;
  if (owner.kind === "plugin" && !own && !source.forTests && declared(owner, "dependencies", name) === undefined) {
    return "a plugin imports only @tokenward/core/plugin, zod and its own SDK; add the SDK to its dependencies";
  }
  return usable(owner, source, name) ? undefined : `add ${name} to the manifest of ${owner.folder}`;
}

// Apps bundle what their devDependencies hold; tests may use the repository's own tools.
function usable(owner: WorkspacePackage, source: SourceFile, name: string): boolean {
  const fields = ["dependencies", "peerDependencies"] as const;
  if (fields.some((field) => declared(owner, field, name) !== undefined)) return true;
  if (owner.manifest.name === name) return true;
  const development = declared(owner, "devDependencies", name) !== undefined;
  if (source.forTests || owner.kind === "private") return development || ["vitest", "fast-check"].includes(name);
  return owner.kind === "app" && development;
}

function declared(
  owner: WorkspacePackage,
  field: "dependencies" | "devDependencies" | "peerDependencies",
  name: string,
): string | undefined {
  return owner.manifest[field]?.[name];
}

/** `@scope/name` of `@scope/name/entry`. */
function packageName(request: string): string {
  return request
    .split("/")
    .slice(0, request.startsWith("@") ? 2 : 1)
    .join("/");
}

// Arrows point one way: what a package needs to run never leads back to it.
function cycleFaults(packages: readonly WorkspacePackage[]): string[] {
  const arrows = new Map(
    packages.map(({ manifest }) => [
      manifest.name,
      Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies }),
    ]),
  );
  const done = new Set<string>();
  const visit = (name: string, trail: readonly string[]): string[] => {
    if (trail.includes(name)) {
      return [`Packages depend on each other in a circle: ${[...trail, name].join(" -> ")}. Turn one arrow around.`];
    }
    if (done.has(name)) return [];
    const found = (arrows.get(name) ?? []).flatMap((next) => visit(next, [...trail, name]));
    done.add(name);
    return found;
  };
  return packages.flatMap(({ manifest }) => visit(manifest.name, []));
}
