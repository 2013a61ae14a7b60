import { writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { createServer, type AddressInfo } from "node:net";
import path from "node:path";
import { inspect } from "node:util";
import { secret, TokenwardError, type Alert, type Notifier } from "@tokenward/core";
import { testIO } from "@tokenward/testing";
import fc from "fast-check";
import PostalMime, { type Email } from "postal-mime";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { account, noExim, startExim, type Exim } from "tokenward-counterparts/smtp";
import { isMailAddress } from "./address.ts";
import { smtp, type SmtpOptions } from "./index.ts";
import { alertOf, anyAlert } from "./test/alerts.ts";
import { Mailbox } from "./test/mailbox.ts";

const from = { name: "Tokenward", address: "tokenward@example.com" };

async function failureOf(notifier: Notifier, alert: Alert = alertOf()): Promise<TokenwardError> {
  const error: unknown = await notifier.notify(alert, testIO()).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!TokenwardError.is(error)) throw new Error(`It was not refused but ${inspect(error)}`);
  const shown = `${inspect(error, { depth: 9 })}${error.stack ?? ""}${JSON.stringify(error)}`;
  for (const form of [account.password, Buffer.from(account.password).toString("base64")])
    expect(shown).not.toContain(form);
  return error;
}

const slow = createServer();
afterAll(() => void slow.close());

test("a conversation with a slow server ends with the attempt, so that no mail arrives that counts as not delivered", async () => {
  const attempt = new AbortController();
  let asked = "";
  const hungUp = new Promise<void>((resolve) => {
    slow.once("connection", (socket) => {
      socket.write("220 slow.example\r\n");
      socket.on("error", () => undefined).on("close", () => resolve());
      socket.on("data", (data) => {
        asked += data.toString("utf8");
        attempt.abort();
        socket.write("250 slow.example\r\n");
      });
    });
  });
  await new Promise<void>((resolve) => slow.listen(0, "127.0.0.1", resolve));
  const { port } = slow.address() as AddressInfo;
  const notifier = smtp({ host: "127.0.0.1", port, tls: "none", from, to: ["ops@example.com"] });
  const told = notifier.notify(alertOf(), { ...testIO(), signal: attempt.signal });
  await expect(told).rejects.toMatchObject({ code: "ERR_NOTIFIER_UNAVAILABLE" });
  await hungUp;
  expect(asked).toMatch(/^EHLO /);
  expect(asked).not.toContain("MAIL FROM");
});

