import type { Preset } from "./preset.ts";

/**
 * OAuth 2.1 at its own host, a form, and a new refresh token each time whose life `refresh_expires_in` states
 * (docs.kick.com, "Generating tokens"; recorded answers of 2026: 3600 and 15552000).
 */
export const kick: Preset = {
  title: "Kick",
  quirk: "Each refresh token can be used once. PKCE is needed at the consent, even with a secret.",
  options: {
    token_url: "https://id.kick.com/oauth/token",
    rotation: "always",
    reuse: "strict",
    fields: { refresh_token_expires_in: "refresh_expires_in" },
    sentences: {
      invalid_grant: "its refresh token is dead: revoked, expired, or already exchanged (Kick answered invalid_grant)",
      invalid_client: "client_id or client_secret are not those of a Kick app (invalid_client)",
    },
    consent: "Log in at https://id.kick.com/oauth/authorize with PKCE (S256), and exchange the code.",
  },
  secretRequired: true,
};
