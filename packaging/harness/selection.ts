import { createHash, randomUUID } from "node:crypto";
import { publishablePackages, type WorkspacePackage } from "./workspace-packages.ts";

/** Whether this is more than the small form. */
export const everything: boolean = ["full", "soak"].includes(process.env["TOKENWARD_SCALE"] ?? "");

// One choice for one seed, so that a red run is red again; new ones are for those who go looking (CONTRIBUTING.md).
const given = process.env["TOKENWARD_SEED"] ?? "20261122";
const seed = given === "random" ? randomUUID() : given;

/** What to try: all that is published; in the small form the command line and two more, chosen by the seed. */
export function selectedPackages(): readonly WorkspacePackage[] {
  const all = publishablePackages();
  if (everything) return all;
  const commandLine = all.filter(({ manifest }) => manifest.name === "tokenward");
  const libraries = all.filter(({ folder }) => folder.startsWith("packages/"));
  return [...commandLine, ...chosenFrom(libraries, 2)];
}

/** So many of them, chosen by the seed. */
export function chosenFrom<T>(all: readonly T[], count: number): readonly T[] {
  const rank = (value: T): string =>
    createHash("sha256")
      .update(`${seed} ${JSON.stringify(value)}`)
      .digest("hex");
  return all.toSorted((a, b) => (rank(a) < rank(b) ? -1 : 1)).slice(0, count);
}
