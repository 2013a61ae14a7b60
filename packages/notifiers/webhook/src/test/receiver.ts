import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";

/** One request as it came off the wire. */
export interface Received {
  readonly method: string | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** What it does with a message. */
export interface Behaviour {
  readonly status?: number;
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Takes it and never answers. */
  readonly hang?: boolean;
  /** Takes it and cuts the connection. */
  readonly drop?: boolean;
  /** Cuts the connection after the body, as if there was more to come. */
  readonly cut?: boolean;
}

/** A part of every address of a {@link Receiver} that nobody may see. */
export const secretPath = "T0SECRET/B0SECRET/x9Y8z7W6v5U4";

/** A real HTTP server on this machine that takes webhooks. */
export class Receiver {
  readonly accepted: Received[] = [];
  readonly attempts: Received[] = [];
  behaviour: Behaviour = { status: 200, body: "ok" };
  readonly #server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const received = {
        method: request.method,
        headers: request.headers,
        body: Buffer.concat(chunks).toString("utf8"),
      };
      const { status = 200, body = "", headers = {}, hang, drop, cut } = this.behaviour;
      this.attempts.push(received);
      if (hang === true || drop === true || (status >= 200 && status < 300)) this.accepted.push(received);
      if (drop === true) request.socket.destroy();
      else if (cut === true) response.writeHead(status, headers).write(body, () => request.socket.destroy());
      // Careless receivers repeat what they were sent.
      else if (hang !== true)
        response.writeHead(status, headers).end(body === "echo" ? `${request.url} ${received.body}` : body);
    });
  });

  async start(): Promise<this> {
    await new Promise<void>((resolve) => this.#server.listen(0, "127.0.0.1", resolve));
    return this;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/services/${secretPath}?sig=S3cr3tSignature`;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
