import { createServer, type IncomingHttpHeaders, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { NotifierRefusal } from "../notifier/fixture.ts";

/** What the receiver does with what comes. */
export type Behaviour = "accept" | "hang" | "drop" | NotifierRefusal;

/** A real HTTP server that takes alerts. */
export interface SoundReceiver {
  readonly url: string;
  /** What it accepted, oldest first: headers on the first line, the body on the second. */
  readonly received: readonly string[];
  readonly asked: () => number;
  behave(as: Behaviour): void;
  close(): Promise<void>;
}

/** A part of its address that nobody else may know. */
export const secretPath = "T0-suite-secret-address";

const refusals: Readonly<
  Record<NotifierRefusal, readonly [status: number, headers: Readonly<Record<string, string>>]>
> = { permanent: [410, {}], transient: [503, {}], throttled: [429, { "retry-after": "30" }] };

/** Starts one on this machine. */
export async function startSoundReceiver(): Promise<SoundReceiver> {
  const received: string[] = [];
  let asked = 0;
  let behaviour: Behaviour = "accept";

  const answer = (response: ServerResponse, path: string, headers: IncomingHttpHeaders, body: string): void => {
    if (behaviour === "hang") return;
    if (behaviour === "accept" || behaviour === "drop") {
      if (!isJson(body)) return void response.writeHead(400).end();
      received.push(`${JSON.stringify(headers)}\n${body}`);
      if (behaviour === "drop") response.destroy();
      else response.writeHead(204).end();
      return;
    }
    // As careless receivers do, it repeats what it was sent.
    response.writeHead(...refusals[behaviour]).end(`${path} ${JSON.stringify(headers)} ${body}`);
  };

  const server = createServer((request, response) => {
    asked += 1;
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => answer(response, request.url ?? "", request.headers, Buffer.concat(chunks).toString()));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/${secretPath}`,
    received,
    asked: () => asked,
    behave: (as) => void (behaviour = as),
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function isJson(body: string): boolean {
  try {
    JSON.parse(body);
    return true;
  } catch {
    return false;
  }
}
