import type { Dispatcher } from "undici";
import type { HttpClient } from "../plugin-io.ts";
import { Connections, type Connection } from "./connections.ts";
import { failureOf, HttpFailure } from "./failure.ts";
import type { HttpAnswer } from "./message.ts";
import { outgoingRequest, type OutgoingRequest } from "./outgoing.ts";

/** What {@link createHttpClient} takes. */
export interface HttpClientOptions {
  /** Where proxies (`HTTPS_PROXY`, `HTTP_PROXY`, `NO_PROXY`) and `SSL_CERT_FILE` are looked up. Default `process.env`. */
  readonly env?: Readonly<Record<string, string | undefined>> | undefined;
  /**
   * Reuses connections. Only for read-only calls: a reused connection that the server just closed makes nobody know
   * whether a request arrived, which turns a harmless failure of an exchange into a doubt. Default `false`.
   */
  readonly keepAlive?: boolean | undefined;
}

const defaultDeadline = 30_000;
const defaultMostBytes = 1024 * 1024;

/**
 * Makes the HTTP client that exchanges go through. Redirects are answers and never followed; bodies stay as they came
 * off the wire ({@link decodeBody} reads them). Importing it does not import the HTTP library; the first request does.
 *
 * `publicOnly` judges every address that a name has, and connects to one of those. Where the environment names a proxy,
 * the proxy resolves names: then only literal addresses and the names of this machine can be refused here.
 *
 * @example
 * ```ts
 * import { createHttpClient } from "@tokenward/core";
 *
 * const http = createHttpClient();
 * const answer = await http.send({ method: "GET", url: "https://platform.example/health" });
 * ```
 */
export function createHttpClient(options: HttpClientOptions = {}): HttpClient {
  return clientOver(new Connections(options.env ?? process.env, options.keepAlive ?? false));
}

/** The client that sends over these connections. */
export function clientOver(connections: Connections): HttpClient {
  return {
    send: async (request, { signal, deadline = defaultDeadline, mostBytes = defaultMostBytes, publicOnly } = {}) => {
      const outgoing = outgoingRequest(request);
      if (signal?.aborted === true) throw new HttpFailure({ sent: false, reason: "aborted", code: "ABORTED" });
      const connection = await open(connections, outgoing.url, publicOnly ?? false);
      try {
        return await exchange(connection.dispatcher, outgoing, { signal, deadline, mostBytes });
      } finally {
        connection.release();
      }
    },
  };
}

async function open(connections: Connections, url: URL, publicOnly: boolean): Promise<Connection> {
  try {
    return await connections.to(url, publicOnly);
  } catch (error) {
    if (HttpFailure.is(error)) throw error;
    throw failureOf(error, url.hostname, false);
  }
}

interface Limits {
  readonly signal: AbortSignal | undefined;
  readonly deadline: number;
  readonly mostBytes: number;
}

function exchange(dispatcher: Dispatcher, request: OutgoingRequest, limits: Limits): Promise<HttpAnswer> {
  return new Promise((resolve, reject) => {
    const incoming = new Incoming(limits.mostBytes);
    let controller: Dispatcher.DispatchController | undefined;
    let over = false;

    const settle = (failure?: HttpFailure): void => {
      if (over) return;
      over = true;
      clearTimeout(timer);
      limits.signal?.removeEventListener("abort", abort);
      const answer = incoming.answer(failure !== undefined);
      if (answer !== undefined) resolve(answer);
      else reject(failure ?? new HttpFailure({ sent: true, reason: "no answer", code: "UNKNOWN" }));
    };
    const stop = (reason: string, code: string): void => {
      const sent = controller !== undefined;
      settle(new HttpFailure({ sent, reason, code }));
      controller?.abort(new Error(reason));
    };
    const abort = (): void => {
      stop("aborted", "ABORTED");
    };
    const timer = setTimeout(() => {
      stop(`time-out after ${seconds(limits.deadline)} s`, "DEADLINE");
    }, limits.deadline);
    limits.signal?.addEventListener("abort", abort, { once: true });

    dispatcher.dispatch(
      {
        origin: request.url.origin,
        path: `${request.url.pathname}${request.url.search}`,
        method: request.method,
        headers: { ...request.headers },
        body: request.body ?? null,
        headersTimeout: 0,
        bodyTimeout: 0,
      },
      {
        // Called right before the first byte is written, and only once a connection (through the proxy, with TLS)
        // stands: the line between "nothing was sent" and a doubt.
        onRequestStart: (started) => {
          if (over || controller !== undefined) {
            // Given up meanwhile; or the library wants to send a second time, which is never its decision.
            started.abort(new Error("not sent"));
            return;
          }
          controller = started;
        },
        onResponseStart: (_, status, headers) => {
          incoming.start(status, headers);
        },
        onResponseData: (_, chunk) => {
          if (incoming.add(chunk)) return;
          settle();
          controller?.abort(new Error("the bound is reached"));
        },
        onResponseEnd: () => {
          settle();
        },
        onResponseError: (_, error) => {
          settle(failureOf(error, request.url.hostname, controller !== undefined));
        },
      },
    );
  });
}

/** What has come back so far. */
class Incoming {
  readonly #mostBytes: number;
  readonly #chunks: Uint8Array[] = [];
  #head: { readonly status: number; readonly headers: Readonly<Record<string, string>> } | undefined;
  #size = 0;
  #full = false;

  constructor(mostBytes: number) {
    this.#mostBytes = mostBytes;
  }

  start(status: number, headers: Readonly<Record<string, string | string[] | undefined>>): void {
    const joined = Object.entries(headers).map(([name, value]): [string, string] => [
      name.toLowerCase(),
      Array.isArray(value) ? value.join(", ") : (value ?? ""),
    ]);
    this.#head = { status, headers: Object.fromEntries(joined) };
  }

  /** Returns whether more may come. */
  add(chunk: Uint8Array): boolean {
    const room = this.#mostBytes - this.#size;
    // Copied: the library hands out parts of its own receive buffer.
    const kept = Uint8Array.from(chunk.subarray(0, room));
    this.#chunks.push(kept);
    this.#size += kept.length;
    this.#full ||= chunk.length > room;
    return !this.#full;
  }

  answer(broken: boolean): HttpAnswer | undefined {
    if (this.#head === undefined) return undefined;
    const body = new Uint8Array(Buffer.concat(this.#chunks));
    return { ...this.#head, body, truncated: broken || this.#full, receivedAt: new Date() };
  }
}

function seconds(milliseconds: number): number {
  return Math.round(milliseconds / 100) / 10;
}
