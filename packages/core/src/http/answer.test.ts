import { gzipSync } from "node:zlib";
import { afterEach, describe, expect, it } from "vitest";
import { answering, closeServers, rawServer, request, send } from "../../fixtures/raw-server.ts";

afterEach(closeServers);

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