describe("a mail", () => {
  let mailbox: Mailbox;
  beforeEach(async () => {
    mailbox = await new Mailbox().start();
  });
  afterEach(async () => await mailbox.close());

  const notifier = (more: Partial<SmtpOptions> = {}): Notifier =>
    smtp({ host: "127.0.0.1", port: mailbox.port, tls: "none", from, to: ["ops@example.com"], ...more });
  const parsed = async (): Promise<readonly Email[]> =>
    await Promise.all(mailbox.mails.map(async ({ raw }) => await PostalMime.parse(raw)));

  test("says what is the matter and what to type, as text and as HTML that needs nothing from elsewhere", async () => {
    await notifier().notify(
      alertOf({ members: [{ subject: "tiktok/brand-a", command: "tokenward auth tiktok/brand-a" }] }),
      testIO(),
    );
    const [mail] = await parsed();
    expect(mail?.subject).toBe("[Tokenward] tiktok/brand-a: needs a new consent");
    expect(mail?.from).toMatchObject({ name: "Tokenward", address: "tokenward@example.com" });
    for (const body of [mail?.text, mail?.html]) {
      for (const part of [
        "Critical: act now",
        "TikTok (brand-a) needs a new consent",
        "tokenward auth tiktok/brand-a",
        "ERR_AUTH_REAUTH_REQUIRED",
        "1 in all",
      ])
        expect(body).toContain(part);
    }
    expect(mail?.text).toContain("refused its token <at once>");
    expect(mail?.html).toContain("refused its token &lt;at once&gt;");
    expect(mail?.html).not.toMatch(/<(script|img|link|iframe)|https?:|url\(/i);
    const headers = Object.fromEntries((mail?.headers ?? []).map(({ key, value }) => [key, value]));
    expect(headers).toMatchObject({
      "auto-submitted": "auto-generated",
      "x-tokenward-edge": "opened",
      importance: "High",
    });
  });

  test("has ids in ASCII, whatever its sender's domain", async () => {
    await notifier({ from: "tokenward@b\u00fccher.example" }).notify(alertOf(), testIO());
    const [{ raw } = { raw: "" }] = mailbox.mails;
    for (const header of ["Message-ID", "In-Reply-To", "References"])
      expect(raw).toMatch(new RegExp(`^${header}: <[!-~]+@xn--bcher-kva\\.example>`, "m"));
  });

  test("of one incident hangs on the same thread, and a repetition is the same mail", async () => {
    const edges = ["opened", "opened", "escalated", "reminded", "resolved"] as const;
    for (const [index, edge] of edges.entries())
      await notifier().notify(
        alertOf({ edge, id: index < 2 ? "same" : `id-${index}`, summary: `in ${index} days` }),
        testIO(),
      );
    const mails = await parsed();
    expect(new Set(mails.map(({ references }) => references)).size).toBe(1);
    expect(new Set(mails.map(({ inReplyTo }) => inReplyTo)).size).toBe(1);
    expect(new Set(mails.map(({ subject }) => subject?.replace(/^Re: /, ""))).size).toBe(1);
    expect(mails[0]?.messageId).toBe(mails[1]?.messageId);
    expect(new Set(mails.map(({ messageId }) => messageId)).size).toBe(4);
    await notifier().notify(alertOf({ incident: "another" }), testIO());
    expect((await parsed()).at(-1)?.references).not.toBe(mails[0]?.references);
  });

  test("that tells the end is told as one, and asks for nothing", async () => {
    await notifier().notify(alertOf({ edge: "resolved", detail: "It was imported." }), testIO());
    const [mail] = await parsed();
    expect(mail?.text).toContain("Over (was: critical)");
    expect(mail?.text).not.toContain("tokenward auth");
  });

  test("goes to those who are meant and to nobody else, whatever an alert says", async () => {
    await fc.assert(
      fc.asyncProperty(anyAlert, async (alert) => {
        await notifier().notify(alert, testIO());
        const mail = mailbox.mails.at(-1);
        expect(mail?.to).toEqual(["ops@example.com"]);
        expect(mail?.from).toBe("tokenward@example.com");
        const { headers, html = "", to, bcc, cc } = await PostalMime.parse(mail?.raw ?? "");
        expect([to?.length, cc, bcc]).toEqual([1, undefined, undefined]);
        expect(headers.map(({ key }) => key)).not.toContain("bcc");
        expect(html).not.toMatch(/<(script|img|link|iframe|a)\b/i);
      }),
      { numRuns: 60 },
    );
  });

  test.each([
    ["refusing", "ERR_NOTIFIER_REFUSED", "the mail server refused the message (550)"],
    ["busy", "ERR_NOTIFIER_THROTTLED", undefined],
    ["greylisting", "ERR_NOTIFIER_THROTTLED", undefined],
    ["dropping", "ERR_NOTIFIER_UNAVAILABLE", undefined],
  ] as const)("that a server is %s about is one sentence", async (mood, code, reason) => {
    mailbox.mood = mood;
    const error = await failureOf(notifier());
    expect(error.code).toBe(code);
    if (reason !== undefined) expect(error.facts["reason"]).toBe(reason);
    if (code === "ERR_NOTIFIER_THROTTLED") expect(Date.parse(String(error.facts["until"]))).toBeGreaterThan(Date.now());
  });

  test("is not sent in the clear where TLS is wanted and the server offers none", async () => {
    expect(await failureOf(notifier({ tls: "starttls" }))).toMatchObject({
      code: "ERR_NOTIFIER_REFUSED",
      facts: { reason: "the mail server offers no TLS here" },
    });
    expect(mailbox.mails).toEqual([]);
  });

  test("that nobody takes, because nobody is there, waits", async () => {
    await mailbox.close();
    expect(await failureOf(notifier())).toMatchObject({
      code: "ERR_NOTIFIER_UNAVAILABLE",
      facts: { reason: "the mail server refused the connection" },
    });
    mailbox = await new Mailbox().start();
    expect(await failureOf(notifier({ host: "nobody.invalid" }))).toMatchObject({
      facts: { reason: "the name of the mail server cannot be resolved" },
    });
  });
});

describe("an address", () => {
  test.each(["ops@example.com", "o.p-s+alerts@mail.example.co", "ops@bücher.example"])("%s is one", (text) =>
    expect(isMailAddress(text)).toBe(true),
  );

  test.each([
    "ops",
    "ops@",
    "@example.com",
    "a@b@",
    "ops@example.com, evil@example.com",
    "b@example.com\r\nRCPT TO:<evil@example.com>",
    "Group: evil@e.com, b@example.com;",
    "<ops@example.com>",
    "Ops <ops@example.com>",
    '"a b"@example.com',
    "ops@example..com",
    "ops@-example.com",
    "ops@127.0.0.1",
    "a..b@example.com",
    "ops @example.com",
    "ops@exa mple.com",
  ])("%j is none, or more than one", (text) => {
    expect(isMailAddress(text)).toBe(false);
    expect(() => smtp({ host: "mail.example.com", from, to: [text] })).toThrow(/must be one mail address/);
  });

  test("with a name that steers is refused", () => {
    const to = [{ name: "Ops\r\nBcc: evil@example.com", address: "ops@example.com" }];
    expect(() => smtp({ host: "mail.example.com", from, to })).toThrow(/must be one/);
  });
});

describe("options that cannot be right are mistakes", () => {
  const good = { host: "mail.example.com", from, to: ["ops@example.com"] };
  test.each([
    [{ ...good, tls: "none", user: "u", password: secret("long-enough-password") }, /in the clear/],
    [{ ...good, user: "u" }, /both or neither/],
    [{ ...good, password: secret("long-enough-password") }, /both or neither/],
    [{ ...good, user: "u", password: "literal" }, /must be a secret/],
    [{ ...good, to: [] }, /at least one/],
    [{ ...good, host: "mail.example.com/x" }, /mail server/],
    [{ ...good, subject_prefix: "a\nb" }, /one line/],
  ])("%o", (options, wanted) => expect(() => smtp(options as never)).toThrow(wanted));
});

const missing = noExim();
describe.skipIf(missing !== undefined)(`beside Exim${missing === undefined ? "" : ` (skipped: ${missing})`}`, () => {
  let exim: Exim;
  beforeAll(async () => {
    exim = await startExim();
  });
  afterAll(async () => await exim.close());

  const notifier = (more: Partial<SmtpOptions> = {}): Notifier =>
    smtp({
      host: "localhost",
      port: exim.port,
      user: account.user,
      password: secret(account.password),
      from,
      to: ["ops@example.com"],
      ca_file: exim.certificateFile,
      ...more,
    });

  test("a mail goes through STARTTLS and the login, and is delivered", async () => {
    await notifier({ to: ["members@example.com"] }).notify(alertOf(), testIO());
    const [raw = ""] = await exim.mails("members", 1);
    expect(raw).toMatch(/^Received: .*\n(?:\s.*\n)*?.*with esmtpsa/m);
    const mail = await PostalMime.parse(raw);
    expect(mail.text).toContain("tokenward auth tiktok/brand-a");
    expect(mail.messageId).toBe("<0b5e7a3e-1111-4222-8333-944455556666@example.com>");
  });

  test("a mail goes where TLS begins with the first byte", async () => {
    await notifier({ tls: "implicit", port: exim.implicitPort, to: ["implicit@example.com"] }).notify(
      alertOf(),
      testIO(),
    );
    expect(await exim.mails("implicit", 1)).toHaveLength(1);
  });

  test("a wrong password is refused in one sentence, without it", async () => {
    const error = await failureOf(notifier({ password: secret("wr0ng-password-of-nobody") }));
    expect(error).toMatchObject({ code: "ERR_NOTIFIER_REFUSED", class: "client" });
    expect(error.facts["reason"]).toMatch(/^the mail server refused the login \(535/);
    expect(inspect(error)).not.toContain("wr0ng");
  });

  test("a certificate of nobody's is refused, unless its authority is named", async () => {
    expect((await failureOf(notifier({ ca_file: undefined }))).facts["reason"]).toBe(
      "the mail server's certificate is self-signed",
    );
    const other = path.join(tmpdir(), `tokenward-ca-${process.pid}.pem`);
    await writeFile(other, "no certificate");
    expect((await failureOf(notifier({ ca_file: `${other}.missing` }))).facts["reason"]).toBe(
      "the file in `ca_file` cannot be read",
    );
  });

  test("a recipient who is refused among others is a failure, and the others have the mail", async () => {
    const error = await failureOf(notifier({ to: ["partly@example.com", "nobody@Example.COM"] }));
    expect(error.code).toBe("ERR_NOTIFIER_REFUSED");
    expect(error.facts["reason"]).toBe(
      "the mail server refused 1 of 2 recipients (number 2 of `to`), and took the mail for the others",
    );
    expect(await exim.mails("partly", 1)).toHaveLength(1);
  });

  test("who is refused alone, is told to come back, or may not relay, is one sentence each", async () => {
    expect((await failureOf(notifier({ to: ["nobody@example.com"] }))).facts["reason"]).toBe(
      "the mail server refused the message (550 5.1.1)",
    );
    expect((await failureOf(notifier({ to: ["later@example.com"] }))).code).toBe("ERR_NOTIFIER_THROTTLED");
    expect((await failureOf(notifier({ to: ["x@elsewhere.example"] }))).facts["reason"]).toMatch(
      /refused the message \(550/,
    );
  });

  test("hostile text reaches nobody whom it names", async () => {
    const hostile = "x\r\n.\r\nMAIL FROM:<a@example.com>\r\nRCPT TO:<evil@example.com>\r\nDATA\r\n";
    await notifier({ to: ["hostile@example.com"] }).notify(
      alertOf({ subject: hostile, summary: hostile, detail: hostile }),
      testIO(),
    );
    expect(await exim.mails("hostile", 1)).toHaveLength(1);
    const [raw = ""] = await exim.mails("hostile", 1);
    const { headers, to } = await PostalMime.parse(raw);
    expect(to?.map(({ address }) => address)).toEqual(["hostile@example.com"]);
    expect(headers.filter(({ key }) => key === "to")).toHaveLength(1);
  });
});
