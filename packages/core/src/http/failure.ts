import { inspect } from "node:util";

const brand: symbol = Symbol.for("tokenward.http-failure");

/**
 * A request that got no answer. It never holds the address's query, headers or bodies: those carry tokens.
 */
export class HttpFailure extends Error {
  override readonly name: string = "HttpFailure";
  /**
   * A fact, not a guess: `false` only where not one byte of the request was handed to the network (name resolution,
   * connecting, TLS, the proxy's tunnel, an abort before that); `true` from the moment writing began.
   */
  readonly sent: boolean;
  /** A few words for a human: `connection refused`. */
  readonly reason: string;
  /** The code of the system or the HTTP library, such as `ECONNREFUSED`. */
  readonly code: string;

  constructor(failure: { readonly sent: boolean; readonly reason: string; readonly code: string }) {
    super(`${failure.reason} (${failure.sent ? "the request was sent" : "nothing was sent"})`);
    this.sent = failure.sent;
    this.reason = failure.reason;
    this.code = failure.code;
    Object.defineProperties(this, {
      [brand]: { value: true },
      [inspect.custom]: { value: () => `${this.name} [${this.code}]: ${this.message}` },
    });
  }

  /** Whether a value is an HttpFailure, made by this copy of core or by another one. */
  static is(value: unknown): value is HttpFailure {
    return value instanceof Error && (value as unknown as Record<symbol, unknown>)[brand] === true;
  }
}

const nameCodes = new Set(["ENOTFOUND", "EAI_AGAIN", "EAI_FAIL"]);

/** Whether a host's name could not be resolved. The reason then holds that name, which for a secret address is too much. */
export function isNameFailure({ code }: HttpFailure): boolean {
  return nameCodes.has(code);
}

/** What was thrown while connecting, sending or receiving, as a failure without any of its texts. */
export function failureOf(thrown: unknown, host: string, sent: boolean): HttpFailure {
  const code = codeOf(thrown);
  return new HttpFailure({ sent, code, reason: reasonOf(code, thrown, host) });
}

function codeOf(thrown: unknown): string {
  for (let error = thrown, depth = 0; error instanceof Error && depth < 5; error = error.cause, depth++) {
    const { code } = error as NodeJS.ErrnoException;
    // The library's wrappers name the layer; the cause inside names what happened.
    if (typeof code === "string" && (!wrapperCodes.has(code) || !(error.cause instanceof Error))) return code;
  }
  return "UNKNOWN";
}

const wrapperCodes = new Set(["UND_ERR_PRX_TLS", "UND_ERR_PRX_CONN", "UND_ERR_SOCKET"]);

const reasons: Readonly<Record<string, string>> = {
  ECONNREFUSED: "connection refused",
  ECONNRESET: "the connection was reset",
  EPIPE: "the connection was closed while sending",
  UND_ERR_SOCKET: "the connection was closed without an answer",
  ETIMEDOUT: "time-out while connecting",
  UND_ERR_CONNECT_TIMEOUT: "time-out while connecting",
  EHOSTUNREACH: "no route to the host",
  ENETUNREACH: "no network",
  EHOSTDOWN: "the host is down",
  PRIVATE_ADDRESS: "its address leads to this machine or into a private network",
  EMFILE: "too many open files on this machine",
  CERT_HAS_EXPIRED: "certificate expired",
  CERT_NOT_YET_VALID: "certificate not valid yet (is the clock right?)",
  DEPTH_ZERO_SELF_SIGNED_CERT: "self-signed certificate",
  SELF_SIGNED_CERT_IN_CHAIN: "certificate of an authority that this machine does not know",
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: "certificate of an authority that this machine does not know",
  UNABLE_TO_GET_ISSUER_CERT: "certificate of an authority that this machine does not know",
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: "certificate of an authority that this machine does not know",
  ERR_TLS_CERT_ALTNAME_INVALID: "certificate of another host",
  UND_ERR_PRX_TLS: "the proxy's certificate is not valid",
  UND_ERR_PRX_CONN: "the proxy closed the connection",
  UND_ERR_HEADERS_OVERFLOW: "the answer's headers are too large",
  UND_ERR_DESTROYED: "the client was closed",
  UND_ERR_CLOSED: "the client was closed",
  EPROTO: "TLS handshake failed",
};

function reasonOf(code: string, thrown: unknown, host: string): string {
  const known = reasons[code];
  if (known !== undefined) return known;
  if (nameCodes.has(code)) return `the name ${host} cannot be resolved`;
  if (code.startsWith("HPE_")) return "the answer is not HTTP";
  if (code.startsWith("ERR_SSL_") || code.startsWith("ERR_TLS_")) return "TLS handshake failed";
  // The only place where the library tells the proxy's status is this text.
  const status = /^Proxy response \((\d{3})\)/.exec(thrown instanceof Error ? thrown.message : "")?.[1];
  if (status !== undefined) return `the proxy refused with status ${status}`;
  return `failed with ${code}`;
}
