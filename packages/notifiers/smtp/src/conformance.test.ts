import { secret } from "@tokenward/core";
import { testNotifier } from "@tokenward/testing";
import PostalMime from "postal-mime";
import { describe, it } from "vitest";
import { smtp } from "./index.ts";
import { Mailbox, type MailboxMood } from "./test/mailbox.ts";

const login = { user: "tokenward", password: "pa55word-of-the-mailbox" };
const moods = { permanent: "refusing", transient: "dropping-unseen", throttled: "greylisting" } as const;

testNotifier({ describe, it }, async () => {
  const mailbox = await new Mailbox(login).start();
  const become = (mood: MailboxMood) => async (): Promise<void> => void (mailbox.mood = mood);
  return {
    notifier: smtp({
      host: "127.0.0.1",
      port: mailbox.port,
      tls: "none",
      user: login.user,
      password: secret(login.password),
      from: "tokenward@example.com",
      to: ["ops@example.com"],
    }),
    // As a mail program shows it, behind the headers as they are.
    received: async () =>
      await Promise.all(
        mailbox.mails.map(async ({ raw, to }) => {
          const { subject, text, html } = await PostalMime.parse(raw);
          const headers = raw.slice(0, raw.indexOf("\r\n\r\n"));
          return `${headers}\n\n${to.join()}\n${subject ?? ""}\n${text ?? ""}\n=== html ===\n${html ?? ""}`;
        }),
      ),
    attempts: async () => mailbox.attempts,
    refuse: async (kind) => void (mailbox.mood = moods[kind]),
    hang: become("hanging"),
    dropAfterAccept: become("dropping"),
    accept: become("usual"),
    idOf: (text: string) => /^Message-ID: <([^>]+)>/im.exec(text)?.[1],
    incidentOf: (text: string) => /^References: <([^>]+)>/im.exec(text)?.[1],
    active: (text: string) => [
      ...[...(text.split("\n\n")[0] ?? "").matchAll(/^([\w-]+):/gm)]
        .map(([, name]) => String(name))
        .filter((name) => !/^(X-Priority|X-Msmail-Priority|Importance)$/i.test(name)),
      ...(text
        .split("=== html ===")
        .at(-1)
        ?.match(/<(script|img|a|link|iframe)\b/gi) ?? []),
      text.split("\n\n")[1]?.split("\n")[0] ?? "",
    ],
    secrets: [login.password, Buffer.from(login.password).toString("base64")],
    dispose: async () => await mailbox.close(),
  };
});
