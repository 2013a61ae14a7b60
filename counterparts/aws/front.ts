import { createServer, request as httpRequest, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { readServiceModel, requestFaults, type ServiceModel } from "./service-model.ts";
import { ruleOnStage } from "./stage-rule.ts";

/** One call as it came in. */
export interface AwsCall {
  /** `PutSecretValue`; empty for what is no JSON call (STS). */
  readonly action: string;
  readonly input: Readonly<Record<string, unknown>>;
  /** Id of the access key that it is signed with; empty where it is not signed. */
  readonly accessKey: string;
}

/** What goes wrong with a call. `after`: the service does it first. */
export type AwsTrouble =
  | { readonly error: string; readonly status?: number; readonly message?: string; readonly after?: boolean }
  /** Nothing wrong, but only after this. */
  | { readonly wait: Promise<unknown>; readonly after?: boolean }
  /** An answer that was cut, or is somebody else's. */
  | { readonly text: string; readonly after?: boolean }
  | { readonly drop: true; readonly after?: boolean }
  | { readonly hang: true; readonly after?: boolean };

/**
 * An address in front of another service, with faults on request. A call that the service model does not allow is turned
 * away as the real service would; where the model is not installed, none is looked at.
 */
export interface Front {
  readonly url: string;
  readonly calls: readonly AwsCall[];
  /** What the service model says against the calls, without their values. */
  readonly mistakes: readonly string[];
  trouble: ((call: AwsCall) => AwsTrouble | undefined) | undefined;
  close(): Promise<void>;
}

let model: ServiceModel | undefined;

/** Starts it in front of a port on loopback. */
export async function startFront(port: number): Promise<Front> {
  model ??= readServiceModel();
  const calls: AwsCall[] = [];
  const mistakes: string[] = [];
  const front: { trouble: Front["trouble"] } = { trouble: undefined };
  // One at a time, because what a rule looks at must not change before the call that it is about.
  let turn: Promise<unknown> = Promise.resolve();
  const inTurn = async <T>(work: () => Promise<T>): Promise<T> => {
    const mine = turn.then(work);
    turn = mine.catch(() => undefined);
    return await mine;
  };
  const server = createServer((incoming, response) => {
    void handle(incoming, response).catch(() => response.destroy());
  });
  const handle = async (incoming: IncomingMessage, response: ServerResponse): Promise<void> => {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks);
    const call = callOf(incoming, body);
    calls.push(call);
    const wrong = call.action === "" || model === undefined ? [] : requestFaults(model, call.action, call.input);
    if (wrong.length > 0) {
      mistakes.push(...wrong);
      inflict({ error: "ValidationException", message: wrong.join("; ") }, response);
      return;
    }
    const asked = call.action === "" ? undefined : front.trouble?.(call);
    if (asked !== undefined && "wait" in asked) await asked.wait;
    const trouble = asked === undefined || "wait" in asked ? undefined : asked;
    if (trouble !== undefined && trouble.after !== true) {
      inflict(trouble, response);
      return;
    }
    const answer = await inTurn(async () => await serve(incoming, body, call, port));
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
    mistakes,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  });
}

function callOf({ headers }: IncomingMessage, body: Buffer): AwsCall {
  const target = headers["x-amz-target"];
  const accessKey = /Credential=([^/]+)/.exec(headers["authorization"] ?? "")?.[1] ?? "";
  if (typeof target !== "string") return { action: "", input: {}, accessKey };
  return {
    accessKey,
    action: target.split(".").at(-1) ?? "",
    input: JSON.parse(body.toString("utf8")) as Readonly<Record<string, unknown>>,
  };
}

function inflict(trouble: Exclude<AwsTrouble, { readonly wait: Promise<unknown> }>, response: ServerResponse): void {
  if ("hang" in trouble) return;
  if ("drop" in trouble) {
    response.socket?.resetAndDestroy();
    return;
  }
  if ("text" in trouble) {
    response.writeHead(200, { "content-type": "application/x-amz-json-1.1" });
    response.end(trouble.text);
    return;
  }
  response.writeHead(trouble.status ?? 400, { "content-type": "application/x-amz-json-1.1" });
  response.end(JSON.stringify({ __type: trouble.error, Message: trouble.message ?? "made by a test" }));
}

interface Answer {
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly body: Buffer;
}

async function serve(incoming: IncomingMessage, body: Buffer, call: AwsCall, port: number): Promise<Answer> {
  const ruling = await ruleOnStage(call, port);
  if (ruling === "forward") return await forward(incoming, body, port);
  const headers = { "content-type": "application/x-amz-json-1.1" };
  const done = { ARN: call.input["SecretId"], Name: call.input["SecretId"] };
  const [status, said] =
    ruling === "nothing to do" ? [200, done] : [400, { __type: ruling.error, Message: ruling.message }];
  return { status, headers, body: Buffer.from(JSON.stringify(said)) };
}

async function forward({ method, url, headers }: IncomingMessage, body: Buffer, port: number): Promise<Answer> {
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
