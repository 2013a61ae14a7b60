import type { Preset } from "./preset.ts";

/**
 * No `expires_in`, so the access token's end comes from introspection; `instance_url` says where calls go. Rotation
 * and idle limit are the org's policy; with rotation on, a second use of a token ends the grant
 * (help.salesforce.com, "OpenID Connect Token Introspection"; "Force one-time-use Refresh Tokens", 2026-03-12).
 */
export const salesforce: Preset = {
  title: "Salesforce",
  quirk:
    "Answers state no lifetime: introspection tells it. `placeholders: { domain: test }` for sandboxes, `acme.my` for a My Domain. If the org ends unused tokens, say so with `idle_limit_days`.",
  options: {
    token_url: "https://{domain}.salesforce.com/services/oauth2/token",
    introspection_url: "https://{domain}.salesforce.com/services/oauth2/introspect",
    placeholders: { domain: "login" },
    rotation: "sometimes",
    reuse: "strict",
    attributes: ["instance_url", "id"],
    errors: {
      inactive_user: "reauth",
      inactive_org: "client",
      invalid_client_id: "client",
      invalid_app_access: "client",
      rate_limit_exceeded: "throttled",
    },
    sentences: {
      invalid_grant:
        "its refresh token is dead: revoked, expired by the org's policy, or pushed out by newer logins (Salesforce answered invalid_grant)",
      inactive_user: "the user was deactivated (inactive_user)",
      invalid_client_id: "client_id is not that of a connected app (invalid_client_id)",
    },
    consent:
      "Log in at https://{domain}.salesforce.com/services/oauth2/authorize with the scopes refresh_token and api, and exchange the code.",
  },
};
