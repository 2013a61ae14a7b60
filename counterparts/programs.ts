import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";

/** Where scripts/install-counterparts.mjs puts what no package of the system brings. */
export const counterpartsFolder: string = fileURLToPath(new URL("../.counterparts/", import.meta.url));

/** The path of a program that was installed for the tests, else of one on PATH; `undefined` where there is none. */
export function findProgram(name: string, ...folders: readonly string[]): string | undefined {
  const places = [...folders, "bin"].map((folder) => join(counterpartsFolder, folder));
  return [...places, ...(process.env["PATH"] ?? "").split(delimiter)]
    .map((folder) => join(folder, name))
    .find((file) => isExecutable(file));
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
