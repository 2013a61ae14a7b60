import { readFile } from "node:fs/promises";
import path from "node:path";

/**
 * The names of all packages that npm installed beside `alone`, sorted, each once.
 *
 * Left out are the builds for single platforms (`@napi-rs/keyring-linux-x64-gnu`): which one is there depends on the
 * machine, and it belongs to the package whose name it extends.
 */
export async function installedPackages(folder: string, alone: string): Promise<readonly string[]> {
  const lock = path.join(folder, "node_modules", ".package-lock.json");
  const { packages } = JSON.parse(await readFile(lock, "utf8")) as { packages: Record<string, Installed> };
  const found = Object.entries(packages).map(([place, { os, cpu }]) => ({
    name: place.replace(/^.*node_modules\//, ""),
    platform: os !== undefined || cpu !== undefined,
  }));
  const names = new Set(found.filter(({ platform }) => !platform).map(({ name }) => name));
  for (const { name } of found.filter(({ platform }) => platform)) {
    // A build without its package would be a dependency that hides.
    if (![...names].some((owner) => name.startsWith(`${owner}-`))) names.add(name);
  }
  names.delete(alone);
  return [...names].sort();
}

interface Installed {
  readonly os?: readonly string[];
  readonly cpu?: readonly string[];
}
