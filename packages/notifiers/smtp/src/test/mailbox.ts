import type { AddressInfo } from "node:net";
import { SMTPServer } from "smtp-server";

/** What the server does with what comes from here on. */
export type MailboxMood = "usual" | "refusing" | "busy" | "hanging" | "dropping" | "dropping-unseen" | "greylisting";

/** One mail as the server took it. */
export interface Mail {
  readonly from: string;
  readonly to: readonly string[];
  readonly raw: string;
}

/** A mail server of nobody's here, for faults: it answers in the clear, on this machine. */
export class Mailbox {
  readonly mails: Mail[] = [];
  attempts = 0;
  mood: MailboxMood = "usual";
  /** Where it listens, or listened. */
  port = 0;
  readonly #server: SMTPServer;

  constructor(login?: { readonly user: string; readonly password: string }) {
    this.#server = new SMTPServer({
      disabledCommands: ["STARTTLS"],
      authOptional: login === undefined,
      allowInsecureAuth: true,
      hideSTARTTLS: true,
      logger: false,
      onAuth: ({ username, password }, _session, callback) => {
        if (username === login?.user && password === login?.password) callback(null, { user: username });
        else callback(Object.assign(new Error(`no login for ${String(password)}`), { responseCode: 535 }));
      },
      onMailFrom: (_address, _session, callback) => {
        this.attempts++;
        if (this.mood === "dropping-unseen") return this.#cut();
        if (this.mood === "greylisting") callback(Object.assign(new Error("come back later"), { responseCode: 451 }));
        else callback();
      },
      onData: (stream, session, callback) => {
        const chunks: Buffer[] = [];
        stream.on("data", (chunk: Buffer) => chunks.push(chunk));
        stream.on("end", () => {
          const raw = Buffer.concat(chunks).toString("utf8");
          const { mailFrom, rcptTo } = session.envelope;
          if (this.mood === "refusing" || this.mood === "busy") {
            // Careless servers repeat what they were told.
            callback(Object.assign(new Error(raw.slice(0, 200)), { responseCode: this.mood === "busy" ? 452 : 550 }));
            return;
          }
          this.mails.push({
            from: mailFrom === false || mailFrom === undefined ? "" : mailFrom.address,
            to: rcptTo.map(({ address }) => address),
            raw,
          });
          if (this.mood === "dropping") this.#cut();
          else if (this.mood !== "hanging") callback();
        });
      },
    });
    // A client that goes away in the middle is what some tests are about.
    this.#server.on("error", () => undefined);
  }

  async start(): Promise<this> {
    await new Promise<void>((resolve) => this.#server.listen(0, "127.0.0.1", resolve));
    this.port = (this.#server.server.address() as AddressInfo).port;
    return this;
  }

  async close(): Promise<void> {
    this.#cut();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  #cut(): void {
    for (const connection of this.#server.connections)
      (connection as { _socket?: { destroy(): void } })._socket?.destroy();
  }
}
