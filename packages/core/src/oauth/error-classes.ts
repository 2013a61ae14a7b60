import type { Refused } from "../refresher.ts";

/** Error codes of token endpoints in general: RFC 6749 section 5.2, OpenID Connect, and what large platforms add. */
export const errorClasses: Readonly<Record<string, Refused["class"]>> = {
  invalid_grant: "reauth",
  invalid_token: "reauth",
  expired_token: "reauth",
  token_expired: "reauth",
  token_revoked: "reauth",
  invalid_refresh_token: "reauth",
  // HubSpot, v1 (platforms' own documentation, 2026-11)
  bad_refresh_token: "reauth",
  access_denied: "reauth",
  consent_required: "reauth",
  interaction_required: "reauth",
  login_required: "reauth",
  invalid_client: "client",
  unauthorized_client: "client",
  invalid_request: "client",
  unsupported_grant_type: "client",
  invalid_scope: "client",
  insufficient_scope: "scopes",
  server_error: "transient",
  temporarily_unavailable: "transient",
  rate_limit: "throttled",
  rate_limited: "throttled",
  ratelimited: "throttled",
  rate_limit_exceeded: "throttled",
  too_many_requests: "throttled",
  slow_down: "throttled",
};

/** Meta's numeric codes (Graph API, "Error handling"). 200 to 299 are permissions and not listed one by one. */
const graphClasses: Readonly<Record<number, Refused["class"]>> = {
  1: "transient",
  2: "transient",
  4: "throttled",
  10: "scopes",
  17: "throttled",
  32: "throttled",
  100: "client",
  101: "client",
  102: "reauth",
  190: "reauth",
  341: "throttled",
  368: "throttled",
  613: "throttled",
};

/** What a numeric code of Meta's means. An unknown one is nobody's fault that a new consent would mend. */
export function graphClass(code: number): Refused["class"] {
  if (code >= 200 && code < 300) return "scopes";
  return graphClasses[code] ?? "client";
}
