import type { Field } from "../http/message.ts";
import type { Refused } from "../refresher.ts";

/** The fields of a token answer. `_in` counts seconds from now, `_at` is absolute. */
export type TokenField =
  | "access_token"
  | "refresh_token"
  | "expires_in"
  | "expires_at"
  | "refresh_token_expires_in"
  | "refresh_token_expires_at"
  | "scope";

/** Which parameters of a token request have a name in RFC 6749. */
export type TokenParameter =
  | "grant_type"
  | "refresh_token"
  | "client_id"
  | "client_secret"
  | "scope"
  | "code"
  | "redirect_uri"
  | "code_verifier";

/** How an answer says that it is a success, where RFC 6749 is not followed. */
export type SuccessTest =
  /** A status of 2xx and no `error`. */
  | "rfc"
  /** A flag that is true on success, whatever the status: Slack's `ok`. */
  | { readonly flag: string }
  /** A code that has one value on success, whatever the status: `code` 0 of TikTok Business. */
  | { readonly code: string; readonly is: number | string };

/** Where the refresh token's end comes from. */
export type RefreshExpiry =
  /** From the answer, if it says one. */
  | "field"
  /** It has none, or dies only from not being used; what the answer says is not believed. */
  | "none"
  /** The platform documents a life and states it nowhere: days from each exchange, or from the first consent. */
  | { readonly days: number; readonly from: "exchange" | "consent" };

/** A sentence that makes one error code mean something else than it does without it. */
export interface TokenPhrase {
  /** The error code beside which it counts, in lower case. A phrase alone, or beside another code, means nothing. */
  readonly error: string;
  /** What the description says, as a part of it. Case, white space and a final dot do not matter. */
  readonly says: string;
  readonly class: Refused["class"];
  /** In the place of the code's own sentence; see {@link TokenDialect.sentences}. */
  readonly sentence: string;
}

/**
 * How one token endpoint speaks, as data: all that differs between platforms that follow RFC 6749 more or less.
 * Everything but the address has a default, and the default is the RFC.
 */
export interface TokenDialect {
  /** `{account}` and `{name of an attribute}` are replaced by what the grant says. */
  readonly url: string;
  /** Default: GET where the parameters go into the query, else POST. */
  readonly method?: "GET" | "POST" | undefined;
  /** Where the parameters go. Default `form`. */
  readonly body?: "form" | "json" | "query" | undefined;
  /** Where the client authenticates. `none`: the token alone is enough. Default `body`. */
  readonly clientAuth?: "body" | "basic" | "none" | undefined;
  /** Whether a client without a secret is refused before anything is sent. Default `false`; always with `basic`. */
  readonly secretRequired?: boolean | undefined;
  /** The value of `grant_type`. Default `refresh_token`. */
  readonly grantType?: string | undefined;
  /** Which token an exchange presents. Default `refresh-token`. */
  readonly presents?: "refresh-token" | "access-token" | undefined;
  /** What the platform calls a parameter: `{ client_id: "client_key" }`. */
  readonly rename?: Readonly<Partial<Record<TokenParameter, string>>> | undefined;
  readonly params?: Readonly<Record<string, Field>> | undefined;
  readonly headers?: Readonly<Record<string, Field>> | undefined;
  /** Scopes to ask for on refresh. Default: none, which means those that were granted. */
  readonly requestScopes?: readonly string[] | undefined;
  /**
   * Where the tokens are in the answer, as dotted paths; the first that is there counts. Without it they are found
   * wherever they are, from the outside in.
   */
  readonly envelope?: readonly string[] | undefined;
  /** Further names of a field, tried before those that everybody knows. */
  readonly fields?: Readonly<Partial<Record<TokenField, readonly string[]>>> | undefined;
  /** What separates granted scopes. Default `auto`: commas if there is one, else white space. */
  readonly scopeSeparator?: string | undefined;
  /** Default `rfc`. */
  readonly success?: SuccessTest | undefined;
  /** Default `field`. */
  readonly refreshExpiry?: RefreshExpiry | undefined;
  /**
   * Whether answers bring a refresh token: decides whether one without it is odd, and whether one that was cut off
   * may have lost it. Default `sometimes`.
   */
  readonly returnsRefreshToken?: "always" | "sometimes" | "never" | undefined;
  /** What the platform's own error codes mean, in lower case. Added to, and before, those that everybody knows. */
  readonly errors?: Readonly<Record<string, Refused["class"]>> | undefined;
  /**
   * Where a code alone does not tell a dead token from a wrong request: LinkedIn answers `invalid_request` for both,
   * with different descriptions.
   */
  readonly phrases?: readonly TokenPhrase[] | undefined;
  /** Fields that describe an error more closely, beside `error_subtype`: `error_codes` of Microsoft. */
  readonly subtypes?: readonly string[] | undefined;
  /** Why, and what a human can do, by error code or subtype: the end of "it needs a new consent: …". */
  readonly sentences?: Readonly<Record<string, string>> | undefined;
  /** Fields that name a failure in the platform's logs, such as `log_id`. */
  readonly references?: readonly string[] | undefined;
  /** Fields without secrets to keep beside the grant, such as `open_id` or `instance_url`. */
  readonly attributes?: readonly string[] | undefined;
}
