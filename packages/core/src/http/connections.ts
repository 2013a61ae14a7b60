import { readFile } from "node:fs/promises";
import type { SecureContext } from "node:tls";
import type { Dispatcher } from "undici";
import { rememberSecret } from "../redactor.ts";
import { HttpFailure } from "./failure.ts";
import { isLoopback } from "./outgoing.ts";

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
  readonly #shared = new Map<"direct" | "proxied", Dispatcher>();
  #context: Promise<SecureContext | undefined> | undefined;

  constructor(env: Environment, keepAlive: boolean) {
    this.#env = env;
    this.#keepAlive = keepAlive;
  }

  async to(url: URL): Promise<Connection> {
    // Like Go and curl's users expect: no proxy can reach this machine's own loopback.
    const proxied = this.#proxies !== undefined && !isLoopback(url.hostname);
    if (!this.#keepAlive) {
      const dispatcher = await this.#open(url, proxied);
      return { dispatcher, release: () => void dispatcher.destroy().catch(() => undefined) };
    }
    const kind = proxied ? "proxied" : "direct";
    let dispatcher = this.#shared.get(kind);
    if (dispatcher === undefined) {
      dispatcher = await this.#open(url, proxied);
      this.#shared.set(kind, dispatcher);
    }
    return { dispatcher, release: () => undefined };
  }

  async #open(url: URL, proxied: boolean): Promise<Dispatcher> {
    const { Agent, Client, EnvHttpProxyAgent } = await import("undici");
    this.#context ??= readAuthorities(this.#env["SSL_CERT_FILE"]);
    const secureContext = url.protocol === "https:" || proxied ? await this.#context : undefined;
    const tls = {
      timeout: connectTimeout,
      // HTTP/2 multiplexes and resends on its own; one request on one connection is what "sent" is judged by.
      allowH2: false,
      ...(secureContext === undefined ? {} : { secureContext }),
    };
    const common = { maxHeaderSize: mostHeaderBytes, allowH2: false, connectTimeout };
    if (proxied && this.#proxies !== undefined) {
      return new EnvHttpProxyAgent({ ...common, ...this.#proxies, connect: tls, requestTls: tls, proxyTls: tls });
    }
    if (this.#keepAlive) return new Agent({ ...common, connect: tls });
    return new Client(url.origin, { ...common, connect: tls, pipelining: 0 });
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
