import type { Preset } from "./preset.ts";

/**
 * TikTok API for Business, which is not the API that the TikTok refresher speaks: JSON, everything inside `data`, and
 * HTTP 200 with another `code` than 0 for failures (business-api.tiktok.com, tt_user/oauth2/refresh_token, v1.3; two
 * open-source integrations of 2026-08).
 */
export const tiktokBusiness: Preset = {
  title: "TikTok Business",
  quirk: "For the API for Business and its ads; for posting videos use the refresher `tiktok`.",
  options: {
    token_url: "https://business-api.tiktok.com/open_api/v1.3/tt_user/oauth2/refresh_token/",
    body: "json",
    success: { code: "code", is: 0 },
    rotation: "sometimes",
    reuse: "strict",
    attributes: ["open_id"],
    references: ["request_id"],
    errors: {
      "40100": "throttled",
      "40101": "client",
      "40102": "reauth",
      "40105": "reauth",
      "40002": "client",
      "50000": "in-doubt",
      "50002": "in-doubt",
    },
    sentences: {
      "40102": "its refresh token has expired (TikTok answered 40102)",
      "40105": "its refresh token is dead: revoked, expired or already exchanged (TikTok answered 40105)",
      "40101": "client_id or client_secret are not those of an app (TikTok answered 40101)",
    },
    consent:
      "Open the authorization link of your app in the TikTok API for Business portal, log in as the account, and exchange the code.",
  },
  secretRequired: true,
};
