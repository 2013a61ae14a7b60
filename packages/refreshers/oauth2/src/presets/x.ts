import type { Preset } from "./preset.ts";

/**
 * OAuth 2.0 of X: confidential clients by Basic, 2 h access, a new single-use refresh token each time. A dead one is
 * `invalid_request` with a sentence (integrations' recorded answers of 2026; docs.x.com, "OAuth 2.0 user access token").
 */
export const x: Preset = {
  title: "X",
  quirk: "There is a refresh token only with the scope `offline.access`, and each can be used once.",
  options: {
    token_url: "https://api.x.com/2/oauth2/token",
    userinfo_url: "https://api.x.com/2/users/me",
    client_auth: "basic",
    rotation: "always",
    reuse: "strict",
    sentences: {
      invalid_grant: "its refresh token is dead: revoked, expired, or already exchanged (X answered invalid_grant)",
      invalid_client: "client_id or client_secret are not those of an X app (invalid_client)",
      unauthorized_client:
        "client_id or client_secret are wrong, or the app is not a confidential client (unauthorized_client)",
    },
    consent:
      "Log in at https://x.com/i/oauth2/authorize with your app's client_id, PKCE and the scope offline.access, and exchange the code.",
  },
  phrases: [
    {
      error: "invalid_request",
      says: "value passed for the token was invalid",
      class: "reauth",
      sentence: "its refresh token is dead: revoked, expired, or already exchanged (X answered invalid_request)",
    },
  ],
};
