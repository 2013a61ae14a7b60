import { isSecret, type Secret } from "@tokenward/core/plugin";
import * as z from "zod";
import { isMailAddress, isName, type MailAddress } from "./address.ts";

/** Options of the mail notifier, as under `auth.alerts.smtp` in a configuration file. */
export interface SmtpOptions {
  /** Name or address of the mail server. */
  readonly host: string;
  /** Default 587; 465 with `tls: implicit`; 25 with `tls: none`. */
  readonly port?: number | undefined;
  /**
   * `starttls` (default): the connection is encrypted before anything is said, or nothing is. `implicit`: it is from its
   * first byte. `none`: everybody on the way can read.
   */
  readonly tls?: "starttls" | "implicit" | "none" | undefined;
  /** Who logs in. Default: nobody does. */
  readonly user?: string | undefined;
  /** The password of `user`. Never sent without TLS to another machine. */
  readonly password?: Secret | undefined;
  /** Whom mails are from: an address, or `{ name, address }`. */
  readonly from: string | MailAddress;
  /** Who is told: addresses, or `{ name, address }`; 50 at most. */
  readonly to: readonly (string | MailAddress)[];
  /** Begins every subject. Default `[Tokenward]`. */
  readonly subject_prefix?: string | undefined;
  /** A file with certificates to trust beside those that Node knows, in PEM; relative to the configuration. */
  readonly ca_file?: string | undefined;
}

const plain = z.string().refine(isMailAddress, "must be one mail address, such as ops@example.com");
const address = z.union(
  [plain, z.strictObject({ name: z.string().refine(isName, "must be one line").optional(), address: plain })],
  "must be one mail address, such as ops@example.com, or { name: …, address: … }",
);

/** Checks {@link SmtpOptions}. */
export const optionsSchema: z.ZodType<SmtpOptions> = z
  .strictObject({
    host: z.string().regex(/^[A-Za-z0-9.:_-]{1,255}$/, "must be the name or address of a mail server"),
    port: z.int().min(1).max(65_535).optional(),
    tls: z.enum(["starttls", "implicit", "none"]).optional(),
    user: z.string().min(1).max(255).optional(),
    password: z.custom<Secret>(isSecret, "must be a secret, such as ${SMTP_PASSWORD}").optional(),
    from: address,
    to: z.array(address).min(1, "must name at least one address").max(50, "must name at most 50 addresses"),
    subject_prefix: z.string().max(60).refine(isName, "must be one line").optional(),
    ca_file: z.string().min(1).optional(),
  })
  .refine(({ user, password }) => (user === undefined) === (password === undefined), {
    message: "goes with `user`: name both or neither",
    path: ["password"],
  })
  .refine(({ tls, host, password }) => tls !== "none" || password === undefined || isThisMachine(host), {
    message: "would send the password in the clear; use starttls or implicit",
    path: ["tls"],
  });

function isThisMachine(host: string): boolean {
  return host === "localhost" || host === "::1" || /^127\.\d+\.\d+\.\d+$/.test(host);
}
