import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout } from "node:timers/promises";
import { VariableStore, type Reply } from "./variables.ts";

/** One request as it came in, for comparing clients and for checking against the published description. */
export interface SeenRequest {
  readonly method: string;
  /** Decoded, without the query. */
  readonly path: string;
  readonly rawPath: string;
  readonly query: Readonly<Record<string, string>>;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: unknown;
}

/** What goes wrong with a request: an answer in place of GitLab's, or none. `after`: GitLab does it first. */
export type Trouble =
  | { readonly answer: Reply; readonly headers?: Readonly<Record<string, string>>; readonly after?: boolean }
  | { readonly drop: true; readonly after?: boolean }
  | { readonly hang: true; readonly after?: boolean }
  /** Nothing wrong, but only after this. */
  | { readonly wait: Promise<unknown>; readonly after?: boolean };

/** A GitLab on loopback: one project, one group, one access token. */
export interface GitlabServer {
  readonly url: string;
  readonly token: string;
  readonly project: { readonly id: number; readonly path: string; readonly variables: VariableStore };
  readonly group: { readonly id: number; readonly path: string; readonly variables: VariableStore };
  /** Everything that was asked, in order. */
  readonly seen: readonly SeenRequest[];
  /** When the access token ends (`YYYY-MM-DD`); `null`: never. */
  tokenEnd: string | null;
  /** Milliseconds that a request and its answer are on their way together, half of them each; asked for each request. */
  latency: (() => number) | undefined;
  /** Decides about each request before GitLab does. */
  trouble: ((request: SeenRequest) => Trouble | undefined) | undefined;
  close(): Promise<void>;
}

/** Starts it on a free port. */
export async function startGitlabServer(): Promise<GitlabServer> {
  const seen: SeenRequest[] = [];
  const gitlab = {
    url: "",
    token: "glpat-counterpart-0123456789",
    project: { id: 42, path: "agency/posting", variables: new VariableStore() },
    group: { id: 7, path: "agency", variables: new VariableStore() },
    seen,
    tokenEnd: null,
    latency: undefined,
    trouble: undefined,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  } as { -readonly [Key in keyof GitlabServer]: GitlabServer[Key] };
  const server = createServer((request, response) => {
    void handle(request, response, gitlab, seen).catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  gitlab.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return gitlab;
}

async function handle(
  incoming: IncomingMessage,
  response: ServerResponse,
  gitlab: GitlabServer,
  seen: SeenRequest[],
): Promise<void> {
  const request = await read(incoming);
  const half = (gitlab.latency?.() ?? 0) / 2;
  if (half > 0) await setTimeout(half);
  seen.push(request);
  const trouble = gitlab.trouble?.(request);
  if (trouble !== undefined && trouble.after !== true && (await inflict(trouble, response))) return;
  const reply = answer(request, gitlab);
  if (trouble?.after === true && (await inflict(trouble, response))) return;
  if (half > 0) await setTimeout(half);
  send(response, reply);
}

/** Whether that was all that happened to the request. */
async function inflict(trouble: Trouble, response: ServerResponse): Promise<boolean> {
  if ("wait" in trouble) {
    await trouble.wait;
    return false;
  }
  if ("hang" in trouble) return true;
  if ("drop" in trouble) {
    response.socket?.resetAndDestroy();
    return true;
  }
  send(response, trouble.answer, trouble.headers);
  return true;
}

function send(response: ServerResponse, { status, body }: Reply, headers: Readonly<Record<string, string>> = {}): void {
  const plain = typeof body === "string";
  response.writeHead(status, { "content-type": plain ? "text/plain" : "application/json", ...headers });
  response.end(body === undefined ? undefined : plain ? body : JSON.stringify(body));
}

async function read(incoming: IncomingMessage): Promise<SeenRequest> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  const url = new URL(incoming.url ?? "/", "http://localhost");
  const text = Buffer.concat(chunks).toString("utf8");
  const type = incoming.headers["content-type"] ?? "";
  return {
    method: incoming.method ?? "GET",
    path: decodeURIComponent(url.pathname),
    rawPath: url.pathname,
    query: Object.fromEntries(url.searchParams),
    headers: incoming.headers,
    body: text === "" ? undefined : type.includes("json") ? JSON.parse(text) : text,
  };
}

function answer(request: SeenRequest, gitlab: GitlabServer): Reply {
  const { headers, rawPath } = request;
  const given = headers["private-token"] ?? /^Bearer (.*)$/.exec(String(headers["authorization"] ?? ""))?.[1];
  if (given !== gitlab.token) return { status: 401, body: { message: "401 Unauthorized" } };
  if (rawPath === "/api/v4/personal_access_tokens/self")
    return { status: 200, body: { id: 1, name: "writeback", scopes: ["api"], expires_at: gitlab.tokenEnd } };
  const [, kind, id, rest] = /^\/api\/v4\/(projects|groups)\/([^/]+)(?:\/(.*))?$/.exec(rawPath) ?? [];
  const home = kind === "projects" ? gitlab.project : kind === "groups" ? gitlab.group : undefined;
  const named = decodeURIComponent(id ?? "");
  if (home === undefined || (named !== String(home.id) && named !== home.path))
    return { status: 404, body: { message: kind === "groups" ? "404 Group Not Found" : "404 Project Not Found" } };
  if (rest === undefined) return { status: 200, body: { id: home.id, full_path: home.path } };
  return ofVariables(request, rest, home.variables);
}

function ofVariables({ method, query, body }: SeenRequest, rest: string, variables: VariableStore): Reply {
  const wanted = (typeof body === "object" && body !== null ? body : {}) as Readonly<Record<string, unknown>>;
  if (rest === "variables") {
    if (method === "POST") return variables.create(wanted);
    const size = Number(query["per_page"] ?? 20);
    const page = Number(query["page"] ?? 1) - 1;
    return { status: 200, body: variables.list().slice(page * size, (page + 1) * size) };
  }
  const key = /^variables\/([^/]+)$/.exec(rest)?.[1];
  if (key === undefined) return { status: 404, body: { error: "404 Not Found" } };
  const nested = (wanted["filter"] as { readonly environment_scope?: string } | undefined)?.environment_scope;
  const scope = query["filter[environment_scope]"] ?? nested;
  switch (method) {
    case "GET":
      return variables.read(key, scope);
    case "PUT":
      return variables.update(key, scope, wanted);
    case "DELETE":
      return variables.remove(key, scope);
    default:
      return { status: 405, body: { error: "405 Not Allowed" } };
  }
}
