import { createHash } from "node:crypto";
import { existsSync, readdirSync } from "node:fs";
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { mustRun } from "./run-command.ts";
import { pnpmScript, root, withoutPackageManager } from "./tools.ts";
import { publishablePackages, readManifest, workspacePackages, type Manifest } from "./workspace-packages.ts";

/** One package as it would be published. */
export interface PackedPackage {
  /** Its folder in the checkout, relative and with slashes. */
  readonly folder: string;
  /** With the version that changesets gave it. */
  readonly manifest: Manifest;
  /** The tarball. */
  readonly file: string;
  /** Of the tarball, in bytes. */
  readonly size: number;
  /** The paths in it. */
  readonly files: readonly string[];
}

const neverPacked = new Set(["node_modules", "dist.next", "dist.old", ".turbo"]);

/**
 * Packs every publishable package into `destination` as the next release would: versions by changesets, then `pnpm
 * pack`, with a list of them in `packages.json`. All of it happens to a copy; the checkout is only read. What has not
 * been built is left out: `unbuiltPackages` names it.
 */
export async function packRelease(destination: string): Promise<readonly PackedPackage[]> {
  const copy = await mkdtemp(path.join(tmpdir(), "tokenward-release-"));
  try {
    await copyCheckout(copy);
    if (pendingChangesets().length > 0) {
      await mustRun(process.execPath, [changesetScript(), "version"], { cwd: copy, env: calm() });
    }
    for (const { folder } of publishablePackages()) await cleanManifest(path.join(copy, folder, "package.json"));
    const packages = await packAll(copy, destination);
    await writeFile(path.join(destination, "packages.json"), JSON.stringify(await Promise.all(packages.map(listed))));
    return packages;
  } finally {
    await rm(copy, { recursive: true, force: true });
  }
}

/** The changesets that no release has taken up yet, by file name. */
export function pendingChangesets(): readonly string[] {
  return readdirSync(path.join(root, ".changeset")).filter((file) => file.endsWith(".md") && file !== "README.md");
}

/** The names of publishable packages that have no `dist`. */
export function unbuiltPackages(): readonly string[] {
  const unbuilt = publishablePackages().filter(({ folder }) => !isBuilt(folder));
  return unbuilt.map(({ manifest }) => manifest.name);
}

function isBuilt(folder: string): boolean {
  return existsSync(path.join(root, folder, "dist"));
}

async function copyCheckout(copy: string): Promise<void> {
  for (const entry of ["package.json", "pnpm-workspace.yaml", ".changeset", "LICENSE"]) {
    await cp(path.join(root, entry), path.join(copy, entry), { recursive: true });
  }
  for (const { folder, manifest } of workspacePackages()) {
    const from = path.join(root, folder);
    // Of what is never published only the manifest counts: others may name it.
    await (manifest.private === true
      ? cp(path.join(from, "package.json"), path.join(copy, folder, "package.json"))
      : cp(from, path.join(copy, folder), {
          recursive: true,
          filter: (file) =>
            !path
              .relative(from, file)
              .split(path.sep)
              .some((part) => neverPacked.has(part)),
        }));
  }
  // `.changeset/config.json` names a module of it.
  const modules = path.join(copy, "node_modules", "@changesets");
  await mkdir(modules, { recursive: true });
  await symlink(path.dirname(changesetScript()), path.join(modules, "cli"), "junction");
}

// What only a checkout can use would point at files that are not in the tarball.
async function cleanManifest(file: string): Promise<void> {
  const manifest = JSON.parse(await readFile(file, "utf8")) as Record<string, unknown>;
  for (const key of ["devDependencies", "scripts", "tokenwardBuild"]) delete manifest[key];
  const clean = JSON.stringify(manifest, (key, value: unknown) => (key === "@tokenward/source" ? undefined : value), 2);
  await writeFile(file, `${clean}\n`);
}

/** What `scripts/release-publish.mjs` reads of a package. */
async function listed({ manifest: { name, version }, file }: PackedPackage): Promise<object> {
  const integrity = `sha512-${createHash("sha512")
    .update(await readFile(file))
    .digest("base64")}`;
  return { name, version, file: path.basename(file), integrity };
}

async function packAll(copy: string, destination: string): Promise<readonly PackedPackage[]> {
  const wanted = publishablePackages().filter(({ folder }) => isBuilt(folder));
  const filters = wanted.map(({ manifest }) => `--filter=${manifest.name}`);
  const args = [pnpmScript(), ...filters, "pack", "--json", "--pack-destination", destination];
  const { stdout } = await mustRun(process.execPath, args, { cwd: copy, env: calm() });
  const reports = JSON.parse(stdout.slice(stdout.indexOf("["))) as readonly PackReport[];
  return wanted.map(({ folder, manifest: { name } }) => {
    const report = reports.find((found) => found.name === name);
    if (report === undefined) throw new Error(`pnpm packed everything but ${name}.`);
    const files = report.files.map((entry) => entry.path);
    return { folder, manifest: readManifest(path.join(copy, folder)), file: report.filename, size: report.size, files };
  });
}

interface PackReport {
  readonly name: string;
  readonly filename: string;
  readonly size: number;
  readonly files: readonly { readonly path: string }[];
}

function changesetScript(): string {
  return path.join(root, "node_modules", "@changesets", "cli", "bin.js");
}

function calm(): NodeJS.ProcessEnv {
  return { ...withoutPackageManager(), NO_COLOR: "1" };
}
