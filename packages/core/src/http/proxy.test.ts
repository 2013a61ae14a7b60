import { spawnSync } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createServer as createTlsServer } from "node:tls";
import { afterAll, afterEach, beforeAll, describe, expect, it, type TestContext } from "vitest";
import type { HttpFailure } from "./failure.ts";
import { closeServers, failure, listen, request, send, sentinel, servers, sockets } from "../../fixtures/raw-server.ts";

afterEach(closeServers);

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
