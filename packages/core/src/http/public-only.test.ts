import { afterEach, describe, expect, it } from "vitest";
import { answering, closeServers, failure, rawServer, request, sentinel } from "../../fixtures/raw-server.ts";
import { clientOver } from "./client.ts";
import { Connections } from "./connections.ts";
import type { HttpRequest } from "./message.ts";
import type { Resolver } from "./public-address.ts";

afterEach(closeServers);

const refusal = {
  sent: false,
  code: "PRIVATE_ADDRESS",
  reason: "its address leads to this machine or into a private network",
};

/** Every name is this machine, as somebody would have it who wants to reach what only this machine can. */
function rebinding(addresses: readonly string[] = ["127.0.0.1"]): { resolver: Resolver; readonly asked: string[] } {
  const asked: string[] = [];
  const resolver: Resolver = (hostname, _, found) => {
    asked.push(hostname);
    found(
      null,
      addresses.map((address) => ({ address, family: address.includes(":") ? 6 : 4 })),
    );
  };
  return { resolver, asked };
}

describe("a request to public addresses only", () => {
  const ok = answering("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n");

  it.each(["127.0.0.1", "localhost", "x.localhost", "127.1", "0x7f000001", "[::1]", "[::ffff:127.0.0.1]"])(
    "is refused for http(s)://%s, and connects nowhere",
    async (host) => {
      const connected: unknown[] = [];
      const server = await rawServer(ok, (socket) => connected.push(socket));
      const client = clientOver(new Connections({}, false));
      for (const protocol of ["https", ...(host.startsWith("[::f") ? [] : ["http"])]) {
        const url = `${protocol}://${host}:${server.port}/${sentinel}`;
        expect(await failure(client.send(request(server.port, { url }), { publicOnly: true }))).toMatchObject(refusal);
      }
      expect(connected).toEqual([]);
    },
  );

  it("reaches this machine where that is not asked for", async () => {
    const server = await rawServer(ok);
    const client = clientOver(new Connections({}, true));
    for (const publicOnly of [undefined, false]) {
      expect(await client.send(request(server.port), { publicOnly })).toMatchObject({ status: 200 });
    }
    // A connection that was opened without being judged is not taken for a request that wants it.
    expect(await failure(client.send(request(server.port), { publicOnly: true }))).toMatchObject(refusal);
    expect(server.received).toHaveLength(2);
  });

  it.each([
    ["this machine", ["127.0.0.1"]],
    ["this machine, among others", ["8.8.8.8", "127.0.0.1"]],
    ["the cloud's metadata", ["169.254.169.254"]],
    ["this machine, as IPv6 spells it", ["::ffff:127.0.0.1"]],
  ])("is refused where its name leads to %s, and connects nowhere", async (_, addresses) => {
    const connected: unknown[] = [];
    const server = await rawServer(ok, (socket) => connected.push(socket));
    for (const keepAlive of [false, true]) {
      const { resolver, asked } = rebinding(addresses);
      const client = clientOver(new Connections({}, keepAlive, resolver));
      const url = `https://hooks.example:${server.port}/${sentinel}`;
      expect(await failure(client.send(request(server.port, { url }), { publicOnly: true }))).toMatchObject(refusal);
      expect(asked).toEqual(["hooks.example"]);
    }
    expect(connected).toEqual([]);
  });

  describe("through a proxy", () => {
    const tunnelTo = async (answer: string): Promise<{ readonly port: number; readonly received: string[] }> =>
      await rawServer(answering(answer));
    const send = async (env: Readonly<Record<string, string>>, url: string) => {
      const { resolver, asked } = rebinding();
      const what: HttpRequest = { method: "POST", url };
      const failed = await failure(clientOver(new Connections(env, false, resolver)).send(what, { publicOnly: true }));
      return { failed, asked };
    };

    it("judges what the address itself says, and leaves the name to the proxy", async () => {
      const proxy = await tunnelTo("HTTP/1.1 502 Bad Gateway\r\ncontent-length: 0\r\n\r\n");
      const env = { HTTPS_PROXY: `http://127.0.0.1:${proxy.port}` };
      for (const host of ["10.0.0.1", "localhost", "[fd00::1]"]) {
        expect((await send(env, `https://${host}/`)).failed).toMatchObject(refusal);
      }
      expect(proxy.received).toEqual([]);
      const { failed, asked } = await send(env, "https://hooks.example/");
      expect(failed).toMatchObject({ sent: false, reason: "the proxy refused with status 502" });
      expect(proxy.received[0]).toMatch(/^CONNECT hooks\.example:443 /);
      expect(asked).toEqual([]);
    });

    it("judges the name where NO_PROXY goes past it", async () => {
      const proxy = await tunnelTo("HTTP/1.1 502 Bad Gateway\r\ncontent-length: 0\r\n\r\n");
      const server = await rawServer(ok);
      const env = { HTTPS_PROXY: `http://127.0.0.1:${proxy.port}`, NO_PROXY: "hooks.example" };
      const { failed, asked } = await send(env, `https://hooks.example:${server.port}/`);
      expect(failed).toMatchObject(refusal);
      expect(asked).toEqual(["hooks.example"]);
      expect([...proxy.received, ...server.received]).toEqual([]);
    });
  });
});
