// Says what a release has to do now: `version` while changesets wait, `publish` while a version is not on the registry,
// else `none`. It needs Node and npm, and nothing that was installed.
import { appendFileSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { main, npm, packageFolders, root, SetUpError } from "./bootstrap.mjs";

await main(async () => {
  const mode = await nextStep();
  process.stdout.write(`${mode}\n`);
  // How a step of a workflow hands something on.
  if (process.env.GITHUB_OUTPUT) appendFileSync(process.env.GITHUB_OUTPUT, `mode=${mode}\n`);
  return 0;
});

async function nextStep() {
  const changesets = readdirSync(path.join(root, ".changeset"));
  if (changesets.some((file) => file.endsWith(".md") && file !== "README.md")) return "version";
  for (const { name, version } of publishable()) {
    if (!(await isPublished(`${name}@${version}`))) return "publish";
  }
  return "none";
}

function publishable() {
  return packageFolders()
    .map((folder) => JSON.parse(readFileSync(path.join(root, folder, "package.json"), "utf8")))
    .filter((manifest) => manifest.private !== true);
}

// A registry that cannot be asked is no registry that lacks a package.
async function isPublished(spec) {
  const { code, output } = await npm(["view", spec, "version", "--json"]);
  if (code === 0) return /\d/.test(output);
  if (/E404/.test(output)) return false;
  throw new SetUpError(`npm could not say whether ${spec} is published:\n${output.trim()}`);
}
