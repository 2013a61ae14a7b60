import type { Preset } from "./preset.ts";

/**
 * Basic, 1 h access, a refresh token of 90 days that is replaced by each exchange, and parameters that are refused in a
 * query (developers.zoom.us, "OAuth"). Failures add `reason` to `error` (raycast/extensions issue 10896, 2024-02-22).
 */
export const zoom: Preset = {
  title: "Zoom",
  quirk: "Each refresh token can be used once, and dies after 90 days without use.",
  options: {
    token_url: "https://zoom.us/oauth/token",
    userinfo_url: "https://api.zoom.us/v2/users/me",
    client_auth: "basic",
    rotation: "always",
    reuse: "strict",
    idle_limit_days: 90,
    sentences: {
      invalid_grant: "its refresh token is dead: revoked, expired, or already exchanged (Zoom answered invalid_grant)",
      invalid_client: "client_id or client_secret are not those of a Zoom app (invalid_client)",
    },
    consent: "Log in at https://zoom.us/oauth/authorize with your app's client_id, and exchange the code.",
  },
};
