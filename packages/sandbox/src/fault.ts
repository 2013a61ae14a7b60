import type { Match } from "./match.ts";

/** How the bytes of a body are compressed. `gzip-damaged` has flipped bytes in the middle. */
export type BodyEncoding = "gzip" | "gzip-damaged" | "deflate" | "br";

/** How the text of a body becomes bytes. */
export type BodyCharset = "utf-8" | "utf-16le" | "utf-16be" | "latin1";

/** Rewrites an answer byte by byte. The exchange really happens, so the tokens in it are the real ones. */
export interface Rewrite {
  readonly status?: number | undefined;
  /** Headers to set; `null` removes one of the usual ones. */
  readonly headers?: Readonly<Record<string, string | readonly string[] | null>> | undefined;
  /** Default: that of the answer. */
  readonly contentType?: string | undefined;
  /**
   * The new body. `{{access_token}}`, `{{refresh_token}}`, `{{expires_in}}`, `{{refresh_expires_in}}`, `{{scope}}`,
   * `{{token_type}}` and `{{now}}` (RFC 3339) are filled in; `{{refresh_token|url}}`, `|json`, `|base64` encode. A body
   * with placeholders leaves a refusal as it is.
   */
  readonly body?: string | undefined;
  /** A new body of any bytes, as base64; no placeholders. */
  readonly bodyBase64?: string | undefined;
  readonly charset?: BodyCharset | undefined;
  /** Puts the charset's byte order mark in front. */
  readonly bom?: boolean | undefined;
  readonly encoding?: BodyEncoding | undefined;
  /** What Content-Encoding says, if not the truth; `null`: nothing. */
  readonly contentEncoding?: string | null | undefined;
  /** Sends so many bytes of the body, then closes the connection; Content-Length tells of all. */
  readonly truncateAt?: number | undefined;
  /** What Content-Length says, if not the truth; `null`: nothing, the end of the connection ends the body. */
  readonly contentLength?: number | null | undefined;
}

/** An answer that is given instead of the platform's. */
export interface ForcedAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string | readonly string[]>> | undefined;
  /** A string is sent as it is (HTML when it begins with `<`), anything else as JSON. */
  readonly body?: unknown;
  /** Retry-After: a number of seconds, or an HTTP-date so many seconds from now. */
  readonly retryAfter?: number | { readonly httpDateIn: number } | undefined;
  /** The exchange happens before this is sent in place of its answer. Default false. */
  readonly commit?: boolean | undefined;
}

/** What goes wrong. Everything named in one fault happens together. */
export interface FaultEffects {
  /** Waits, before (default) or after the platform decides: real milliseconds, seconds of the virtual clock, or both. */
  readonly delay?:
    | {
        readonly milliseconds?: number | undefined;
        readonly seconds?: number | undefined;
        readonly at?: "before" | "after" | undefined;
      }
    | undefined;
  /** Refuses in the platform's own dialect; nothing is exchanged. Token endpoints only. */
  readonly refuse?:
    | {
        readonly error: string;
        readonly description?: string | undefined;
        readonly status?: number | undefined;
        readonly subtype?: string | undefined;
      }
    | undefined;
  readonly answer?: ForcedAnswer | undefined;
  /** Breaks the connection: before anything happens, after it happened, or after so many bytes of the body. */
  readonly drop?: "before" | "after" | { readonly afterBytes: number } | undefined;
  /** `reset` (default): TCP RST. `close`: an orderly end. */
  readonly dropHow?: "reset" | "close" | undefined;
  /** Never answers, before or after it happened. */
  readonly hang?: "before" | "after" | undefined;
  readonly rewrite?: Rewrite | undefined;
  /** Repeats the presented secrets in headers and body: raw, URL-encoded and as base64. */
  readonly echo?: boolean | undefined;
  /** What the Date header is off by. */
  readonly dateOffsetSeconds?: number | undefined;
  /** What the answer says about lifetimes, whatever is true. */
  readonly expiresIn?: number | undefined;
  readonly refreshExpiresIn?: number | undefined;
}

/**
 * A fault and the requests it hits. Delays, echoes and lies of several faults add up. Of those that decide the answer
 * (`refuse`, `answer`, `drop`, `hang`, `rewrite`) one applies per request, the oldest first; the others wait for the next.
 */
export interface Fault extends FaultEffects {
  readonly match?: Match | undefined;
  /** `next` (default): once. `nth`: the n-th matching requests from now on, from 1. */
  readonly when?:
    | "next"
    | "always"
    | { readonly times: number }
    | { readonly nth: number | readonly number[] }
    | undefined;
}
