import { defineNotifier, type Plugin } from "@tokenward/core/plugin";
import { optionsSchema, type WebhookOptions } from "./options.ts";
import { webhookNotifier } from "./webhook-notifier.ts";

export type { WebhookFormat } from "./format.ts";
export type { WebhookOptions } from "./options.ts";

/**
 * Posts alerts to Slack, to Microsoft Teams, or as signed JSON to whoever takes webhooks.
 *
 * @example
 * ```ts
 * import { secret } from "@tokenward/core";
 * import webhook from "@tokenward/notifier-webhook";
 *
 * const notifier = webhook({ url: secret("https://hooks.slack.com/services/T000/B000/example") });
 * ```
 */
export const webhook: Plugin<"notifier", WebhookOptions> = defineNotifier<WebhookOptions>({
  name: "webhook",
  apiVersion: 1,
  options: optionsSchema,
  secretOptions: ["url", "signing_secret"],
  create: webhookNotifier,
});

export default webhook;
