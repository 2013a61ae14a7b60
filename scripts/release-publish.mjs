// Publishes what `scripts/release-pack.mjs` left in a folder: node scripts/release-publish.mjs <folder> [flags of npm].
// It needs Node and npm, and nothing that was installed: whoever may publish runs no code of others.
import { readFileSync } from "node:fs";
import path from "node:path";
import { main, npm, SetUpError } from "./bootstrap.mjs";

// Publishing by the identity of a workflow came with this one.
const oldestNpm = "11.5.1";

await main(async () => {
  const [folder, ...flags] = process.argv.slice(2);
  if (folder === undefined) throw new SetUpError("Name the folder that holds the packed packages.");
  await requireNpm();
  const waiting = JSON.parse(readFileSync(path.join(folder, "packages.json"), "utf8"));
  const failures = [];
  const worker = async () => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const failure = await publish(next, path.resolve(folder), flags);
      if (failure !== undefined) failures.push(failure);
    }
  };
  await Promise.all([worker(), worker()]);
  for (const failure of failures) process.stderr.write(`${failure}\n`);
  return failures.length === 0 ? 0 : 1;
});

/** Publishes one package. What is there already is fine if it is the same: a release that broke off is run again. */
async function publish({ name, version, file, integrity }, cwd, flags) {
  const { code, output } = await npm(["publish", `./${file}`, "--access=public", "--loglevel=error", ...flags], {
    cwd,
  });
  if (code === 0) {
    process.stdout.write(`published  ${name} ${version}\n`);
    return undefined;
  }
  const there = await npm(["view", `${name}@${version}`, "dist.integrity", "--loglevel=silent"], { cwd });
  const found = there.code === 0 ? there.output.trim() : "";
  if (found === integrity) {
    process.stdout.write(`present    ${name} ${version}\n`);
    return undefined;
  }
  const otherwise = found === "" ? "" : "\nA package with other contents is published under this version.";
  return `${name} ${version} could not be published:\n${output.trim()}${otherwise}`;
}

async function requireNpm() {
  const { code, output } = await npm(["--version"]);
  const version = /^\d+\.\d+\.\d+/m.exec(output)?.[0];
  if (code === 0 && version !== undefined && !older(version, oldestNpm)) return;
  throw new SetUpError(`Publishing needs npm ${oldestNpm} or newer, and this is ${version ?? output.trim()}.`);
}

function older(version, than) {
  const [left, right] = [version, than].map((text) => text.split(".").map(Number));
  const index = left.findIndex((part, place) => part !== right[place]);
  return index !== -1 && left[index] < right[index];
}
