import { Agent, request as httpRequest, type IncomingHttpHeaders } from "node:http";
import { connect } from "node:net";
import type { Consent } from "./control.ts";

/** What came back over the wire, byte by byte. */
export interface Received {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly bytes: Buffer;
  /** Whether the body was as long as promised. */
  readonly complete: boolean;
}

/** An answer whose body is a JSON object. */
export interface ReceivedJson extends Received {
  readonly body: Readonly<Record<string, unknown>>;
}

/** Sends one request on a connection of its own. */
export async function send(
  url: string,
  options: {
    readonly method?: string;
    readonly headers?: Readonly<Record<string, string>>;
    readonly body?: string;
    readonly signal?: AbortSignal;
  } = {},
): Promise<Received> {
  return await new Promise((resolve, reject) => {
    const agent = new Agent({ keepAlive: false });
    const { signal, body } = options;
    const request = httpRequest(
      url,
      {
        agent,
        method: options.method ?? "GET",
        headers: { ...options.headers, ...(body === undefined ? {} : { "content-length": Buffer.byteLength(body) }) },
        ...(signal === undefined ? {} : { signal }),
      },
      (response) => {
        const chunks: Buffer[] = [];
        response.on("data", (chunk: Buffer) => chunks.push(chunk));
        response.on("error", () => undefined);
        response.on("close", () =>
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            bytes: Buffer.concat(chunks),
            complete: response.complete,
          }),
        );
      },
    );
    request.on("error", reject);
    request.end(body);
  });
}

/** Presents a refresh token as its platform wants it. */
export async function present(
  consent: Consent,
  refreshToken: string = consent.refreshToken,
  extra: { readonly fields?: Readonly<Record<string, string>>; readonly signal?: AbortSignal } = {},
): Promise<Received> {
  return await send(consent.tokenUrl, {
    method: "POST",
    headers: { "content-type": "application/x-www-form-urlencoded" },
    body: new URLSearchParams({ ...fieldsFor(consent, refreshToken), ...extra.fields }).toString(),
    ...(extra.signal === undefined ? {} : { signal: extra.signal }),
  });
}

/** As {@link present}; the answer must be a JSON object. */
export async function exchange(
  consent: Consent,
  refreshToken?: string,
  fields?: Readonly<Record<string, string>>,
): Promise<ReceivedJson> {
  const received = await present(consent, refreshToken, fields === undefined ? {} : { fields });
  return { ...received, body: JSON.parse(received.bytes.toString("utf8")) as Record<string, unknown> };
}

/** As {@link present}, without any HTTP client that could object to what comes back. */
export async function overSocket(consent: Consent): Promise<string> {
  const url = new URL(consent.tokenUrl);
  const body = new URLSearchParams(fieldsFor(consent, consent.refreshToken)).toString();
  return await new Promise((resolve, reject) => {
    const socket = connect(Number(url.port), url.hostname);
    let received = "";
    socket.on("data", (chunk: Buffer) => (received += chunk.toString("latin1")));
    socket.on("error", reject);
    socket.on("end", () => resolve(received));
    socket.write(
      `POST ${url.pathname} HTTP/1.1\r\nHost: ${url.host}\r\nContent-Type: application/x-www-form-urlencoded\r\n` +
        `Content-Length: ${String(body.length)}\r\n\r\n${body}`,
    );
  });
}

function fieldsFor(consent: Consent, refreshToken: string): Record<string, string> {
  return {
    grant_type: "refresh_token",
    [consent.platform.startsWith("tiktok") ? "client_key" : "client_id"]: consent.clientId,
    ...(consent.clientSecret === undefined ? {} : { client_secret: consent.clientSecret }),
    refresh_token: refreshToken,
  };
}
