import type { Preset } from "./preset.ts";

/**
 * Since 2025-05-14 Pinterest issues "continuous" refresh tokens only: 60 days, renewed with each exchange; older ones
 * live for a year and are not re-sent (Pinterest's announcement, quoted in pinterest/pinterest-python-sdk issue 156).
 * Failures are `{"code":283,"message":"…"}` (codes of the same repositories, 2020 to 2025).
 */
export const pinterest: Preset = {
  title: "Pinterest",
  quirk: "A refresh token that is not used for 60 days is dead; tokens from before May 2025 live for a year, then end.",
  options: {
    token_url: "https://api.pinterest.com/v5/oauth/token",
    userinfo_url: "https://api.pinterest.com/v5/user_account",
    client_auth: "basic",
    rotation: "sometimes",
    reuse: "strict",
    errors: { "2": "client", "283": "reauth" },
    sentences: {
      "2": "client_id or client_secret are not those of a Pinterest app (Pinterest answered 2)",
      "283": "its refresh token is dead: revoked or expired (Pinterest answered 283)",
    },
    consent:
      "Log in at https://www.pinterest.com/oauth/ with your app's client_id, and exchange the code at https://api.pinterest.com/v5/oauth/token.",
  },
};
