import { messageOf, TokenwardError } from "@tokenward/core/plugin";

/** The parts of nodemailer's errors that are looked at. Their texts are not: servers repeat what they were told. */
interface MailError {
  readonly code?: unknown;
  readonly command?: unknown;
  readonly responseCode?: unknown;
  readonly response?: unknown;
}

const patience = 5 * 60_000;

/** Says of whatever was thrown while sending what a human has to know. */
export function refusalOf(thrown: unknown, now: Date): TokenwardError {
  if (TokenwardError.is(thrown)) return thrown;
  const error = (typeof thrown === "object" && thrown !== null ? thrown : {}) as MailError;
  const code = typeof error.code === "string" ? error.code : "";
  const reply = typeof error.responseCode === "number" ? error.responseCode : undefined;
  if (
    code === "EAUTH" ||
    code === "ENOAUTH" ||
    code === "EOAUTH2" ||
    (reply !== undefined && [530, 534, 535].includes(reply))
  ) {
    if (isPassing(reply)) return later(now);
    return refused(
      `the mail server refused the login${inBrackets(error)}`,
      "Check `user` and `password`, and which logins the server allows",
    );
  }
  if (isPassing(reply)) return later(now);
  if (code === "ETLS" || code === "EREQUIRETLS")
    return refused(
      "the mail server offers no TLS here",
      "Use the port and the kind of TLS that it has (`tls: implicit` is usually 465)",
    );
  // The library puts a reply's words into its texts, and they may speak of certificates, too.
  const certificate = reply === undefined ? certificateProblem(thrown) : undefined;
  if (certificate !== undefined)
    return refused(certificate, "Correct `host`, or name the authority's certificate in `ca_file`");
  if (reply !== undefined && reply >= 500)
    return refused(
      `the mail server refused the message${inBrackets(error)}`,
      "Check `from` and `to`, and whether this server may send for them",
    );
  return unavailable(wordsFor(code, thrown), thrown);
}

function isPassing(reply: number | undefined): boolean {
  return reply !== undefined && reply >= 400 && reply < 500;
}

/** Only a human can help. */
export function refused(reason: string, remedy: string): TokenwardError {
  return new TokenwardError("ERR_NOTIFIER_REFUSED", { notifier: "smtp", reason, remedy }, { class: "client" });
}

/** Trying again may help. */
export function unavailable(reason: string, cause?: unknown): TokenwardError {
  const options = {
    class: "transient",
    ...(cause === undefined ? {} : { cause: new Error(messageOf(reason)) }),
  } as const;
  return new TokenwardError("ERR_NOTIFIER_UNAVAILABLE", { notifier: "smtp", reason }, options);
}

// 421, 450, 451, 452: greylisting, a full queue, too many messages. RFC 5321 says to come back, and not when.
function later(now: Date): TokenwardError {
  const until = new Date(now.getTime() + patience).toISOString();
  return new TokenwardError("ERR_NOTIFIER_THROTTLED", { notifier: "smtp", until }, { class: "throttled" });
}

/** ` (550 5.1.1)`: the numbers of a reply, never its words. */
function inBrackets({ responseCode, response }: MailError): string {
  const [, enhanced] = /^\d{3}[ -](\d\.\d{1,3}\.\d{1,3})\b/.exec(typeof response === "string" ? response : "") ?? [];
  const reply = typeof responseCode === "number" ? String(responseCode) : undefined;
  const numbers = [reply, enhanced].filter((part) => part !== undefined);
  return numbers.length === 0 ? "" : ` (${numbers.join(" ")})`;
}

const words: Readonly<Record<string, string>> = {
  EDNS: "the name of the mail server cannot be resolved",
  ENOTFOUND: "the name of the mail server cannot be resolved",
  ECONNREFUSED: "the mail server refused the connection",
  ECONNRESET: "the mail server cut the connection",
  ECONNECTION: "the mail server cut the connection",
  ETIMEDOUT: "the mail server did not answer in time",
  EPROTOCOL: "what answered is no mail server",
  EABORT: "it was stopped",
};

function wordsFor(code: string, thrown: unknown): string {
  const cause = thrown instanceof Error ? (thrown.cause as { readonly code?: unknown } | undefined)?.code : undefined;
  const message = thrown instanceof Error ? thrown.message : "";
  const refusedConnection = /\bECONNREFUSED\b/.test(message) ? "ECONNREFUSED" : undefined;
  const found = [cause, refusedConnection, code].find((name) => typeof name === "string" && words[name] !== undefined);
  return words[String(found)] ?? "the connection to the mail server failed";
}

// Node's and OpenSSL's own texts, which hold nothing of the conversation.
function certificateProblem(thrown: unknown): string | undefined {
  const message = thrown instanceof Error ? thrown.message : "";
  if (/self[- ]signed/i.test(message)) return "the mail server's certificate is self-signed";
  if (/certificate has expired|CERT_HAS_EXPIRED/i.test(message)) return "the mail server's certificate has expired";
  if (/altname|does not match/i.test(message)) return "the mail server's certificate is for another name";
  if (/unable to (verify|get)|certificate/i.test(message))
    return "the mail server's certificate is of an authority that this machine does not know";
  return undefined;
}
