// Writes what is made from the sources: docs/command-line.md, docs/errors.md, the tables of docs/configuration.md, the JSON Schema that the
// CLI brings along, and what options mean. With --check it says whether they are up to date.
import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { bootstrap, main, root, run, SetUpError } from "./bootstrap.mjs";
import { commandLinePage } from "./docs/command-line-page.mjs";
import { configurationPage } from "./docs/configuration-page.mjs";
import { errorsPage } from "./docs/errors-page.mjs";

await main(async () => {
  const { env, node, tool } = await bootstrap();
  const facts = await readFacts(node, env);
  const silent = facts.plugins.flatMap((plugin) => plugin.silent.map((option) => `${option} of ${plugin.package}`));
  if (silent.length > 0) throw new SetUpError(`These options have no words in their interface: ${silent.join(", ")}.`);

  const formatted = (file, text) => format(file, text, node, tool("oxfmt", "oxfmt"), env);
  const configuration = "docs/configuration.md";
  const json = (value) => `${JSON.stringify(value, undefined, 2)}\n`;
  const files = {
    "docs/command-line.md": commandLinePage(facts.commands),
    "docs/errors.md": errorsPage(facts.errors),
    [configuration]: formatted(configuration, configurationPage(textOf(configuration) ?? "", facts)),
    "apps/cli/schema.json": formatted("apps/cli/schema.json", json(facts.schema)),
    "apps/cli/src/option-descriptions.json": formatted("x.json", json(facts.optionDescriptions)),
  };
  const stale = Object.entries(files).filter(([file, text]) => textOf(file) !== text);
  if (!process.argv.includes("--check")) {
    for (const [file, text] of stale) writeFileSync(path.join(root, file), text);
    return 0;
  }
  for (const [file] of stale) process.stdout.write(`${file} is not what the sources say. Run \`npm run docs\`.\n`);
  return stale.length === 0 ? 0 : 1;
});

// The sources are TypeScript, which the repository's own Node reads as it is.
async function readFacts(node, env) {
  const script = path.join(root, "scripts", "docs", "facts.mjs");
  const { code, output } = await run(node, ["--no-warnings", "--conditions=@tokenward/source", script], { env });
  if (code !== 0) throw new SetUpError(`The sources cannot be read:\n${output}`);
  return JSON.parse(output);
}

// As `npm run format` would leave it, so that the two never undo each other.
function format(file, text, node, oxfmt, env) {
  const result = spawnSync(node, [oxfmt, `--stdin-filepath=${file}`], {
    cwd: root,
    env,
    input: text,
    encoding: "utf8",
  });
  if (result.status !== 0) throw new SetUpError(`${file} cannot be formatted:\n${result.stderr}`);
  return result.stdout;
}

function textOf(file) {
  try {
    return readFileSync(path.join(root, file), "utf8");
  } catch {
    return undefined;
  }
}
