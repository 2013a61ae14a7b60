import { defineRateBucket, pluginApiVersion, type Plugin } from "@tokenward/core/plugin";
import { optionsSchema, type SampleNameOptions } from "./options.ts";
import { tokenBucket } from "./token-bucket.ts";

export type { SampleNameOptions } from "./options.ts";

/** A token bucket in memory: so many calls at once, and room that grows again with time. */
const plugin: Plugin<"rate-bucket", SampleNameOptions> = defineRateBucket({
  name: "sample-name",
  apiVersion: pluginApiVersion,
  options: optionsSchema,
  create: (options) => tokenBucket(options),
});

export default plugin;
