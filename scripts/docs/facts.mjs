// Prints, as JSON, what the generated pages say. Runs on the repository's own Node, which reads its TypeScript as it is.
import { readFileSync } from "node:fs";
import path from "node:path";
import { bundledPlugins } from "../../apps/cli/src/bundled-plugins.ts";
import { configJsonSchema } from "../../packages/config/src/index.ts";
import * as descriptions from "../../packages/config/src/key-descriptions.ts";
import { grantShape, platformShape } from "../../packages/config/src/schema.ts";
import { errorCatalogue } from "../../packages/core/src/errors/catalogue.ts";
import { packageFolders } from "../bootstrap.mjs";
import { commandPages } from "./commands.mjs";
import { optionsOf } from "./option-descriptions.mjs";

const folders = new Map(
  packageFolders().map((folder) => [JSON.parse(readFileSync(path.join(folder, "package.json"), "utf8")).name, folder]),
);
// In a configuration these are the engine's, also where a refresher has an option of that name for use in code.
const engineKeys = new Set([...Object.keys(grantShape), ...Object.keys(platformShape)]);

const plugins = [];
for (const [name, load] of Object.entries(bundledPlugins)) {
  const { default: plugin } = await load();
  const known = Object.keys(plugin.options.shape ?? {});
  const described = optionsOf(folders.get(name)).filter((option) => !engineKeys.has(option.name));
  const options = described.filter((option) => known.length === 0 || known.includes(option.name));
  const silent = known.filter(
    (key) => !engineKeys.has(key) && !options.some((option) => option.name === key && option.text),
  );
  plugins.push({
    package: name,
    kind: plugin.kind,
    name: plugin.pluginName,
    secrets: plugin.secretOptions,
    options,
    silent,
  });
}
const optionDescriptions = Object.fromEntries(
  plugins.map((plugin) => [
    plugin.package,
    Object.fromEntries(plugin.options.map(({ name, text }) => [name, text.replaceAll("`", "")])),
  ]),
);
// From a folder above which nothing lies: only the plugins on board are meant.
const schema = await configJsonSchema({
  folder: path.parse(process.cwd()).root,
  bundled: bundledPlugins,
  optionDescriptions,
});
process.stdout.write(
  JSON.stringify({
    errors: errorCatalogue,
    commands: commandPages(),
    descriptions,
    plugins,
    optionDescriptions,
    schema,
  }),
);
