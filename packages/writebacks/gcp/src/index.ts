import { defineWriteBack, type Plugin } from "@tokenward/core/plugin";
import { gcpWriteBack } from "./gcp-write-back.ts";
import { optionsSchema, type GcpOptions } from "./options.ts";

export type { GcpOptions } from "./options.ts";

/**
 * Keeps each grant in a secret of Google Cloud Secret Manager. Saves and claims are atomic.
 *
 * @example
 * ```ts
 * import gcp from "@tokenward/writeback-gcp";
 *
 * const writeBack = gcp({ project: "posting-prod" });
 * ```
 */
export const gcp: Plugin<"write-back", GcpOptions> = defineWriteBack<GcpOptions>({
  name: "gcp",
  apiVersion: 1,
  options: optionsSchema,
  create: gcpWriteBack,
});

export default gcp;
