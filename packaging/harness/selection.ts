import { seed, seededRandom } from "../../scenarios/harness/seed.ts";
import { publishablePackages, type WorkspacePackage } from "./workspace-packages.ts";

/** Whether this is more than the small form. */
export const everything: boolean = ["full", "soak"].includes(process.env["TOKENWARD_SCALE"] ?? "");

/** What to try: all that is published; in the small form the command line and two more, chosen by the seed. */
export function selectedPackages(): readonly WorkspacePackage[] {
  const all = publishablePackages();
  if (everything) return all;
  const chosen = chosenFrom(
    all.filter(({ manifest }) => manifest.name !== "tokenward"),
    2,
  );
  return all.filter((candidate) => candidate.manifest.name === "tokenward" || chosen.includes(candidate));
}

/** So many of them, chosen by the seed. */
export function chosenFrom<T>(all: readonly T[], count: number): readonly T[] {
  const random = seededRandom(seed);
  const others = [...all];
  return [...Array(count)].flatMap(() => others.splice(Math.floor(random() * others.length), 1));
}
