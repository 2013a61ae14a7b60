import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { parseSync, type Comment, type Program } from "oxc-parser";

/** What a package is, and so what it may import. */
export type PackageKind = "core" | "plugin" | "library" | "sandbox" | "app" | "private";

/** The fields of a package.json that the rules read. */
export interface Manifest {
  readonly name: string;
  readonly [field: string]: unknown;
  readonly private?: boolean;
  readonly exports?: Readonly<Record<string, string | Readonly<Record<string, string>>>>;
  readonly scripts?: Readonly<Record<string, string>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
}

/** One TypeScript file, parsed. */
export interface SourceFile {
  /** Relative to the repository, with slashes. */
  readonly path: string;
  readonly text: string;
  readonly program: Program;
  readonly comments: readonly Comment[];
  /** What it imports or re-exports, statically or not, types included. */
  readonly imports: readonly string[];
  /** Tests and what only they use: `*.test.ts`, `*.fixture.ts`, and everything in a folder `test` or `fixtures`. */
  readonly forTests: boolean;
}

/** One package of the workspace. */
export interface WorkspacePackage {
  /** Relative to the repository, with slashes. */
  readonly folder: string;
  readonly kind: PackageKind;
  readonly manifest: Manifest;
  readonly readme: string | undefined;
  readonly sources: readonly SourceFile[];
}

const packageParents = [
  "packages",
  "packages/refreshers",
  "packages/writebacks",
  "packages/notifiers",
  "apps",
  "examples",
  ".",
];

/** Reads every package below a folder. */
export function readWorkspace(root: string): WorkspacePackage[] {
  return packageParents
    .filter((parent) => existsSync(path.join(root, parent)))
    .flatMap((parent) => foldersIn(root, parent))
    .filter((folder) => existsSync(path.join(root, folder, "package.json")))
    .map((folder) => readPackage(root, folder));
}

function foldersIn(root: string, parent: string): string[] {
  return readdirSync(path.join(root, parent), { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && entry.name !== "node_modules" && !entry.name.startsWith("."))
    .map((entry) => path.posix.join(parent, entry.name));
}

function readPackage(root: string, folder: string): WorkspacePackage {
  const manifest = JSON.parse(readFileSync(path.join(root, folder, "package.json"), "utf8")) as Manifest;
  const readme = path.join(root, folder, "README.md");
  return {
    folder,
    kind: kindOf(folder, manifest),
    manifest,
    readme: existsSync(readme) ? readFileSync(readme, "utf8") : undefined,
    sources: filesBelow(root, folder)
      .filter((file) => file.endsWith(".ts"))
      .map((file) => parseSource(file, readFileSync(path.join(root, file), "utf8"))),
  };
}

function kindOf(folder: string, manifest: Manifest): PackageKind {
  if (manifest.private === true) return "private";
  if (folder === "packages/core") return "core";
  if (folder === "packages/sandbox") return "sandbox";
  if (folder.startsWith("apps/")) return "app";
  return /^packages\/((refreshers|writebacks|notifiers)\/|state-|rate-bucket-)/.test(folder) ? "plugin" : "library";
}

/** Every file below a folder that people wrote, as paths relative to the root, with slashes. */
export function filesBelow(root: string, folder: string): string[] {
  return readdirSync(path.join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const inside = path.posix.join(folder, entry.name);
    const foreign = ["node_modules", "dist", ".git", ".turbo", "coverage"].includes(entry.name);
    if (entry.isDirectory()) return foreign || entry.name === ".tokenward-demo" ? [] : filesBelow(root, inside);
    return entry.isFile() ? [inside] : [];
  });
}

/** Whether only tests may use a file. */
export function isForTests(file: string): boolean {
  return /\.(test|fixture)\.ts$|\/(test|fixtures)\//.test(file);
}

/** Parses one file. */
export function parseSource(file: string, text: string): SourceFile {
  const { program, comments, module } = parseSync(file, text);
  const dynamic = module.dynamicImports.map(({ moduleRequest }) => text.slice(moduleRequest.start, moduleRequest.end));
  return {
    path: file,
    text,
    program,
    comments,
    imports: [
      ...module.staticImports.map((found) => found.moduleRequest.value),
      ...module.staticExports.flatMap((found) =>
        found.entries.flatMap((entry) => (entry.moduleRequest === null ? [] : [entry.moduleRequest.value])),
      ),
      ...dynamic.filter((request) => /^["'`][^$]*["'`]$/.test(request)).map((request) => request.slice(1, -1)),
    ],
    forTests: isForTests(file),
  };
}
