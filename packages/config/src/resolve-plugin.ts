import { readFileSync, statSync } from "node:fs";
import path from "node:path";
import { isFileName } from "./plugin-name.ts";
import { resolveExports, type ExportsField } from "./resolve-exports.ts";

/** A plugin's entry file on this machine. */
export interface PluginFile {
  readonly file: string;
  /** Of the package; absent for a file that is named directly. */
  readonly version?: string | undefined;
}

interface Manifest {
  readonly version?: string;
  readonly exports?: ExportsField;
  readonly main?: string;
}

/**
 * Finds a package or a file from a folder as the user sees it: through symbolic links, never through what they point
 * to, because that is where they ran `npm install`. `undefined` where it is not installed.
 *
 * @throws Error where it is there, but has no usable entry
 */
export function findPlugin(specifier: string, folder: string): PluginFile | undefined {
  if (isFileName(specifier)) {
    const file = path.resolve(folder, specifier);
    return isFile(file) ? { file } : undefined;
  }
  const match = /^((?:@[^/\\%]+\/)?[^/\\%@.][^/\\%]*)(\/.*)?$/.exec(specifier);
  if (match === null) return undefined;
  const name = match[1] as string;
  for (let at = folder; ; at = path.dirname(at)) {
    const root = path.join(at, "node_modules", name);
    const manifest = readManifest(path.join(root, "package.json"));
    if (manifest !== undefined)
      return { file: entryOf(root, manifest, `.${match[2] ?? ""}`), version: manifest.version };
    if (path.dirname(at) === at) return undefined;
  }
}

function readManifest(file: string): Manifest | undefined {
  if (!isFile(file)) return undefined;
  return JSON.parse(readFileSync(file, "utf8")) as Manifest;
}

function entryOf(root: string, manifest: Manifest, subpath: string): string {
  const found =
    manifest.exports === undefined || manifest.exports === null
      ? legacyEntries(manifest, subpath).find((entry) => isFile(path.join(root, entry)))
      : resolveExports(manifest.exports, subpath, conditions());
  if (found === undefined || !isFile(path.join(root, found))) throw new Error("its package has no such entry");
  return path.join(root, found);
}

function legacyEntries({ main }: Manifest, subpath: string): readonly string[] {
  if (subpath !== ".") return [subpath];
  return [...(main === undefined ? [] : [main, `${main}.js`, `${main}/index.js`]), "index.js"];
}

// What this process itself was started with counts for plugins, too: else a plugin could load another copy of core.
function conditions(): ReadonlySet<string> {
  const found = new Set(["node", "import", "module-sync"]);
  const args = [...(process.env["NODE_OPTIONS"]?.split(/\s+/) ?? []), ...process.execArgv];
  for (const [index, arg] of args.entries()) {
    const match = /^(?:-C|--conditions)(?:=(.+))?$/.exec(arg);
    const condition = match === null ? undefined : (match[1] ?? args[index + 1]);
    if (condition !== undefined) found.add(condition);
  }
  return found;
}

function isFile(file: string): boolean {
  return statSync(file, { throwIfNoEntry: false })?.isFile() ?? false;
}
