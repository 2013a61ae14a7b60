import type { RefresherTraits, TokenDialect } from "@tokenward/core/plugin";

/**
 * TikTok always issues a new refresh token, and the previous one stops working (developers.tiktok.com,
 * "Refresh a user access token", 2026-11-02). No grace is documented.
 */
export const tiktokTraits: RefresherTraits = { rotation: "always", reuse: "strict", cadence: "every-run" };

/**
 * TikTok's token endpoint, as documented on 2026-11-02: a form with `client_key`, a flat answer, scopes separated by
 * commas. Lifetimes changed in autumn 2026 (24 h and 365 d before, 2 h and 180 d since), so only the answer's count.
 * Failures name no status; deployed integrations see 200 with `error`.
 */
export const tiktokDialect: TokenDialect = {
  url: "https://open.tiktokapis.com/v2/oauth/token/",
  secretRequired: true,
  rename: { client_id: "client_key" },
  headers: { "cache-control": "no-cache" },
  returnsRefreshToken: "always",
  references: ["log_id"],
  attributes: ["open_id"],
  errors: {
    access_token_invalid: "reauth",
    internal_error: "transient",
    unsupported_response_type: "client",
  },
  sentences: {
    invalid_grant:
      "its refresh token is dead: revoked, expired, or already exchanged by somebody else (TikTok answered invalid_grant)",
    access_denied: "the person behind the account no longer allows this app (TikTok answered access_denied)",
    invalid_client: "client_key or client_secret are not those of a TikTok app (invalid_client)",
    unauthorized_client:
      "the app may not do this: compare its products and review status at TikTok (unauthorized_client)",
    invalid_request: "TikTok could not read the request (invalid_request)",
  },
};
