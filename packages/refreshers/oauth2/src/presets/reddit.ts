import type { Preset } from "./preset.ts";

/**
 * Basic, a refresh token that never changes and is never sent again, and a bare `{"message":"Bad Request","error":400}`
 * for a dead one (github.com/reddit-archive/reddit/wiki/OAuth2; praw-dev/praw issue 677). Without a user-agent of its
 * own a client is answered 429 whatever it does.
 */
export const reddit: Preset = {
  title: "Reddit",
  quirk:
    "Set a `user-agent` of your own, as `platform:app:version (by /u/name)`: common ones are answered 429. There is a refresh token only with `duration=permanent`.",
  options: {
    token_url: "https://www.reddit.com/api/v1/access_token",
    userinfo_url: "https://oauth.reddit.com/api/v1/me",
    client_auth: "basic",
    headers: { "user-agent": "node:tokenward:v1 (token keeper)" },
    rotation: "never",
    reuse: "retry-safe",
    errors: { "400": "reauth", "401": "client", "403": "client" },
    sentences: {
      "400": "its refresh token is dead: revoked by the person, or never valid (Reddit answered 400)",
      "401": "client_id or client_secret are not those of a Reddit app (Reddit answered 401)",
    },
    consent:
      "Log in at https://www.reddit.com/api/v1/authorize with duration=permanent, and exchange the code at https://www.reddit.com/api/v1/access_token.",
  },
};
