import { execFile, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { connect, createServer, type AddressInfo, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createServer as createTlsServer } from "node:tls";
import { inspect, promisify } from "node:util";
import { gzipSync } from "node:zlib";
import { afterAll, afterEach, beforeAll, describe, expect, it, type TestContext } from "vitest";
import type { TokenwardError } from "../errors/error.ts";
import { secret } from "../secret.ts";
import { createHttpClient, type HttpClientOptions } from "./client.ts";
import { HttpFailure } from "./failure.ts";
import type { HttpAnswer, HttpRequest } from "./message.ts";

const run = promisify(execFile);

/** A server that speaks bytes, not HTTP, so that it can misbehave at every one of them. */
interface RawServer {
  readonly port: number;
  /** What arrived on each connection, in the order of connecting. */
  readonly received: string[];
}

const servers: Server[] = [];
const sockets = new Set<Socket>();

afterEach(async () => {
  for (const socket of sockets) socket.destroy();
  sockets.clear();
  for (const server of servers.splice(0)) {
    server.close();
    await once(server, "close");
  }
});

async function listen(server: Server): Promise<number> {
  servers.push(server);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return (server.address() as AddressInfo).port;
}

/** `whenConnected` runs at once, `whenAsked` when the end of a request's headers was seen. */
async function rawServer(
  whenAsked: (socket: Socket) => void,
  whenConnected: (socket: Socket) => void = () => undefined,
): Promise<RawServer> {
  const received: string[] = [];
  const server = createServer((socket) => {
    const index = received.push("") - 1;
    sockets.add(socket);
    socket.on("error", () => undefined);
    socket.on("data", (chunk) => {
      const asked = received[index]?.includes("\r\n\r\n") === true;
      received[index] += chunk.toString("latin1");
      if (!asked && received[index]?.includes("\r\n\r\n") === true) whenAsked(socket);
    });
    whenConnected(socket);
  });
  return { port: await listen(server), received };
}

function answering(text: string): (socket: Socket) => void {
  return (socket) => socket.end(text);
}

const sentinel = "sntl-rft-0123456789";

function request(port: number, more: Partial<HttpRequest> = {}): HttpRequest {
  return {
    method: "POST",
    url: `http://127.0.0.1:${port}/token`,
    query: { key: secret(sentinel) },
    body: { form: { refresh_token: secret(sentinel) } },
    ...more,
  };
}

async function send(
  what: HttpRequest,
  options: Parameters<ReturnType<typeof createHttpClient>["send"]>[1] = {},
  client: HttpClientOptions = { env: {} },
): Promise<HttpAnswer> {
  return await createHttpClient(client).send(what, options);
}

async function failure(sending: Promise<unknown>): Promise<HttpFailure> {
  const thrown: unknown = await sending.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (!HttpFailure.is(thrown)) throw new Error(`no HttpFailure but ${inspect(thrown)}`);
  expect(inspect(thrown, { depth: 9, showHidden: true })).not.toContain(sentinel);
  expect(thrown.stack).not.toContain(sentinel);
  return thrown;
}

describe("whether a request was sent", () => {
  it("is false where nobody listens", async () => {
    const { port } = await rawServer(() => undefined);
    const [server] = servers.splice(0);
    server?.close();
    expect(await failure(send(request(port)))).toMatchObject({
      sent: false,
      code: "ECONNREFUSED",
      reason: "connection refused",
    });
  });

  it("is false where the name does not exist", async () => {
    const failed = await failure(send({ method: "POST", url: "https://platform.invalid/token" }));
    expect(failed.sent).toBe(false);
    expect(failed.reason).toContain("platform.invalid");
  });

  it("is true where the server takes the connection and drops it, whatever it read", async () => {
    for (const drop of [(socket: Socket) => socket.destroy(), (socket: Socket) => socket.resetAndDestroy()]) {
      const server = await rawServer(drop);
      expect(await failure(send(request(server.port)))).toMatchObject({ sent: true });
      expect(server.received).toHaveLength(1);
      expect(server.received[0]).toContain(sentinel);
    }
  });

  it("is never false where a byte arrived, when the server drops the connection at once", async () => {
    for (let attempt = 0; attempt < 20; attempt++) {
      const server = await rawServer(
        () => undefined,
        (socket) => (attempt % 2 === 0 ? socket.destroy() : socket.resetAndDestroy()),
      );
      const failed = await failure(send(request(server.port)));
      if (!failed.sent) expect(server.received.join("")).toBe("");
    }
  });

  it("is true where no answer comes before the deadline", async () => {
    const server = await rawServer(() => undefined);
    expect(await failure(send(request(server.port), { deadline: 100 }))).toMatchObject({
      sent: true,
      code: "DEADLINE",
      reason: "time-out after 0.1 s",
    });
    expect(server.received).toHaveLength(1);
  });

  it("is false where the deadline or an abort ends the TLS handshake", async () => {
    const server = await rawServer(() => undefined);
    const url = `https://127.0.0.1:${server.port}/token`;
    expect(await failure(send(request(server.port, { url }), { deadline: 100 }))).toMatchObject({
      sent: false,
      code: "DEADLINE",
    });
    const controller = new AbortController();
    const sending = failure(send(request(server.port, { url }), { signal: controller.signal }));
    await once(servers[0] as Server, "connection");
    controller.abort();
    expect(await sending).toMatchObject({ sent: false, code: "ABORTED" });
    expect(server.received.join("")).not.toContain("POST");
  });

  it("is false for an abort before, true for an abort after", async () => {
    const asked = Promise.withResolvers<void>();
    const server = await rawServer(() => {
      asked.resolve();
    });
    expect(await failure(send(request(server.port), { signal: AbortSignal.abort() }))).toMatchObject({ sent: false });
    expect(server.received).toEqual([]);
    const controller = new AbortController();
    const sending = failure(send(request(server.port), { signal: controller.signal }));
    await asked.promise;
    controller.abort();
    expect(await sending).toMatchObject({ sent: true, code: "ABORTED" });
  });

  it.each([
    ["garbage", "SSH-2.0-OpenSSH_9.2\r\n\r\n"],
    ["half a status line", "HTTP/1."],
    ["half the headers", "HTTP/1.1 200 OK\r\ncontent-type: appl"],
    ["endless headers", `HTTP/1.1 200 OK\r\nx: ${"a".repeat(200_000)}\r\n\r\n`],
    ["nothing", ""],
  ])("is true where %s comes back", async (_, text) => {
    const server = await rawServer(answering(text));
    expect(await failure(send(request(server.port)))).toMatchObject({ sent: true });
  });

  it("is not decided twice: nothing is ever sent again, also no GET", async () => {
    for (const method of ["POST", "GET"] as const) {
      for (const keepAlive of [false, true]) {
        const server = await rawServer((socket) => socket.destroy());
        const sending = send(request(server.port, { method, body: undefined }), {}, { env: {}, keepAlive });
        expect(await failure(sending)).toMatchObject({ sent: true });
        expect(server.received).toHaveLength(1);
      }
    }
  });
});

describe("an answer", () => {
  it("is whatever came back, with its raw bytes", async () => {
    const packed = gzipSync('{"access_token":"act.example"}');
    const server = await rawServer((socket) => {
      socket.write(
        `HTTP/1.1 500 Oops\r\nContent-Encoding: gzip\r\nX-A: 1\r\nx-a: 2\r\nContent-Length: ${packed.length}\r\n\r\n`,
      );
      socket.end(packed);
    });
    const answer = await send(request(server.port));
    expect(answer).toMatchObject({
      status: 500,
      truncated: false,
      headers: { "content-encoding": "gzip", "x-a": "1, 2" },
    });
    expect(Buffer.from(answer.body)).toEqual(packed);
  });

  it.each([
    ["a content-length", 'content-length: 400\r\n\r\n{"refresh_token":"rft.new"', '{"refresh_token":"rft.new"'],
    ["chunks", 'transfer-encoding: chunked\r\n\r\n5\r\n{"a":\r\n64\r\n1', '{"a":1'],
  ])("is kept, as truncated, where the connection breaks in the middle of %s", async (_, rest, body) => {
    for (const end of ["end", "destroy"] as const) {
      const server = await rawServer((socket) => {
        socket.write(`HTTP/1.1 200 OK\r\n${rest}`, () => socket[end]());
      });
      const answer = await send(request(server.port));
      expect(answer).toMatchObject({ status: 200, truncated: true });
      expect(Buffer.from(answer.body).toString()).toBe(body);
    }
  });

  it("is kept, as truncated, where the deadline passes in the middle of it", async () => {
    const server = await rawServer((socket) => socket.write("HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhalf"));
    const answer = await send(request(server.port), { deadline: 150 });
    expect(answer).toMatchObject({ status: 200, truncated: true });
    expect(Buffer.from(answer.body).toString()).toBe("half");
  });

  it("ends with the connection where the server states no length", async () => {
    const server = await rawServer(answering("HTTP/1.0 200 OK\r\n\r\nall"));
    const answer = await send(request(server.port));
    expect(answer.truncated).toBe(false);
    expect(Buffer.from(answer.body).toString()).toBe("all");
  });

  it("is cut at its bound", async () => {
    const server = await rawServer((socket) => {
      socket.write("HTTP/1.1 200 OK\r\n\r\n");
      const pour = (): void => {
        while (!socket.destroyed && socket.write("x".repeat(10_000)));
      };
      socket.on("drain", pour);
      pour();
    });
    const answer = await send(request(server.port), { mostBytes: 12_345 });
    expect(answer).toMatchObject({ status: 200, truncated: true });
    expect(answer.body).toHaveLength(12_345);
    const exact = await rawServer(answering("HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nexact"));
    expect(await send(request(exact.port), { mostBytes: 5 })).toMatchObject({ truncated: false });
  });

  it("is also a redirect, which is not followed", async () => {
    const other = await rawServer(answering("HTTP/1.1 200 OK\r\n\r\n"));
    const server = await rawServer(
      answering(`HTTP/1.1 307 Elsewhere\r\nlocation: http://127.0.0.1:${other.port}/\r\ncontent-length: 0\r\n\r\n`),
    );
    expect(await send(request(server.port))).toMatchObject({ status: 307 });
    expect(other.received).toEqual([]);
  });

  it("is what follows an interim answer", async () => {
    const server = await rawServer(
      answering("HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 201 Made\r\ncontent-length: 0\r\n\r\n"),
    );
    expect(await send(request(server.port))).toMatchObject({ status: 201 });
  });
});

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

describe("TLS and proxies", () => {
  let folder: string;
  let problem: string | undefined;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "tokenward-tls-"));
    problem = certificates(folder);
  });

  afterAll(async () => {
    await rm(folder, { recursive: true, force: true });
  });

  async function tlsServer(
    context: TestContext,
    name: "good" | "expired",
  ): Promise<{ port: number; received: string[] }> {
    if (problem !== undefined) context.skip(problem);
    const received: string[] = [];
    const [key, cert] = await Promise.all([
      readFile(join(folder, `${name}.key`)),
      readFile(join(folder, `${name}.pem`)),
    ]);
    const server = createTlsServer({ key, cert }, (socket) => {
      sockets.add(socket);
      socket.on("error", () => undefined);
      socket.once("data", (chunk) => {
        received.push(chunk.toString("latin1"));
        socket.end("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok");
      });
    });
    server.on("tlsClientError", () => undefined);
    return { port: await listen(server), received };
  }

  interface Tunnel {
    readonly port: number;
    readonly asked: string[];
  }

  /** Leads every name to this machine, as a proxy with its own resolver would. */
  async function proxy(verdict: string, to?: number): Promise<Tunnel> {
    const asked: string[] = [];
    const server = createServer((socket) => {
      sockets.add(socket);
      socket.on("error", () => undefined);
      socket.once("data", (chunk) => {
        asked.push(chunk.toString("latin1"));
        if (verdict === "") {
          socket.destroy();
          return;
        }
        socket.write(verdict);
        if (to === undefined) return;
        const onward = connect(to, "127.0.0.1");
        sockets.add(onward);
        onward.on("error", () => undefined);
        socket.pipe(onward).pipe(socket);
      });
    });
    return { port: await listen(server), asked };
  }

  const established = "HTTP/1.1 200 Connection established\r\n\r\n";
  const trusting = (): Record<string, string> => ({ SSL_CERT_FILE: join(folder, "ca.pem") });

  it("trusts the authorities of SSL_CERT_FILE, beside the usual ones", async (context) => {
    const { port, received } = await tlsServer(context, "good");
    const url = `https://localhost:${port}/token`;
    expect(await failure(send(request(port, { url })))).toMatchObject({
      sent: false,
      reason: "certificate of an authority that this machine does not know",
    });
    expect(await send(request(port, { url }), {}, { env: trusting() })).toMatchObject({ status: 200 });
    expect(received).toHaveLength(1);
  });

  it("sends nothing to a server with an expired certificate, or with another host's", async (context) => {
    const expired = await tlsServer(context, "expired");
    const first = send(request(expired.port, { url: `https://localhost:${expired.port}/` }), {}, { env: trusting() });
    expect(await failure(first)).toMatchObject({ sent: false, reason: "certificate expired" });
    const good = await tlsServer(context, "good");
    const second = send(request(good.port, { url: `https://127.0.0.1:${good.port}/` }), {}, { env: trusting() });
    expect(await failure(second)).toMatchObject({ sent: false, reason: "certificate of another host" });
    expect([...expired.received, ...good.received]).toEqual([]);
  });

  it("goes through the environment's proxy, and tells it nothing but the host", async (context) => {
    const { port, received } = await tlsServer(context, "good");
    const tunnel = await proxy(established, port);
    for (const variable of ["HTTPS_PROXY", "https_proxy"]) {
      const env = { ...trusting(), [variable]: `http://user:${sentinel}-proxy@127.0.0.1:${tunnel.port}` };
      expect(await send(request(port, { url: "https://platform.test/token" }), {}, { env })).toMatchObject({
        status: 200,
      });
    }
    expect(received).toHaveLength(2);
    expect(tunnel.asked[0]).toMatch(/^CONNECT platform\.test:443 HTTP\/1\.1\r\n/);
    expect(tunnel.asked[0]).toContain(`Basic ${Buffer.from(`user:${sentinel}-proxy`).toString("base64")}`);
    expect(tunnel.asked[0]).not.toContain("refresh_token");
  });

  it("does not use the proxy for NO_PROXY, nor for this machine", async (context) => {
    const { port } = await tlsServer(context, "good");
    const tunnel = await proxy(established, port);
    const env = { ...trusting(), HTTPS_PROXY: `127.0.0.1:${tunnel.port}`, NO_PROXY: "platform.invalid" };
    expect(await failure(send(request(port, { url: "https://platform.invalid/" }), {}, { env }))).toMatchObject({
      sent: false,
    });
    expect(await send(request(port, { url: `https://localhost:${port}/` }), {}, { env })).toMatchObject({
      status: 200,
    });
    expect(tunnel.asked).toEqual([]);
    expect(await send(request(port, { url: "https://platform.test/" }), {}, { env })).toMatchObject({ status: 200 });
    expect(tunnel.asked).toHaveLength(1);
  });

  it.each([
    [
      "wants a password",
      "HTTP/1.1 407 Proxy Authentication Required\r\ncontent-length: 0\r\n\r\n",
      "the proxy refused with status 407",
    ],
    [
      "cannot reach the platform",
      "HTTP/1.1 502 Bad Gateway\r\ncontent-length: 0\r\n\r\n",
      "the proxy refused with status 502",
    ],
    ["drops the connection", "", undefined],
    ["never answers", " ", undefined],
    ["leads to something that is not TLS", `${established}SSH-2.0\r\n`, undefined],
  ])("sent nothing where the proxy %s", async (_, verdict, reason) => {
    const tunnel = await proxy(verdict);
    const env = { HTTPS_PROXY: `http://127.0.0.1:${tunnel.port}` };
    const failed = await failure(send(request(1, { url: "https://platform.test/" }), { deadline: 400 }, { env }));
    expect(failed.sent).toBe(false);
    if (reason !== undefined) expect(failed.reason).toBe(reason);
    expect(tunnel.asked.join("")).not.toContain("refresh_token");
  });

  it("sent nothing where the proxy is not there, or its address is none", async () => {
    const closed = await proxy("");
    servers.pop()?.close();
    const send2 = async (HTTPS_PROXY: string): Promise<HttpFailure> =>
      await failure(send(request(1, { url: "https://platform.test/" }), {}, { env: { HTTPS_PROXY } }));
    expect(await send2(`http://127.0.0.1:${closed.port}`)).toMatchObject({ sent: false, code: "ECONNREFUSED" });
    expect(await send2("gopher://proxy")).toMatchObject({ sent: false, code: "PROXY" });
  });
});

