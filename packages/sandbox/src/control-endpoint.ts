import type { IncomingMessage, ServerResponse } from "node:http";
import type { SandboxControl } from "./control.ts";

/** Below this path, the control API answers: `POST /_control/<method>` with a JSON array of arguments. */
export const controlPath = "/_control/";

// A record, so that it fails to compile when a method of the interface is forgotten here.
const methods: Readonly<Record<keyof SandboxControl, true>> = {
  consent: true,
  consentMany: true,
  regrant: true,
  setScopes: true,
  revoke: true,
  change: true,
  configure: true,
  setClient: true,
  grant: true,
  currentRefreshToken: true,
  isAlive: true,
  ledger: true,
  counts: true,
  fault: true,
  script: true,
  clearFaults: true,
  barrier: true,
  held: true,
  release: true,
  arrived: true,
  idle: true,
  signal: true,
  waitForSignals: true,
  now: true,
  advance: true,
};

/** Every method of the control API. */
export const controlMethods: readonly (keyof SandboxControl)[] = Object.keys(methods) as (keyof SandboxControl)[];

/** Answers a control request: only from this machine, only under a loopback name, never from a web page. */
export async function answerControl(
  control: SandboxControl,
  message: IncomingMessage,
  response: ServerResponse,
  path: string,
  body: Buffer,
): Promise<void> {
  const objection = objectionTo(message);
  if (objection !== undefined) return reply(response, 403, { error: objection });
  if (message.method !== "POST") return reply(response, 405, { error: "control methods are called with POST" });
  const name = path.slice(controlPath.length) as keyof SandboxControl;
  if (!controlMethods.includes(name)) {
    return reply(response, 404, { error: `no control method "${name}"; there are ${controlMethods.join(", ")}` });
  }
  try {
    const given: unknown = body.length === 0 ? [] : JSON.parse(body.toString("utf8"));
    const args: readonly unknown[] = Array.isArray(given) ? given : [given];
    const method = control[name] as (...args: readonly unknown[]) => Promise<unknown>;
    const result = await method(...args);
    reply(response, 200, { result });
  } catch (error) {
    reply(response, 400, { error: error instanceof Error ? error.message : String(error) });
  }
}

// A page in a browser can reach loopback, by its own name (DNS rebinding) or from afar (Origin).
function objectionTo(message: IncomingMessage): string | undefined {
  if (!isLoopbackAddress(message.socket.remoteAddress ?? "")) return "the control API answers on loopback only";
  const host = (message.headers.host ?? "").replace(/:\d+$/, "").toLowerCase();
  if (!["127.0.0.1", "localhost", "[::1]"].includes(host)) return "the Host header is not a loopback name";
  return message.headers.origin === undefined ? undefined : "the control API does not answer web pages";
}

function isLoopbackAddress(address: string): boolean {
  return address === "::1" || address.replace(/^::ffff:/, "").startsWith("127.");
}

function reply(response: ServerResponse, status: number, value: unknown): void {
  if (response.destroyed) return;
  const body = Buffer.from(JSON.stringify(value), "utf8");
  response.writeHead(status, { "content-type": "application/json; charset=utf-8", "content-length": body.length });
  response.end(body);
}
