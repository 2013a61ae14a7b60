import { createServer, request as httpRequest, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** One call as it came in. */
export interface AwsCall {
  /** `PutSecretValue`; empty for what is no JSON call (STS). */
  readonly action: string;
  readonly input: Readonly<Record<string, unknown>>;
}

/** What goes wrong with a call. `after`: the service does it first. */
export type AwsTrouble =
  | { readonly error: string; readonly status?: number; readonly message?: string; readonly after?: boolean }
  | { readonly drop: true; readonly after?: boolean }
  | { readonly hang: true; readonly after?: boolean };

/** An address in front of another service, with faults on request. */
export interface Front {
  readonly url: string;
  readonly calls: readonly AwsCall[];
  trouble: ((call: AwsCall) => AwsTrouble | undefined) | undefined;
  close(): Promise<void>;
}

/** Starts it in front of a port on loopback. */
export async function startFront(port: number): Promise<Front> {
  const calls: AwsCall[] = [];
  const front: { trouble: Front["trouble"] } = { trouble: undefined };
  const server = createServer((incoming, response) => {
    void handle(incoming, response).catch(() => response.destroy());
  });
  const handle = async (incoming: IncomingMessage, response: ServerResponse): Promise<void> => {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks);
    const call = callOf(incoming, body);
    calls.push(call);
    const trouble = call.action === "" ? undefined : front.trouble?.(call);
    if (trouble !== undefined && trouble.after !== true) {
      inflict(trouble, response);
      return;
    }
    const answer = await forward(incoming, body, port);
    if (trouble !== undefined) {
      inflict(trouble, response);
      return;
    }
    response.writeHead(answer.status, answer.headers);
    response.end(answer.body);
  };
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return Object.assign(front, {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    calls,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  });
}

function callOf({ headers }: IncomingMessage, body: Buffer): AwsCall {
  const target = headers["x-amz-target"];
  if (typeof target !== "string") return { action: "", input: {} };
  return {
    action: target.split(".").at(-1) ?? "",
    input: JSON.parse(body.toString("utf8")) as Readonly<Record<string, unknown>>,
  };
}

function inflict(trouble: AwsTrouble, response: ServerResponse): void {
  if ("hang" in trouble) return;
  if ("drop" in trouble) {
    response.socket?.resetAndDestroy();
    return;
  }
  response.writeHead(trouble.status ?? 400, { "content-type": "application/x-amz-json-1.1" });
  response.end(JSON.stringify({ __type: trouble.error, Message: trouble.message ?? "made by a test" }));
}

async function forward(
  { method, url, headers }: IncomingMessage,
  body: Buffer,
  port: number,
): Promise<{ readonly status: number; readonly headers: Record<string, string>; readonly body: Buffer }> {
  return await new Promise((resolve, reject) => {
    const outgoing = httpRequest({ host: "127.0.0.1", port, method, path: url, headers, agent: false }, (answer) => {
      const chunks: Buffer[] = [];
      answer.on("data", (chunk: Buffer) => chunks.push(chunk));
      answer.on("error", reject);
      answer.on("end", () => {
        const type = answer.headers["content-type"] ?? "application/x-amz-json-1.1";
        resolve({ status: answer.statusCode ?? 500, headers: { "content-type": type }, body: Buffer.concat(chunks) });
      });
    });
    outgoing.on("error", reject);
    outgoing.end(body);
  });
}
