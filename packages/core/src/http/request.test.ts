import { execFile } from "node:child_process";
import { createServer, type Socket } from "node:net";
import { inspect, promisify } from "node:util";
import { afterEach, describe, expect, it } from "vitest";
import type { TokenwardError } from "../errors/error.ts";
import { secret } from "../secret.ts";
import { createHttpClient } from "./client.ts";
import type { HttpRequest } from "./message.ts";
import {
  answering,
  closeServers,
  listen,
  rawServer,
  request,
  send,
  sentinel,
  sockets,
} from "../../fixtures/raw-server.ts";

const run = promisify(execFile);

afterEach(closeServers);

describe("a request", () => {
  const ok = answering("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n");

  async function wire(what: Partial<HttpRequest>): Promise<{ head: string; body: string }> {
    // Answered when all of it is there, so that nothing of the body is missing.
    const whole = Promise.withResolvers<string>();
    const server = createServer((socket) => {
      let text = "";
      sockets.add(socket);
      socket.on("data", (chunk) => {
        text += chunk.toString("utf8");
        const [head = "", body] = text.split("\r\n\r\n");
        const length = Number(/content-length: (\d+)/i.exec(head)?.[1] ?? 0);
        if (body === undefined || Buffer.byteLength(body) < length) return;
        whole.resolve(text);
        ok(socket);
      });
    });
    await send(request(await listen(server), what));
    const [head = "", body = ""] = (await whole.promise).split("\r\n\r\n");
    return { head, body };
  }

  it("reveals secrets in the query, in headers and in every kind of body", async () => {
    const { head, body } = await wire({
      query: { key: secret("a b&c") },
      headers: { "X-Key": secret("revealed-1"), Accept: "text/plain" },
      body: { json: { token: secret("revealed-2"), list: [secret("revealed-3"), 1, null, true] } },
    });
    expect(head).toContain("POST /token?key=a+b%26c HTTP/1.1");
    expect(head).toContain("x-key: revealed-1");
    expect(head).toContain("accept: text/plain");
    expect(head).toContain("content-type: application/json");
    expect(head).toMatch(/user-agent: tokenward\/\d/);
    expect(head).toContain("connection: close");
    expect(JSON.parse(body)).toEqual({ token: "revealed-2", list: ["revealed-3", 1, null, true] });
    expect((await wire({ body: { form: { a: secret("ü&="), b: "c" } } })).body).toBe("a=%C3%BC%26%3D&b=c");
    expect((await wire({ body: { text: secret("<token/>"), type: "text/xml" } })).body).toBe("<token/>");
  });

  it("form-encodes user and password of basic authentication (RFC 6749, section 2.3.1)", async () => {
    const { head } = await wire({ basic: { user: "id:with colon", password: secret("pass%wörd") } });
    const value = /authorization: Basic (\S+)/i.exec(head)?.[1] ?? "";
    expect(Buffer.from(value, "base64").toString()).toBe("id%3Awith+colon:pass%25w%C3%B6rd");
  });

  it.each([
    ["another machine over plain HTTP", { url: "http://platform.example/token" }],
    ["a private address over plain HTTP", { url: "http://10.0.0.1/token" }],
    ["a host that only looks like this machine", { url: "http://127.0.0.1.platform.example/" }],
    ["another protocol", { url: "ftp://127.0.0.1/" }],
    ["no address", { url: "token" }],
    ["an address with a password", { url: `https://user:${sentinel}@platform.example/` }],
    ["a header with a line break", { headers: { a: secret(`${sentinel}\r\nb: c`) } }],
    ["a header beyond Latin-1", { headers: { a: `${sentinel}\u4e2d` } }],
    ["an impossible header", { headers: { "a b": "c" } }],
  ])("is refused before it is sent: %s", async (_, what) => {
    const server = await rawServer(() => undefined);
    const refusal: unknown = await send(request(server.port, what)).catch((error: unknown) => error);
    expect((refusal as TokenwardError).code).toBe("ERR_AUTH_REQUEST_INVALID");
    expect(inspect(refusal, { depth: 9 })).not.toContain(sentinel);
    expect(server.received).toEqual([]);
  });

  it("gets a connection of its own, unless the caller allows reuse", async () => {
    const keepOpen = (socket: Socket): void => {
      socket.on("data", () => undefined);
      socket.write("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n");
    };
    const server = await rawServer(keepOpen);
    const client = createHttpClient({ env: {} });
    for (let count = 0; count < 3; count++) await client.send(request(server.port));
    expect(server.received).toHaveLength(3);

    const connections: Socket[] = [];
    const reusable = createServer((socket) => {
      connections.push(socket);
      sockets.add(socket);
      socket.on("data", () => socket.write("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n"));
    });
    const port = await listen(reusable);
    const reusing = createHttpClient({ env: {}, keepAlive: true });
    const get: HttpRequest = { method: "GET", url: `http://127.0.0.1:${port}/` };
    for (let count = 0; count < 3; count++) await reusing.send(get);
    expect(connections.length).toBeLessThan(3);
  });

  it("costs nothing before there is one: importing core does not import the HTTP library", async () => {
    const core = new URL("../index.ts", import.meta.url).href;
    const code = `await import(${JSON.stringify(core)}); const { Module } = await import("node:module");
      console.log(Object.keys(Module._cache).filter((path) => /[/\\\\](undici|age-encryption)[/\\\\]/.test(path)).length);`;
    const { stdout } = await run(process.execPath, [
      "--conditions=@tokenward/source",
      "--input-type=module",
      "-e",
      code,
    ]);
    expect(stdout.trim()).toBe("0");
  });
});
