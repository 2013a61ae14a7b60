import { defineNotifier, pluginApiVersion, type Plugin } from "@tokenward/core/plugin";
import { createNotifier } from "./notifier.ts";
import { optionsSchema, type SampleNameOptions } from "./options.ts";

export type { SampleNameOptions } from "./options.ts";

/** Posts alerts as signed JSON to a webhook. */
const plugin: Plugin<"notifier", SampleNameOptions> = defineNotifier({
  name: "sample-name",
  apiVersion: pluginApiVersion,
  options: optionsSchema,
  // Configuration wraps these, refuses literals, and keeps them out of everything that is printed.
  secretOptions: ["url", "signing_secret"],
  create: createNotifier,
});

export default plugin;
