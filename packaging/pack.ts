// Packs a release into the folder that it is given. `scripts/release-pack.mjs` builds first.
import { packRelease, pendingChangesets, unbuiltPackages } from "./harness/pack-release.ts";
import { summaryOf } from "./summary.ts";

const [folder] = process.argv.slice(2);
const pending = pendingChangesets();
const unbuilt = unbuiltPackages();
if (folder === undefined || pending.length > 0 || unbuilt.length > 0) {
  const reason =
    folder === undefined
      ? "Name the folder to pack into."
      : pending.length > 0
        ? `Versions first: ${pending.join(", ")} would not be in the release. Merge the pull request that takes them up.`
        : `Not built: ${unbuilt.join(", ")}.`;
  process.stderr.write(`${reason}\n`);
  process.exitCode = 1;
} else {
  process.stdout.write(summaryOf(await packRelease(folder)));
}
