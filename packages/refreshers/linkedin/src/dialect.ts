import type { RefresherTraits, TokenDialect } from "@tokenward/core/plugin";

/**
 * LinkedIn may repeat the refresh token, leave it out, or change it, and nothing says that the previous one stops
 * (learn.microsoft.com, "Refresh Tokens with OAuth 2.0"). That presenting an old one is harmless is unverified.
 */
export const linkedinTraits: RefresherTraits = { rotation: "sometimes", reuse: "retry-safe", cadence: "when-due" };

const dead =
  "its refresh token is dead: the member or LinkedIn revoked it, or 365 days have passed since the consent (LinkedIn answered";

/**
 * LinkedIn's token endpoint: RFC 6749 in a form. Scopes are sent with spaces and come back with commas. A dead refresh
 * token is `invalid_request`, like any wrong request; only the description tells them apart (fixtures of deployed
 * integrations, 2026).
 */
export const linkedinDialect: TokenDialect = {
  url: "https://www.linkedin.com/oauth/v2/accessToken",
  secretRequired: true,
  errors: { unauthorized_scope_error: "client" },
  phrases: [
    {
      error: "invalid_request",
      says: "authorization grant or refresh token is invalid, expired or revoked",
      class: "reauth",
      sentence: `${dead} invalid_request)`,
    },
  ],
  sentences: {
    invalid_grant: `${dead} invalid_grant)`,
    invalid_client:
      "client id or secret are not those of a LinkedIn app: compare both with the Auth tab of the developer portal (invalid_client)",
    unauthorized_client: "the token belongs to another LinkedIn app, or this one may not refresh (unauthorized_client)",
    unauthorized_scope_error:
      "the app lacks a product that one of the scopes belongs to, and LinkedIn then grants none (unauthorized_scope_error)",
    invalid_request: "LinkedIn could not read the request (invalid_request)",
  },
};

/** What resources answer for a token that does not work (Rest.li, `serviceErrorCode`). */
export const serviceErrors: Readonly<Record<number, string>> = {
  65600: "LinkedIn does not know the access token",
  65601: "LinkedIn says that the access token was revoked",
  65602: "LinkedIn says that the access token has expired",
};

/**
 * How long a new token may look dead, in milliseconds: 65601 and 65602 come for up to half a minute after minting
 * (segmentio/action-destinations, pull request 3708, 2026-04; clients of others wait 5 to 30 s).
 */
export const propagationMs = 60_000;
