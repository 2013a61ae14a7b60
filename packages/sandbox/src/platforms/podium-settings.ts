/** Variations of Podium's dialect: where its documents are silent, both stories can be told. */
export interface PodiumSettings {
  /** How an answer writes `expires_at` beside `expires_in`; `absent` leaves it out. Default `epoch-seconds`. */
  readonly expiresAt?: "epoch-seconds" | "epoch-milliseconds" | "rfc3339" | "absent" | undefined;
  /** Whether an answer holds `expires_in`. Podium's documents once left it out. Default `true`. */
  readonly statesExpiresIn?: boolean | undefined;
  /** Whether an answer states `scope`. No source shows one that does. Default `false`. */
  readonly statesScope?: boolean | undefined;
  /** Leaves the refresh token out of every answer, also a changed one, which is then lost. Default `false`. */
  readonly omitsRefreshToken?: boolean | undefined;
  /** Access tokens of exchanges. Default `jwt`. */
  readonly accessTokens?: "jwt" | "opaque" | undefined;
  /**
   * How the token endpoint words a refusal: `rfc6749` (default), or as the resources do, with `code`, `message` and
   * `moreInfo`.
   */
  readonly refusals?: "rfc6749" | "podium" | undefined;
  /** Status of a refused exchange. Default: 401 for a dead token, else 400. */
  readonly refusalStatus?: number | undefined;
  /** `code` of an error: a name, as Podium sends it (default), or a number, as its OpenAPI files say. */
  readonly codes?: "string" | "integer" | undefined;
  /** How many locations an organisation has. Default 12, which is more than one page. */
  readonly locations?: number | undefined;
}
