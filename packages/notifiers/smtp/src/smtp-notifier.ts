import { readFile } from "node:fs/promises";
import path from "node:path";
import { domainToASCII } from "node:url";
import {
  untilAborted,
  type Alert,
  type Notifier,
  type PluginContext,
  type PluginIO,
  type TokenwardError,
} from "@tokenward/core/plugin";
import type { Transporter } from "nodemailer";
import type { MailAddress } from "./address.ts";
import { contentOf } from "./content.ts";
import type { SmtpOptions } from "./options.ts";
import { refusalOf, refused, unavailable } from "./refusal.ts";
import { subjectOf } from "./words.ts";

// Below the time that core gives to one attempt, so that its reason is the one that is told.
const timeouts = { connectionTimeout: 8000, greetingTimeout: 10_500, socketTimeout: 12_500, dnsTimeout: 8000 };

const ports = { starttls: 587, implicit: 465, none: 25 } as const;

/** Sends mails; resolves when the server took one for every recipient. */
export function smtpNotifier(options: SmtpOptions, { folder }: Pick<PluginContext, "folder">): Notifier {
  const from = personOf(options.from);
  const to = options.to.map((one) => personOf(one));
  return {
    notify: async (alert, io) => {
      if (io.signal.aborted) throw unavailable("the run is over");
      try {
        await send(messageOf(alert, from, to, options), options, folder, io);
      } catch (thrown) {
        throw io.signal.aborted ? unavailable("it was stopped") : refusalOf(thrown, io.clock.now());
      }
    },
  };
}

type Message = ReturnType<typeof messageOf>;

/** What the library says of a mail that was taken for somebody at least. */
interface Sent {
  readonly rejected?: readonly (string | object)[];
  readonly rejectedErrors?: readonly { readonly responseCode?: number }[];
}

function refusedRecipients(rejected: readonly string[], all: readonly string[]): TokenwardError {
  // The library gives them back with their domains as they went over the wire.
  const names = new Set(rejected.map((address) => onTheWire(address)));
  const places = all.flatMap((address, index) => (names.has(onTheWire(address)) ? [index + 1] : []));
  return refused(
    `the mail server refused ${rejected.length} of ${all.length} recipients (number ${places.join(", ")} of \`to\`), and took the mail for the others`,
    "Correct that address",
  );
}

function onTheWire(address: string): string {
  const at = address.lastIndexOf("@");
  return `${address.slice(0, at)}@${domainToASCII(address.slice(at + 1))}`;
}

async function send(message: Message, options: SmtpOptions, folder: string, io: PluginIO): Promise<void> {
  const transport = await transportOf(options, folder);
  try {
    // Told to the library, too: a conversation that went on unseen would bring a mail that counts as not delivered.
    const sending = async (): Promise<unknown> => await transport.sendMail({ ...message, signal: io.signal });
    const sent = (await untilAborted(io.signal, sending)) as Sent;
    const { rejected = [], rejectedErrors = [] } = sent;
    if (rejected.length === 0) return;
    // What is only for now is told by its own reply. The others have it already; a repetition has the same Message-ID, by
    // which mail programs know it.
    const passing = rejectedErrors.length > 0 && rejectedErrors.every(({ responseCode = 0 }) => responseCode < 500);
    if (passing) throw refusalOf(rejectedErrors[0], io.clock.now());
    throw refusedRecipients(rejected.map(String), message.envelope.to);
  } finally {
    transport.close();
  }
}

async function transportOf(options: SmtpOptions, folder: string): Promise<Transporter> {
  const { host, tls = "starttls", port = ports[tls], user, password, ca_file } = options;
  const { createTransport } = await import("nodemailer");
  const ca = ca_file === undefined ? undefined : await authorities(path.resolve(folder, ca_file));
  return createTransport({
    host,
    port,
    secure: tls === "implicit",
    // The library's own default sends in the clear where the server, or somebody on the way, offers no TLS.
    requireTLS: tls === "starttls",
    ignoreTLS: tls === "none",
    tls: { minVersion: "TLSv1.2", ...(ca === undefined ? {} : { ca }) },
    ...(user === undefined || password === undefined ? {} : { auth: { user, pass: password.reveal() } }),
    disableFileAccess: true,
    disableUrlAccess: true,
    ...timeouts,
  });
}

async function authorities(file: string): Promise<string[]> {
  const { getCACertificates } = await import("node:tls");
  try {
    return [...getCACertificates("default"), await readFile(file, "utf8")];
  } catch {
    throw refused("the file in `ca_file` cannot be read", "Correct `ca_file`");
  }
}

function messageOf(alert: Alert, from: Person, to: readonly Person[], options: SmtpOptions) {
  // An id is ASCII (RFC 5322, section 3.6.4).
  const domain = domainToASCII(from.address.slice(from.address.lastIndexOf("@") + 1));
  const incident = `<${alert.incident.replace(/[^A-Za-z0-9-]/g, "")}@${domain}>`;
  const urgent = alert.severity === "critical" && alert.edge !== "resolved";
  return {
    from,
    to: [...to],
    // As objects and once more here, because a text would be read as a list, and whoever names a person could add another.
    envelope: { from: from.address, to: to.map(({ address }) => address) },
    subject: subjectOf(alert, options.subject_prefix ?? "[Tokenward]"),
    // The same for every repetition of this message.
    messageId: `<${alert.id.replace(/[^A-Za-z0-9-]/g, "")}@${domain}>`,
    // All mails of an incident hang on one that was never sent, which mail programs make one thread of.
    inReplyTo: incident,
    references: incident,
    date: alert.at,
    ...(urgent ? { priority: "high" as const } : {}),
    headers: {
      "Auto-Submitted": "auto-generated",
      "X-Auto-Response-Suppress": "All",
      "X-Tokenward-Severity": alert.severity,
      "X-Tokenward-Edge": alert.edge,
    },
    ...contentOf(alert),
    textEncoding: "quoted-printable" as const,
    disableFileAccess: true,
    disableUrlAccess: true,
  };
}

interface Person {
  readonly name: string;
  readonly address: string;
}

function personOf(written: string | MailAddress): Person {
  return typeof written === "string"
    ? { name: "", address: written }
    : { name: written.name ?? "", address: written.address };
}
