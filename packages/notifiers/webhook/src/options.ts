import { isSecret, type Secret } from "@tokenward/core/plugin";
import * as z from "zod";
import { addressMistake } from "./address.ts";
import { formatOf, type WebhookFormat } from "./format.ts";
import { keyOf } from "./signature.ts";

/** Options of the webhook notifier, as under `auth.alerts.webhook` in a configuration file. */
export interface WebhookOptions {
  /**
   * Where alerts are posted. Whoever knows such an address can post there, so it is a secret. Default: the environment
   * variable `ALERT_WEBHOOK_URL`.
   */
  readonly url?: Secret | undefined;
  /** What the receiver understands. Default: recognised from the address, else `json`. */
  readonly format?: WebhookFormat | undefined;
  /**
   * What a receiver of `json` proves messages by: `whsec_` and base64 of 24 to 64 bytes, as Standard Webhooks wants it;
   * or a list, newest first, while it is being replaced. Default: messages are not signed.
   */
  readonly signing_secret?: Secret | readonly Secret[] | undefined;
  /** Whether the address may lead to this machine (also with http) or into a private network. Default `false`. */
  readonly allow_private?: boolean | undefined;
}

const secretOption = z.custom<Secret>(isSecret, "must be a secret, such as ${ALERT_WEBHOOK_URL}");
const signingSecret = secretOption.refine(
  (value) => !isSecret(value) || keyOf(value) !== undefined,
  "must be `whsec_` and base64 of 24 to 64 bytes: `printf 'whsec_%s\\n' \"$(openssl rand -base64 32)\"` makes one",
);

/** Checks {@link WebhookOptions}. */
export const optionsSchema: z.ZodType<WebhookOptions> = z
  .strictObject({
    url: secretOption.optional(),
    format: z.enum(["slack", "teams", "json"]).optional(),
    signing_secret: z.union([signingSecret, z.array(signingSecret).min(1).max(5)]).optional(),
    allow_private: z.boolean().optional(),
  })
  .superRefine(({ url, format, signing_secret, allow_private }, context) => {
    const mistake = isSecret(url) ? addressMistake(url.reveal(), allow_private === true) : undefined;
    if (mistake !== undefined) context.addIssue({ code: "custom", message: mistake, path: ["url"] });
    // Without an address here, the one of the environment decides.
    const receiver = format ?? (isSecret(url) ? formatOf(url.reveal()) : "json");
    if (signing_secret !== undefined && receiver !== "json") {
      context.addIssue({ code: "custom", message: unsigned, path: ["signing_secret"] });
    }
  });

/** Why a signing secret is a mistake with other formats. */
export const unsigned = "is for `format: json`; Slack and Teams check no signatures";
