import { readFile } from "node:fs/promises";
import type { SecureContext } from "node:tls";
import type { Dispatcher } from "undici";
import { rememberSecret } from "../redactor.ts";
import { HttpFailure } from "./failure.ts";
import { isLoopback } from "./outgoing.ts";
import { publicLookup, refusePrivateHost, type Resolver } from "./public-address.ts";

type Environment = Readonly<Record<string, string | undefined>>;

// A server that does not even accept within this is down; the rest of the deadline belongs to its answer.
const connectTimeout = 10_000;

// Generous: some platforms stack cookies; a header line without end must still not fill the memory.
const mostHeaderBytes = 64 * 1024;

/** A dispatcher for one request, and what to call when it is over. */
export interface Connection {
  readonly dispatcher: Dispatcher;
  readonly release: () => void;
}

/**
 * Opens connections the way the environment wants them: through its proxies, trusting its extra authorities. Without
 * keep-alive every request gets a dispatcher of its own, so that it cannot end up on a used connection.
 */
export class Connections {
  readonly #env: Environment;
  readonly #keepAlive: boolean;
  readonly #shared = new Map<string, Dispatcher>();
  readonly #resolver: Resolver | undefined;
  #context: Promise<SecureContext | undefined> | undefined;

  /** @param resolver answers instead of the system where only public addresses are wanted; for tests */
  constructor(env: Environment, keepAlive: boolean, resolver?: Resolver) {
    this.#env = env;
    this.#keepAlive = keepAlive;
    this.#resolver = resolver;
  }

  /** @param publicOnly refuses what leads to this machine or into a private network; see {@link publicLookup} */
  async to(url: URL, publicOnly: boolean = false): Promise<Connection> {
    if (publicOnly) refusePrivateHost(url.hostname);
    // Like Go and curl's users expect: no proxy can reach this machine's own loopback.
    const proxied = this.#proxies !== undefined && !isLoopback(url.hostname);
    if (!this.#keepAlive) {
      const dispatcher = await this.#open(url, proxied, publicOnly);
      return { dispatcher, release: () => void dispatcher.destroy().catch(() => undefined) };
    }
    const kind = `${proxied ? "proxied" : "direct"}${publicOnly ? " public" : ""}`;
    let dispatcher = this.#shared.get(kind);
    if (dispatcher === undefined) {
      dispatcher = await this.#open(url, proxied, publicOnly);
      this.#shared.set(kind, dispatcher);
    }
    return { dispatcher, release: () => undefined };
  }

  async #open(url: URL, proxied: boolean, publicOnly: boolean): Promise<Dispatcher> {
    const { Agent, Client, EnvHttpProxyAgent } = await import("undici");
    this.#context ??= readAuthorities(this.#env["SSL_CERT_FILE"]);
    const secureContext = url.protocol === "https:" || proxied ? await this.#context : undefined;
    const tls = {
      timeout: connectTimeout,
      // HTTP/2 multiplexes and resends on its own; one request on one connection is what "sent" is judged by.
      allowH2: false,
      ...(secureContext === undefined ? {} : { secureContext }),
    };
    const direct = publicOnly ? { ...tls, lookup: publicLookup(this.#resolver) } : tls;
    const common = { maxHeaderSize: mostHeaderBytes, allowH2: false, connectTimeout };
    if (proxied && this.#proxies !== undefined) {
      // `connect` is for what NO_PROXY leaves out. A proxy's own address is this machine's choice, and it resolves names itself.
      return new EnvHttpProxyAgent({ ...common, ...this.#proxies, connect: direct, requestTls: tls, proxyTls: tls });
    }
    if (this.#keepAlive) return new Agent({ ...common, connect: direct });
    return new Client(url.origin, { ...common, connect: direct, pipelining: 0 });
  }

  get #proxies(): { httpProxy: string; httpsProxy: string; noProxy: string } | undefined {
    const env = this.#env;
    const httpProxy = proxyUrl(env["http_proxy"] || env["HTTP_PROXY"] || "");
    const httpsProxy = proxyUrl(env["https_proxy"] || env["HTTPS_PROXY"] || "");
    if (httpProxy === "" && httpsProxy === "") return undefined;
    return { httpProxy, httpsProxy, noProxy: env["no_proxy"] || env["NO_PROXY"] || "" };
  }
}

/** `proxy:3128` means `http://proxy:3128`, as it does to curl. */
function proxyUrl(text: string): string {
  if (text === "") return "";
  const url = URL.parse(text.includes("://") ? text : `http://${text}`);
  if (url === null || !/^(https?|socks5?):$/.test(url.protocol)) {
    throw new HttpFailure({
      sent: false,
      reason: "the proxy's address in the environment is not a URL",
      code: "PROXY",
    });
  }
  if (url.password !== "") rememberSecret(decodeURIComponent(url.password));
  return url.href;
}

/** The authorities of `SSL_CERT_FILE` beside those that Node knows (`NODE_EXTRA_CA_CERTS` included). */
async function readAuthorities(path: string | undefined): Promise<SecureContext | undefined> {
  if (path === undefined || path === "") return undefined;
  let extra: string;
  try {
    extra = await readFile(path, "utf8");
  } catch {
    // OpenSSL ignores a missing file as well; if it was needed, the handshake says so.
    return undefined;
  }
  const { createSecureContext, getCACertificates } = await import("node:tls");
  return createSecureContext({ ca: [...getCACertificates("default"), extra] });
}
