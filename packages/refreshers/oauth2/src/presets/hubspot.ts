import type { Preset } from "./preset.ts";

/**
 * HubSpot's dated endpoint; v1 ends on 2027-02-16. Parameters in a form, 30 min access, a refresh token that does not
 * change; failures carry both the old `status` and the RFC's `error` (developers.hubspot.com, migration guide from v1
 * and "New OAuth v3 API endpoints", read 2026-11-22).
 */
export const hubspot: Preset = {
  title: "HubSpot",
  quirk:
    "Uses the endpoint of `2026-03`; HubSpot switches v1 off on 2027-02-16. `placeholders: { version: v3 }` chooses another one.",
  options: {
    token_url: "https://api.hubapi.com/oauth/{version}/token",
    introspection_url: "https://api.hubapi.com/oauth/{version}/token/introspect",
    placeholders: { version: "2026-03" },
    rotation: "never",
    reuse: "retry-safe",
    errors: {
      bad_refresh_token: "reauth",
      bad_client_id: "client",
      bad_client_secret: "client",
    },
    references: ["correlationId"],
    attributes: ["hub_id"],
    sentences: {
      bad_refresh_token:
        "its refresh token is dead: the app was removed from the account (HubSpot answered bad_refresh_token)",
      invalid_grant: "its refresh token is dead: the app was removed from the account (HubSpot answered invalid_grant)",
    },
    consent: "Install the app again at https://app.hubspot.com/oauth/authorize with its client_id and scopes.",
  },
  secretRequired: true,
};