/** An authority, a certificate of it and an expired one, both for `localhost` and `platform.test`. */
function certificates(folder: string): string | undefined {
  const openssl = (...parts: readonly string[]): boolean => spawnSync("openssl", parts, { cwd: folder }).status === 0;
  const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
  const issue = (name: string, ...dates: readonly string[]): boolean =>
    openssl(
      "req",
      ...key,
      "-keyout",
      `${name}.key`,
      "-subj",
      "/CN=localhost",
      "-out",
      `${name}.csr`,
      "-addext",
      "subjectAltName=DNS:localhost,DNS:platform.test",
    ) &&
    openssl(
      "x509",
      "-req",
      "-in",
      `${name}.csr`,
      "-CA",
      "ca.pem",
      "-CAkey",
      "ca.key",
      "-CAcreateserial",
      "-copy_extensions",
      "copy",
      "-out",
      `${name}.pem`,
      ...dates,
    );
  const made =
    openssl(
      "req",
      "-x509",
      ...key,
      "-keyout",
      "ca.key",
      "-out",
      "ca.pem",
      "-days",
      "2",
      "-subj",
      "/CN=tokenward test",
    ) &&
    issue("good", "-days", "2") &&
    issue("expired", "-days", "-1");
  return made ? undefined : "needs openssl 3 (Debian: openssl), to make certificates";
}
