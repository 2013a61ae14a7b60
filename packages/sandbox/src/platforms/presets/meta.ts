import type { SandboxPlatform } from "../../platform.ts";
import { presetDialect } from "./preset-dialect.ts";

const inPlace = {
  accessLifetimeSeconds: 5_183_944,
  refreshLifetimeSeconds: null,
  rotation: "sometimes",
  presents: "access-token",
} as const;

/** Threads: GET with a query and nothing else, no client, renewed in place once it is 24 h old (Threads API documentation). */
export const threads: SandboxPlatform = presetDialect({
  name: "threads",
  method: "GET",
  policy: { ...inPlace, minimumAgeSeconds: 86_400 },
  settings: {
    clientAuth: "none",
    body: "query",
    grantType: "th_refresh_token",
    fields: { scope: null },
    errors: "graph",
  },
  scopes: ["threads_basic", "threads_content_publish"],
  looks: "userinfo",
});

/** Facebook: the long-lived user token is exchanged for another one, with the app's id and secret in the query. */
export const facebookPages: SandboxPlatform = presetDialect({
  name: "facebook-pages",
  method: "GET",
  policy: inPlace,
  settings: {
    clientAuth: "body",
    body: "query",
    grantType: "fb_exchange_token",
    parameters: { accessToken: "fb_exchange_token" },
    fields: { scope: null },
    errors: "graph",
    extra: { data_access_expires_at: 1_900_000_000 },
  },
  scopes: ["pages_show_list", "pages_manage_posts"],
  looks: "userinfo",
});
