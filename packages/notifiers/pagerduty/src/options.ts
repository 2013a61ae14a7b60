import { isSecret, type Secret } from "@tokenward/core/plugin";
import * as z from "zod";

/** Options of the PagerDuty notifier, as under `auth.alerts.pagerduty` in a configuration file. */
export interface PagerdutyOptions {
  /** Integration key of a service with an "Events API v2" integration: 32 letters and digits. */
  readonly routing_key: Secret;
  /** Where the account lives: `us` or `eu`. Default `us`. */
  readonly region?: "us" | "eu" | undefined;
  /** Replaces the address of the Events API. Default: the region's. */
  readonly url?: string | undefined;
  /** What the events are said to come from. Default: this machine's name. */
  readonly source?: string | undefined;
  /**
   * Begins every `dedup_key`. Two configurations that alert with one routing key about grants of one name want two, or each
   * would end the other's alerts. Default `tokenward`.
   */
  readonly dedup_prefix?: string | undefined;
}

const routingKey = z
  .custom<Secret>(isSecret, "must be a secret, such as ${PAGERDUTY_ROUTING_KEY}")
  .refine(
    (key) => !isSecret(key) || /^[A-Za-z0-9]{32}$/.test(key.reveal()),
    "must be the 32 letters and digits of an integration key",
  );

/** Checks {@link PagerdutyOptions}. */
export const optionsSchema: z.ZodType<PagerdutyOptions> = z.strictObject({
  routing_key: routingKey,
  region: z.enum(["us", "eu"]).optional(),
  url: z
    .string()
    .refine(isAddress, "must be an address that begins with https:// (http:// only on this machine)")
    .optional(),
  source: z.string().min(1).max(255).optional(),
  dedup_prefix: z
    .string()
    .regex(/^[A-Za-z0-9._-]{1,64}$/, "must be at most 64 letters, digits, dots, hyphens and underscores")
    .optional(),
});

function isAddress(text: string): boolean {
  const url = URL.parse(text);
  if (url === null || url.username !== "" || url.password !== "") return false;
  const local = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(url.hostname);
  return url.protocol === "https:" || (url.protocol === "http:" && local);
}
