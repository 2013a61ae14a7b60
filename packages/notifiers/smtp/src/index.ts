import { defineNotifier, type Plugin } from "@tokenward/core/plugin";
import { optionsSchema, type SmtpOptions } from "./options.ts";
import { smtpNotifier } from "./smtp-notifier.ts";

export type { MailAddress } from "./address.ts";
export type { SmtpOptions } from "./options.ts";

/**
 * Mails alerts, encrypted on the way, one thread per incident.
 *
 * @example
 * ```ts
 * import { secret } from "@tokenward/core";
 * import smtp from "@tokenward/notifier-smtp";
 *
 * const notifier = smtp({
 *   host: "mail.example.com",
 *   user: "tokenward",
 *   password: secret("of-the-mailbox"),
 *   from: { name: "Tokenward", address: "tokenward@example.com" },
 *   to: ["ops@example.com"],
 * });
 * ```
 */
export const smtp: Plugin<"notifier", SmtpOptions> = defineNotifier<SmtpOptions>({
  name: "smtp",
  apiVersion: 1,
  options: optionsSchema,
  secretOptions: ["password"],
  create: smtpNotifier,
});

export default smtp;
