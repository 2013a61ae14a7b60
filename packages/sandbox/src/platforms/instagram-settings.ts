/** Variations of Meta's dialect, for Instagram Login and for Facebook Login. */
export interface InstagramSettings {
  /** Whether answers name the `permissions`. Undocumented, and captured live. Default: with Instagram Login only. */
  readonly permissions?: boolean | undefined;
  /** The grant is a page token of Facebook Login: no `expires_in`, and `debug_token` says 0. Default false. */
  readonly endless?: boolean | undefined;
  /** Days from the consent until the app loses access to the account's data, as `debug_token` says. Default 90. */
  readonly dataAccessDays?: number | undefined;
  /** Status of a refusal. Default 400. */
  readonly refusalStatus?: number | undefined;
  /** Whether a failed call is called an `IGApiException`, which is met as well as `OAuthException` (default). */
  readonly errorType?: "OAuthException" | "IGApiException" | undefined;
}
