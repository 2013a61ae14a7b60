import type { Command } from "commander";
import { json, type Run } from "./run.ts";

/** `tokenward config …` and `tokenward plugins …` */
export function addConfigCommands(program: Command, run: Run): void {
  const config = program
    .command("config")
    .summary("look after the configuration")
    .description("Looks after the configuration. Connects nowhere and changes nothing.");
  const check = config
    .command("check")
    .summary("report every mistake in the configuration")
    .description("Reads the configuration and its plugins, connects nowhere, and reports every mistake at once.")
    .option(...json)
    .action(() =>
      run(check, async (context) => await (await import("../commands/config-check.ts")).configCheck(context)),
    );
  const schema = config
    .command("schema")
    .summary("print a JSON Schema of the configuration, for editors")
    .description(
      "Prints one JSON Schema (draft 2020-12) of the configuration, with the options of its plugins and of those on board.",
    )
    .option(...json)
    .action(() =>
      run(schema, async (context) => await (await import("../commands/config-schema.ts")).configSchema(context)),
    );

  const plugins = program
    .command("plugins")
    .summary("look at plugins")
    .description("Looks at plugins: refreshers, write-backs, notifiers, rate buckets and states.");
  const list = plugins
    .command("list")
    .summary("list the plugins on board and those the configuration uses")
    .description("Lists the plugins that this CLI brings along and, where there is one, those of the configuration.")
    .option(...json)
    .action(() =>
      run(list, async (context) => await (await import("../commands/plugins-list.ts")).pluginsList(context)),
    );
}
