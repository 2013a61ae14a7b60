import type { RefresherTraits, TokenDialect } from "@tokenward/core/plugin";

/**
 * Google's refresh tokens do not rotate, and several live side by side. Minting resets the six months after which an
 * unused one dies (developers.google.com, "Using OAuth 2.0 to access Google APIs", 2026-05).
 */
export const youtubeTraits: RefresherTraits = {
  rotation: "never",
  reuse: "retry-safe",
  cadence: "every-run",
  idleLimitDays: 180,
};

/**
 * Google's token endpoint: RFC 6749 in a form, scopes separated by spaces. A refresh answer holds no refresh token;
 * `refresh_token_expires_in` comes only where a grant ends by itself.
 */
export const youtubeDialect: TokenDialect = {
  url: "https://oauth2.googleapis.com/token",
  scopeSeparator: " ",
  returnsRefreshToken: "never",
  errors: {
    invalid_rapt: "reauth",
    rapt_required: "reauth",
    admin_policy_enforced: "reauth",
    org_internal: "client",
    deleted_client: "client",
    disabled_client: "client",
    internal_failure: "transient",
    backend_error: "transient",
    quota_exceeded: "throttled",
  },
  // Google never says why a token is dead, only that it is (google-api-nodejs-client, pull request 2553).
  sentences: {
    invalid_grant:
      "its refresh token is dead: revoked at https://myaccount.google.com/connections, unused for six months, older than 7 days in an app whose publishing status is Testing, or pushed out by the 101st consent of the same account (Google answered invalid_grant)",
    invalid_rapt:
      "the organisation's session control ended it: its administrator must trust the app or lengthen the session, then consent again (Google answered invalid_rapt)",
    rapt_required:
      "the organisation's session control wants a fresh login: its administrator must trust the app or lengthen the session, then consent again (Google answered rapt_required)",
    admin_policy_enforced:
      "the organisation's administrator blocks the app or a scope: they must allow it in the Admin console first (Google answered admin_policy_enforced)",
    invalid_client:
      "Google does not know this client, or its secret is wrong: compare both with the Google Cloud console, under Credentials (invalid_client)",
    deleted_client:
      "the OAuth client was deleted, by hand or after six months without use: restore it in the Google Cloud console within 30 days, or create a new one and consent again (deleted_client)",
    disabled_client: "the OAuth client is disabled: enable it in the Google Cloud console (disabled_client)",
    org_internal:
      "the app is for one organisation only, and the account is outside of it: change its audience in the Google Cloud console (org_internal)",
    unauthorized_client:
      "the refresh token belongs to another client: configure the client that it was granted to (unauthorized_client)",
    invalid_request: "a parameter is missing or malformed; most often client_id or client_secret (invalid_request)",
    invalid_scope: "a scope asked for does not exist or was never granted (invalid_scope)",
  },
};

/** Short names of the scopes that publishing needs; either name may stand in a configuration. */
export const youtubeScopes: Readonly<Record<string, string>> = Object.fromEntries(
  [
    "youtube",
    "youtube.force-ssl",
    "youtube.readonly",
    "youtube.upload",
    "youtubepartner",
    "youtube.channel-memberships.creator",
    "yt-analytics.readonly",
    "yt-analytics-monetary.readonly",
  ].map((name) => [name, `https://www.googleapis.com/auth/${name}`]),
);
