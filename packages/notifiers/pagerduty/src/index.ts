import { defineNotifier, type Plugin } from "@tokenward/core/plugin";
import { optionsSchema, type PagerdutyOptions } from "./options.ts";
import { pagerdutyNotifier } from "./pagerduty-notifier.ts";

export type { PagerdutyOptions } from "./options.ts";

/**
 * Opens and resolves alerts in PagerDuty, through its Events API v2.
 *
 * @example
 * ```ts
 * import { secret } from "@tokenward/core";
 * import pagerduty from "@tokenward/notifier-pagerduty";
 *
 * const notifier = pagerduty({ routing_key: secret("0123456789abcdef0123456789abcdef"), region: "eu" });
 * ```
 */
export const pagerduty: Plugin<"notifier", PagerdutyOptions> = defineNotifier<PagerdutyOptions>({
  name: "pagerduty",
  apiVersion: 1,
  options: optionsSchema,
  secretOptions: ["routing_key"],
  create: pagerdutyNotifier,
});

export default pagerduty;
