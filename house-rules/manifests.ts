import type { WorkspacePackage } from "./workspace.ts";

const nodeRange = "^22.19.0 || ^24.11.0 || >=26.0.0";
const installScripts = ["preinstall", "install", "postinstall", "prepare"];
const repository = "git+https://github.com/tokenward/tokenward.git";

/** What the manifest of every published package says. */
export function manifestFaults(packages: readonly WorkspacePackage[]): string[] {
  return packages.flatMap((found) => {
    const faults = [...versionFaults(found), ...(found.kind === "private" ? [] : packageFaults(found))];
    return faults.map((fault) => `${found.folder}/package.json: ${fault}.`);
  });
}

// One version of everything: two of one library would be two things to update, and to trust.
function versionFaults({ manifest }: WorkspacePackage): string[] {
  return Object.entries({ ...manifest.dependencies, ...manifest.devDependencies, ...manifest.peerDependencies })
    .filter(([, range]) => range !== "catalog:" && !range.startsWith("workspace:"))
    .map(([name]) => `write "catalog:" for ${name}, and its version into pnpm-workspace.yaml`);
}

function packageFaults(owner: WorkspacePackage): string[] {
  const { folder, kind, manifest } = owner;
  const expected: Readonly<Record<string, unknown>> = {
    type: "module",
    sideEffects: false,
    license: "MIT",
    engines: { node: nodeRange },
    repository: { type: "git", url: repository, directory: folder },
    publishConfig: { access: "public", provenance: true },
    files: filesOf(owner),
  };
  const faults = Object.entries(expected)
    .filter(([field, value]) => JSON.stringify(manifest[field]) !== JSON.stringify(value))
    .map(([field, value]) => `set "${field}" to ${JSON.stringify(value)}`);
  for (const field of ["description", "homepage", "bugs"]) {
    if (typeof manifest[field] !== "string" || manifest[field] === "") faults.push(`add "${field}"`);
  }
  const keywords = Array.isArray(manifest["keywords"]) ? manifest["keywords"] : [];
  const wanted = kind === "plugin" ? ["tokenward", "tokenward-plugin"] : ["tokenward"];
  faults.push(...wanted.filter((word) => !keywords.includes(word)).map((word) => `add the keyword "${word}"`));
  for (const script of installScripts.filter((name) => manifest.scripts?.[name] !== undefined)) {
    faults.push(`remove the script "${script}": nothing may run when a package is installed`);
  }
  return [...faults, ...nameFaults(owner), ...exportFaults(owner), ...coreFaults(owner)];
}

// What is published: a program has its launcher beside what was built, the CLI the schema that editors look for there,
// and a generator what it generates from.
function filesOf({ kind, manifest }: WorkspacePackage): readonly string[] {
  if (kind !== "app") return ["dist"];
  return manifest.name.startsWith("create-") ? ["bin", "dist", "template"] : ["bin", "dist", "schema.json"];
}

function nameFaults({ folder, kind, manifest }: WorkspacePackage): string[] {
  if (kind === "app") return [];
  const [, parent, product] = /^packages\/(?:(refreshers|writebacks|notifiers)\/)?([^/]+)$/.exec(folder) ?? [];
  const name = `@tokenward/${parent === undefined ? "" : `${parent.slice(0, -1)}-`}${product}`;
  return manifest.name === name ? [] : [`name it ${name}, after its folder`];
}

function exportFaults({ kind, manifest }: WorkspacePackage): string[] {
  const entries = Object.entries(manifest.exports ?? {});
  const faults = entries.flatMap(([entry, target]) => {
    if (entry.endsWith(".json")) return [];
    const keys = typeof target === "string" ? "" : Object.keys(target).join();
    return keys === "@tokenward/source,types,default"
      ? []
      : [`give the export "${entry}" the conditions @tokenward/source, types and default, in this order`];
  });
  if (manifest.exports?.["./package.json"] === undefined) faults.push('export "./package.json"');
  if (kind !== "app" && manifest.exports?.["."] === undefined) faults.push('export "."');
  return faults;
}

// Two copies of core in one process would not share single-flight, the redactor or the budgets.
function coreFaults({ kind, manifest }: WorkspacePackage): string[] {
  if (kind !== "plugin") return [];
  const faults: string[] = [];
  if (manifest.peerDependencies?.["@tokenward/core"] !== "workspace:^") {
    faults.push('make @tokenward/core a peer dependency, "workspace:^"');
  }
  if (manifest.dependencies?.["@tokenward/core"] !== undefined) faults.push("take @tokenward/core out of dependencies");
  return faults;
}
