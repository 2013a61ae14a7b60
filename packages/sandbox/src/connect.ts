import { Agent, request as httpRequest } from "node:http";
import type { SandboxControl } from "./control.ts";
import { controlMethods, controlPath } from "./control-endpoint.ts";

/** A control API over HTTP, which holds connections until it is closed. */
export type ConnectedControl = SandboxControl & { close(): void } & Disposable;

/**
 * The control API of a sandbox in another process, with the same methods as `sandbox.control`.
 *
 * @param url - The sandbox's base address, such as `http://127.0.0.1:4010`.
 */
export function connectSandbox(url: string): ConnectedControl {
  const agent = new Agent({ keepAlive: true });
  const call = async (name: string, args: readonly unknown[]): Promise<unknown> => {
    const body = Buffer.from(JSON.stringify(args), "utf8");
    const text = await post(new URL(controlPath + name, url), body, agent);
    const answer = JSON.parse(text) as { readonly result?: unknown; readonly error?: string };
    if (answer.error !== undefined) throw new Error(answer.error);
    return name === "now" ? new Date(answer.result as string) : answer.result;
  };
  const methods = Object.fromEntries(
    controlMethods.map((name) => [name, async (...args: readonly unknown[]) => await call(name, args)]),
  ) as unknown as SandboxControl;
  const close = (): void => agent.destroy();
  return { ...methods, close, [Symbol.dispose]: close };
}

// Plain node:http: it has no deadline of its own, and some methods wait long.
async function post(url: URL, body: Buffer, agent: Agent): Promise<string> {
  return await new Promise((resolve, reject) => {
    const headers = { "content-type": "application/json", "content-length": body.length };
    const request = httpRequest(url, { method: "POST", agent, headers }, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("error", reject);
      response.on("end", () => resolve(Buffer.concat(chunks).toString("utf8")));
    });
    request.on("error", reject);
    request.end(body);
  });
}
