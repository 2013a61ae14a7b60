import type { Clock } from "./clock.ts";
import type { HttpAnswer, HttpRequest } from "./http/message.ts";
import type { Identity } from "./identity.ts";

/** Sends requests with a deadline, bounded bodies, no redirects that carry credentials, and the environment's proxies. */
export interface HttpClient {
  /**
   * Sends once. Resolves with whatever came back, also with a 500 or a truncated body.
   *
   * @throws {@link HttpFailure} where no answer came; it says whether anything was sent.
   */
  send(
    request: HttpRequest,
    options?: {
      readonly signal?: AbortSignal | undefined;
      /** Milliseconds from now until the whole exchange must be over. Default 30 000. */
      readonly deadline?: number | undefined;
      /** Bytes of body at most. Default 1 MiB. */
      readonly mostBytes?: number | undefined;
      /**
       * Refuses loopback, private and link-local addresses, whatever name leads there, and connects to the very address
       * that was looked at. For addresses that somebody else chose. Through a proxy of the
       * environment, the proxy resolves names: then only literal addresses and names of this machine are refused. Default `false`.
       */
      readonly publicOnly?: boolean | undefined;
    },
  ): Promise<HttpAnswer>;
}

/** All that a plugin may touch of the world outside. */
export interface PluginIO {
  readonly http: HttpClient;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  /** Aborted when the run is over, or its deadline. A save under way is not interrupted by a caller's abort. */
  readonly signal: AbortSignal;
  /** Seals what a plugin must keep on this machine. */
  readonly identity: Identity;
  /** One line for the human at the terminal, redacted; for choices worth knowing ("keeping tokens in …"). */
  note(message: string): void;
}
