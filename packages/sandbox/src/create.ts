import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { Books } from "./books.ts";
import type { ClockOptions } from "./clock.ts";
import { answerControl, controlPath } from "./control-endpoint.ts";
import type { SandboxControl } from "./control.ts";
import { localControl } from "./local-control.ts";
import type { SandboxPlatform } from "./platform.ts";
import { instagramPlatform } from "./platforms/instagram.ts";
import { linkedinPlatform } from "./platforms/linkedin.ts";
import { oauth2Platform } from "./platforms/oauth2.ts";
import { podiumPlatform } from "./platforms/podium.ts";
import { tiktokPlatform } from "./platforms/tiktok.ts";
import { youtubePlatform } from "./platforms/youtube.ts";
import { RequestDesk } from "./request-desk.ts";

const mostBodyBytes = 1_048_576;
const mostControlBytes = 16 * 1_048_576;

/** How to start a sandbox. */
export interface SandboxOptions {
  /** Default: all of this package. */
  readonly platforms?: readonly SandboxPlatform[] | undefined;
  /** Default 0: any free one. */
  readonly port?: number | undefined;
  /** Default `127.0.0.1`. */
  readonly host?: string | undefined;
  readonly clock?: ClockOptions | undefined;
  /** With a seed, the same consents and requests give the same refresh tokens. Default: unguessable ones. */
  readonly seed?: number | undefined;
}

/** A running sandbox. */
export interface Sandbox extends AsyncDisposable {
  /** Such as `http://127.0.0.1:4010`, without a slash at the end. */
  readonly url: string;
  readonly platforms: readonly SandboxPlatform[];
  tokenUrl(platform: string): string;
  readonly control: SandboxControl;
  /** Breaks all connections and frees the port. */
  close(): Promise<void>;
}

/** Starts OAuth platforms on localhost. They remember everything in memory and write nothing to disk. */
export async function createSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const platforms = options.platforms ?? everyPlatform();
  const closing = new AbortController();
  let url = "";
  const books = new Books(platforms, { clock: options.clock ?? {}, seed: options.seed, url: () => url });
  const desk = new RequestDesk(books, closing.signal);
  const control = localControl(books, desk);
  const server = createServer(
    { keepAliveTimeout: 60_000, requestTimeout: 0, headersTimeout: 0 },
    (message, response) => {
      response.sendDate = false;
      receive(message, response, desk, control);
    },
  );
  url = await listen(server, options.port ?? 0, options.host ?? "127.0.0.1");

  const close = async (): Promise<void> => {
    closing.abort();
    desk.waiting.end();
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    server.closeAllConnections();
    desk.barriers.release();
    await closed;
  };
  return {
    url,
    platforms,
    tokenUrl: (platform) => books.tokenUrl(books.platform(platform)),
    control,
    close,
    [Symbol.asyncDispose]: close,
  };
}

function everyPlatform(): readonly SandboxPlatform[] {
  return [
    oauth2Platform(),
    tiktokPlatform(),
    youtubePlatform(),
    instagramPlatform(),
    instagramPlatform({ login: "facebook" }),
    linkedinPlatform(),
    podiumPlatform(),
  ];
}

function receive(message: IncomingMessage, response: ServerResponse, desk: RequestDesk, control: SandboxControl): void {
  const target = message.url ?? "/";
  const question = target.indexOf("?");
  const path = question < 0 ? target : target.slice(0, question);
  const isControl = path.startsWith(controlPath);
  const chunks: Buffer[] = [];
  let size = 0;
  message.on("data", (chunk: Buffer) => {
    size += chunk.length;
    if (size > (isControl ? mostControlBytes : mostBodyBytes)) message.destroy();
    else chunks.push(chunk);
  });
  message.on("error", () => message.destroy());
  message.on("end", () => {
    const body = chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks);
    const answered = isControl
      ? answerControl(control, message, response, path, body)
      : desk.take(
          message,
          response,
          { path, query: new URLSearchParams(question < 0 ? "" : target.slice(question)) },
          body,
        );
    // A dialect that throws is a bug of the dialect: the client sees a 500 that names it, the sandbox lives on.
    answered.catch((error: unknown) => {
      if (response.headersSent || response.destroyed) return;
      response.writeHead(500, { "content-type": "text/plain" });
      response.end(error instanceof Error ? (error.stack ?? error.message) : String(error));
    });
  });
}

async function listen(server: Server, port: number, host: string): Promise<string> {
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen({ port, host, backlog: 4_096 }, () => {
      server.off("error", reject);
      resolve();
    });
  });
  const address = server.address() as AddressInfo;
  const name = address.family === "IPv6" ? `[${address.address}]` : address.address;
  return `http://${name}:${String(address.port)}`;
}
