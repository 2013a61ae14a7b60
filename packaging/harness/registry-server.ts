import { createHash } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";
import { pipeline } from "node:stream/promises";
import { EnvHttpProxyAgent, request } from "undici";

/** A registry on loopback. */
export interface RegistryServer {
  /** Ends with a slash. */
  readonly url: string;
  close(): Promise<void>;
}

interface PublishedVersion {
  readonly version: string;
  readonly dist: { tarball: string; readonly integrity: string; readonly shasum: string };
}

interface Packument {
  readonly name: string;
  readonly "dist-tags": Record<string, string>;
  readonly versions: Record<string, PublishedVersion>;
}

interface PublishRequest extends Packument {
  readonly _attachments: Readonly<Record<string, { readonly data: string }>>;
}

// What the client needs to read an answer that is passed on as it came.
const passedOn = ["content-type", "content-encoding", "content-length", "location", "etag", "last-modified"];

/**
 * Starts a registry that keeps what is published to it in memory.
 *
 * It speaks what `npm publish` and `npm install` speak, and no more. Packages named in `own` are never looked up
 * anywhere else; all others are passed on to `upstream` as they come.
 */
export async function startRegistryServer(own: ReadonlySet<string>, upstream: URL): Promise<RegistryServer> {
  const packuments = new Map<string, Packument>();
  const tarballs = new Map<string, Buffer>();
  const dispatcher = new EnvHttpProxyAgent();
  let url = "";

  const answer = async (incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> => {
    const pathname = new URL(incoming.url ?? "/", url).pathname;
    const [name = "", file] = decodeURIComponent(pathname.slice(1)).split("/-/");
    if (!own.has(name)) return await passOn(incoming, outgoing);
    if (incoming.method === "PUT")
      return say(outgoing, ...publish(name, incoming, JSON.parse(String(await buffer(incoming)))));
    if (file === undefined) {
      const packument = packuments.get(name);
      return packument === undefined ? say(outgoing, 404, "not published yet") : say(outgoing, 200, packument);
    }
    const tarball = tarballs.get(`${name}/-/${file}`);
    if (tarball === undefined) return say(outgoing, 404, "no such tarball");
    outgoing.writeHead(200, { "content-type": "application/octet-stream", "content-length": tarball.length });
    outgoing.end(tarball);
  };

  const publish = (
    name: string,
    { headers }: IncomingMessage,
    sent: PublishRequest,
  ): [status: number, body: unknown] => {
    if (headers.authorization === undefined) return [401, "publishing needs a token"];
    const packument = packuments.get(name) ?? { name, "dist-tags": {}, versions: {} };
    for (const [version, manifest] of Object.entries(sent.versions)) {
      if (packument.versions[version] !== undefined) {
        return [403, `You cannot publish over the previously published versions: ${version}.`];
      }
      const data = Buffer.from(Object.values(sent._attachments)[0]?.data ?? "", "base64");
      const integrity = `sha512-${createHash("sha512").update(data).digest("base64")}`;
      if (manifest.dist.integrity !== integrity) return [400, "the tarball is not the one that the manifest describes"];
      const tarball = `${name}/-/${name.replace(/^.*\//, "")}-${version}.tgz`;
      tarballs.set(tarball, data);
      packument.versions[version] = { ...manifest, dist: { ...manifest.dist, tarball: `${url}${tarball}` } };
    }
    Object.assign(packument["dist-tags"], sent["dist-tags"]);
    packuments.set(name, packument);
    return [201, { ok: true }];
  };

  const passOn = async (
    { method, url: target = "/", headers }: IncomingMessage,
    outgoing: ServerResponse,
  ): Promise<void> => {
    if (method !== "GET") return say(outgoing, 404, "this registry only takes packages of the checkout");
    // A tarball's address has the upstream's own folder in front, a package's has not.
    const folder = upstream.pathname.replace(/\/$/, "");
    const address = new URL(target.startsWith(`${folder}/`) ? target : folder + target, upstream);
    const wanted = { accept: headers.accept ?? "*/*", "accept-encoding": headers["accept-encoding"] ?? "identity" };
    const response = await request(address, { dispatcher, headers: wanted });
    const kept = Object.entries(response.headers).filter(([header]) => passedOn.includes(header));
    outgoing.writeHead(response.statusCode, Object.fromEntries(kept) as NodeJS.Dict<string | string[]>);
    await pipeline(response.body, outgoing);
  };

  const server = createServer((incoming, outgoing) => {
    answer(incoming, outgoing).catch((error: unknown) => {
      if (outgoing.headersSent) outgoing.destroy();
      else say(outgoing, 502, String(error));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  return {
    url,
    close: async () => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
      await dispatcher.close();
    },
  };
}

function say(outgoing: ServerResponse, status: number, body: unknown): void {
  const text = JSON.stringify(typeof body === "string" ? { error: body } : body);
  // Another run may have the same port: nothing of this one may be remembered.
  outgoing.writeHead(status, { "content-type": "application/json", "cache-control": "no-store" }).end(text);
}
