import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, it } from "vitest";
import { unbuiltPackages } from "./harness/pack-release.ts";
import { startRegistryServer } from "./harness/registry-server.ts";
import { registry } from "./harness/test-registry.ts";
import { filesNamedIn, type Manifest } from "./harness/workspace-packages.ts";

describe("the throw-away registry", () => {
  it("has every package that is published", () => expect(unbuiltPackages()).toEqual([]));

  it("has packages under the version that changesets gave them", async () => {
    const versions = new Set(registry.packages.map(({ manifest }) => manifest.version));
    expect([...versions]).toEqual([expect.stringMatching(/^[1-9]\d*\.\d+\.\d+$/)]);
    const answer = await fetch(`${registry.url}@tokenward%2fcore`);
    expect(await answer.json()).toMatchObject({ "dist-tags": { latest: [...versions][0] } });
  });

  it("has nothing in a package.json that points out of the package", async () => {
    for (const { manifest, files } of registry.packages) {
      const { name, version } = manifest;
      const answer = await fetch(`${registry.url}${encodeURIComponent(name)}`);
      const { versions } = (await answer.json()) as { versions: Record<string, Manifest> };
      expect(filesNamedIn(versions[version]!).filter((file) => !files.includes(file))).toEqual([]);
      expect(JSON.stringify(versions[version])).not.toMatch(/workspace:|catalog:|@tokenward\/source|"scripts"/);
    }
  });

  it("looks for nothing of its own anywhere else, and takes nothing of others", async () => {
    expect((await fetch(`${registry.url}@tokenward/core/-/core-99.0.0.tgz`)).status).toBe(404);
    expect((await fetch(`${registry.url}zod`, { method: "PUT", body: "{}" })).status).toBe(404);
  });

  it("passes on what others published, wherever that registry is", async () => {
    const asked: string[] = [];
    const upstream = createServer(({ url = "", headers }, response) => {
      asked.push(`${url} ${headers.accept}`);
      response
        .writeHead(url.endsWith("/gone") ? 404 : 200, { "content-type": "text/plain", etag: '"1"' })
        .end("theirs");
    });
    await new Promise<void>((resolve) => upstream.listen(0, "127.0.0.1", resolve));
    const { port } = upstream.address() as AddressInfo;
    const server = await startRegistryServer(new Set(["own"]), new URL(`http://127.0.0.1:${port}/api/npm/`));
    try {
      const headers = { accept: "application/vnd.npm.install-v1+json" };
      const answer = await fetch(`${server.url}zod`, { headers });
      expect({ text: await answer.text(), etag: answer.headers.get("etag") }).toEqual({ text: "theirs", etag: '"1"' });
      // npm asks for tarballs under the address that the other registry gave them.
      expect((await fetch(`${server.url}api/npm/zod/-/zod-4.0.0.tgz`, { headers })).status).toBe(200);
      expect((await fetch(`${server.url}gone`, { headers })).status).toBe(404);
      expect((await fetch(`${server.url}own`, { headers })).status).toBe(404);
      const paths = ["/api/npm/zod", "/api/npm/zod/-/zod-4.0.0.tgz", "/api/npm/gone"];
      expect(asked).toEqual(paths.map((path) => `${path} ${headers.accept}`));
      await new Promise((resolve) => upstream.close(resolve).closeAllConnections());
      expect((await fetch(`${server.url}zod`, { headers })).status).toBe(502);
    } finally {
      upstream.close();
      await server.close();
    }
  });

  it("takes a version only once", async () => {
    const document = await (await fetch(`${registry.url}tokenward`)).text();
    const again = { method: "PUT", body: document, headers: { authorization: "Bearer throw-away" } };
    expect((await fetch(`${registry.url}tokenward`, again)).status).toBe(403);
  });
});
