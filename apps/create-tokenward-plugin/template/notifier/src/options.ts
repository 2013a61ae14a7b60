import { isSecret, type Secret } from "@tokenward/core/plugin";
import * as z from "zod";

/** Options of the notifier, as they stand under its name in a configuration file. */
export interface SampleNameOptions {
  /** Where alerts are posted. Whoever knows such an address can post there, so it is a secret. */
  readonly url: Secret;
  /** What the receiver proves our messages by: any text, or base64 behind `whsec_`. */
  readonly signing_secret: Secret;
}

const secretOption = z.custom<Secret>(isSecret, "must be a secret");

/** Checks {@link SampleNameOptions}. */
export const optionsSchema: z.ZodType<SampleNameOptions> = z.strictObject({
  url: secretOption.refine(isAddress, "must be an address that begins with https:// (http:// only on this machine)"),
  signing_secret: secretOption.refine(isLong, "must have at least 16 letters"),
});

function isAddress(url: Secret): boolean {
  if (!isSecret(url) || !URL.canParse(url.reveal())) return false;
  const { protocol, hostname } = new URL(url.reveal());
  return protocol === "https:" || (protocol === "http:" && ["127.0.0.1", "[::1]", "localhost"].includes(hostname));
}

function isLong(signingSecret: Secret): boolean {
  return isSecret(signingSecret) && signingSecret.reveal().length >= 16;
}
