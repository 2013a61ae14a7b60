import type { Preset } from "./preset.ts";

/**
 * 30 min access, a new refresh token each time, dead after 60 days without use; the previous one may be presented
 * again for 30 minutes after it was exchanged (developer.xero.com/faq/oauth2, read 2026-11-22).
 */
export const xero: Preset = {
  title: "Xero",
  quirk:
    "A refresh token dies after 60 days without use. An exchange whose answer was lost can be repeated for 30 minutes.",
  options: {
    token_url: "https://identity.xero.com/connect/token",
    client_auth: "basic",
    rotation: "always",
    reuse: { grace_seconds: 1800 },
    idle_limit_days: 60,
    sentences: {
      invalid_grant:
        "its refresh token is dead: unused for 60 days, disconnected, or replaced by a newer one (Xero answered invalid_grant)",
      invalid_client: "client_id or client_secret are not those of a Xero app (invalid_client)",
    },
    consent:
      "Log in at https://login.xero.com/identity/connect/authorize with the scope offline_access, and exchange the code.",
  },
};

/**
 * The refresh token's value changes about once a day; its end rolls on by 100 days and, since October 2023, stands at
 * five years (Intuit developer blog, "Important changes to refresh token policy", 2025-11-12). The rolling end is what
 * `x_refresh_token_expires_in` states. `realmId` comes with the redirect only.
 */
export const quickbooks: Preset = {
  title: "QuickBooks Online",
  quirk:
    "The refresh token changes about once a day, and five years after the consent it ends for good. `realmId` arrives in the redirect only.",
  options: {
    token_url: "https://oauth.platform.intuit.com/oauth2/v1/tokens/bearer",
    client_auth: "basic",
    rotation: "sometimes",
    reuse: "strict",
    fields: { refresh_token_expires_in: "x_refresh_token_expires_in" },
    attributes: ["realmId"],
    sentences: {
      invalid_grant:
        "its refresh token is dead: unused for 100 days, five years old, disconnected, or replaced (Intuit answered invalid_grant)",
      invalid_client: "client_id or client_secret are not those of an Intuit app of this environment (invalid_client)",
    },
    consent:
      "Connect the company again at https://appcenter.intuit.com/connect/oauth2 with the scope com.intuit.quickbooks.accounting, and exchange the code.",
  },
};
