import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** A message as `format: json` sends it. */
export interface AlertMessage {
  readonly id: string;
  readonly edge: "opened" | "escalated" | "reminded" | "resolved";
  readonly severity: "warn" | "page" | "critical";
  readonly subject: string;
  readonly condition: string;
  readonly text: string;
  readonly detail: string;
  readonly command: string | null;
  readonly incident: string;
  readonly members: readonly { readonly subject: string; readonly command: string | null }[];
  readonly members_total: number;
}

/** What it does with a message, after it was taken. */
export type Reaction = { readonly status: number; readonly body?: string } | "drop" | (() => void);

/** A receiver of webhooks and heartbeats on this machine. */
export class AlertReceiver {
  /** Messages that were taken, oldest first; a repetition is there again. */
  readonly taken: AlertMessage[] = [];
  /** Everything that was asked for, as `POST /alerts`. */
  readonly asked: string[] = [];
  /** Whole requests as text. */
  readonly wire: string[] = [];
  /** What becomes of a message. Default: 204. */
  react: (message: AlertMessage) => Reaction = () => ({ status: 204 });
  readonly #server = createServer((request, response) => void this.#answer(request, response));

  static async start(): Promise<AlertReceiver> {
    const receiver = new AlertReceiver();
    await new Promise<void>((resolve) => receiver.#server.listen(0, "127.0.0.1", resolve));
    return receiver;
  }

  /** An address with a part that nobody may see. */
  url(path: string): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/${path}`;
  }

  /** What was taken since this was asked last, in short. */
  news(): readonly string[] {
    return this.taken
      .splice(0)
      .map(({ edge, severity, subject, condition }) => `${edge} ${severity} ${subject} ${condition}`);
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks).toString("utf8");
    this.asked.push(`${request.method ?? ""} ${request.url ?? ""}`);
    this.wire.push(`${request.url ?? ""}\n${JSON.stringify(request.headers)}\n${body}`);
    if (request.method !== "POST") {
      response.writeHead(204).end();
      return;
    }
    const { data } = JSON.parse(body) as { readonly data: AlertMessage };
    const reaction = this.react(data);
    if (typeof reaction === "object" && reaction.status > 299) {
      response.writeHead(reaction.status).end(reaction.body);
      return;
    }
    this.taken.push(data);
    if (typeof reaction === "function") reaction();
    else if (reaction === "drop") request.socket.destroy();
    else response.writeHead(reaction.status).end(reaction.body);
  }
}
