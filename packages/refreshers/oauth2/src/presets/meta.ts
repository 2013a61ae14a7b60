import type { Preset } from "./preset.ts";

const dead = "the token is dead: expired, revoked, or ended by a change of password (Meta answered 190)";

/**
 * Instagram's scheme under another name: no client, no refresh token, a token between 24 h and 60 days of age is
 * renewed in place (developers.facebook.com, Threads API "Long-Lived Access Tokens", read 2026-11-22).
 */
export const threads: Preset = {
  title: "Threads",
  quirk: "A token is renewed in place, between 24 hours and 60 days of age; an ended one never again.",
  options: {
    token_url: "https://graph.threads.net/refresh_access_token",
    userinfo_url: "https://graph.threads.net/v1.0/me",
    body: "query",
    client_auth: "none",
    presents: "access-token",
    grant_type: "th_refresh_token",
    rotation: "sometimes",
    reuse: "retry-safe",
    minimum_age: "24h",
    references: ["fbtrace_id"],
    sentences: { "190": dead },
    consent:
      "Log in at https://threads.net/oauth/authorize with your app's id, exchange the code, and exchange that token at https://graph.threads.net/access_token (th_exchange_token) for one that lives 60 days.",
  },
};

/**
 * Extends the long-lived user token that page tokens come from; page tokens themselves have no end of their own
 * (developers.facebook.com, "Get Long-Lived Access Tokens", v25.0). Meta promises the extension only while the person
 * uses the app, so the end is read from each answer.
 */
export const facebookPages: Preset = {
  title: "Facebook Pages",
  quirk:
    "Keep the user's token: page tokens made from it have no end, and die with the user's password or role. Meta does not promise that an extension moves the end; each answer says whether it did.",
  options: {
    token_url: "https://graph.facebook.com/{version}/oauth/access_token",
    userinfo_url: "https://graph.facebook.com/{version}/me",
    placeholders: { version: "v25.0" },
    body: "query",
    presents: "access-token",
    grant_type: "fb_exchange_token",
    rename: { refresh_token: "fb_exchange_token" },
    rotation: "sometimes",
    reuse: "retry-safe",
    references: ["fbtrace_id"],
    attributes: ["data_access_expires_at"],
    sentences: { "101": "client_id or client_secret are not those of a Meta app (101)", "190": dead },
    consent:
      "Log in at https://www.facebook.com/{version}/dialog/oauth as somebody with a role on the page, exchange the code, and that token (fb_exchange_token) for a long-lived one.",
  },
  secretRequired: true,
};
