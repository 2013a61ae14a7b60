import { defineWriteBack, pluginApiVersion, type Plugin } from "@tokenward/core/plugin";
import { optionsSchema, type SampleNameOptions } from "./options.ts";
import { createWriteBack } from "./write-back.ts";

export type { SampleNameOptions } from "./options.ts";

/** Keeps each grant in a JSON file of its own, sealed for this installation. */
const plugin: Plugin<"write-back", SampleNameOptions> = defineWriteBack({
  name: "sample-name",
  apiVersion: pluginApiVersion,
  options: optionsSchema,
  create: createWriteBack,
});

export default plugin;
