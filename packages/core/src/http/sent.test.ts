import { once } from "node:events";
import type { Server, Socket } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import {
  answering,
  closeServers,
  failure,
  rawServer,
  request,
  send,
  sentinel,
  servers,
} from "../../fixtures/raw-server.ts";

afterEach(closeServers);

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
