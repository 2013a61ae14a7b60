/** How lifetimes are written in an answer. */
export type ExpiryFormat = "seconds" | "string-seconds" | "epoch-seconds" | "epoch-milliseconds" | "rfc3339";

/** The names of the answer's fields; `null` leaves one out. */
export interface OAuth2Fields {
  readonly accessToken?: string | null | undefined;
  readonly refreshToken?: string | null | undefined;
  readonly expires?: string | null | undefined;
  readonly refreshExpires?: string | null | undefined;
  readonly scope?: string | null | undefined;
  readonly tokenType?: string | null | undefined;
}

/** The names of the request's parameters. */
export interface OAuth2Parameters {
  readonly grantType?: string | undefined;
  readonly refreshToken?: string | undefined;
  /** Where the policy says that access tokens are exchanged. Default `access_token`. */
  readonly accessToken?: string | undefined;
  readonly clientId?: string | undefined;
  readonly clientSecret?: string | undefined;
}

/** Everything in which providers of "OAuth 2.0" differ. The defaults are RFC 6749. */
export interface OAuth2Settings {
  /** Where client credentials must be. `none`: only its id, or not even that. Default `any`. */
  readonly clientAuth?: "any" | "basic" | "body" | "none" | undefined;
  /** `rfc6749` (default): id and secret are form-encoded before base64 (section 2.3.1). Many providers want them raw. */
  readonly basicEncoding?: "rfc6749" | "raw" | undefined;
  /** How parameters must be sent; `query` also allows GET. Default `any`. */
  readonly body?: "any" | "form" | "json" | "query" | undefined;
  /** Default `refresh_token`. */
  readonly grantType?: string | undefined;
  readonly parameters?: OAuth2Parameters | undefined;
  /** Where in the answer the fields are, such as `data` or `data.0`. Default: at the top. */
  readonly envelope?: string | undefined;
  readonly fields?: OAuth2Fields | undefined;
  /** Default `seconds`. */
  readonly expires?: ExpiryFormat | undefined;
  /** Default: as `expires`. */
  readonly refreshExpires?: ExpiryFormat | undefined;
  /** Default a space. */
  readonly scopeSeparator?: string | undefined;
  /** Default `string`. */
  readonly scopeAs?: "string" | "array" | undefined;
  /**
   * How a refusal is worded. `rfc6749` (default); `graph`: Meta's `error` object; `ok-flag`: Slack's 200 `ok: false`;
   * `code-flag`: TikTok Business' 200 with `code`; `status-message`: HubSpot; `code-message`: Podium.
   */
  readonly errors?: "rfc6749" | "graph" | "ok-flag" | "code-flag" | "status-message" | "code-message" | undefined;
  /** Overrides the dialect's status of a refusal. */
  readonly refusalStatus?: number | undefined;
  /** Further members at the top of the answer, such as `instance_url`. */
  readonly extra?: Readonly<Record<string, unknown>> | undefined;
}
