/** What a receiver of webhooks understands. */
export type WebhookFormat = "slack" | "teams" | "json";

// Hosts of incoming webhooks: Slack's documentation (docs.slack.dev, GovSlack included); Workflows of Microsoft Teams as
// seen in the field, because Microsoft documents none (2026-11). The last one is of the connectors that Workflows replaced.
const hosts: readonly (readonly [RegExp, WebhookFormat])[] = [
  [/^hooks\.slack(-gov)?\.com$/, "slack"],
  [/\.logic\.azure\.com$/, "teams"],
  [/\.environment\.api\.powerplatform\.com$/, "teams"],
  [/(^|\.)api\.powerautomate\.com$/, "teams"],
  [/(^|\.)flow\.microsoft\.com$/, "teams"],
  [/\.webhook\.office\.com$/, "teams"],
];

/** Which format an address calls for. */
export function formatOf(url: string): WebhookFormat {
  const host = URL.parse(url)?.hostname.toLowerCase() ?? "";
  return hosts.find(([pattern]) => pattern.test(host))?.[1] ?? "json";
}
