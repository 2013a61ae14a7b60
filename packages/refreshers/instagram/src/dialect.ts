import type { RefresherTraits, TokenDialect } from "@tokenward/core/plugin";
import { graphSentences } from "./sentences.ts";

/**
 * Instagram Login: a token that is 24 hours old and has not ended is renewed in place, as often as one likes; Meta does
 * not say that the text changes, nor that an older one dies (developers.facebook.com, "Refresh Access Token",
 * 2025-07-17).
 */
export const instagramTraits: RefresherTraits = {
  rotation: "sometimes",
  reuse: "retry-safe",
  presents: "access-token",
  cadence: "every-run",
  minimumAgeSeconds: 86_400,
};

/** Facebook Login: likewise, and no age is documented ("Get Long-Lived Tokens", version 25.0). */
export const facebookTraits: RefresherTraits = {
  rotation: "sometimes",
  reuse: "retry-safe",
  presents: "access-token",
  cadence: "every-run",
};

/**
 * Renewal with Instagram Login ("Refresh Access Token", 2025-07-17): GET, no client, the token in the query because
 * Meta knows no other way. `permissions` is undocumented and was captured live (Graph Explorer, version 24.0), with an
 * `expires_in` that was not 60 days.
 */
export const instagramDialect: TokenDialect = {
  url: "https://graph.instagram.com/refresh_access_token",
  body: "query",
  clientAuth: "none",
  grantType: "ig_refresh_token",
  presents: "access-token",
  fields: { scope: ["permissions"] },
  scopeSeparator: ",",
  returnsRefreshToken: "never",
  refreshExpiry: "none",
  references: ["fbtrace_id"],
  sentences: graphSentences,
};

/** Renewal with Facebook Login ("Get Long-Lived Tokens", version 25.0): the app names itself in the query, too. */
export const facebookDialect: TokenDialect = {
  ...instagramDialect,
  url: "https://graph.facebook.com/v25.0/oauth/access_token",
  clientAuth: "body",
  secretRequired: true,
  grantType: "fb_exchange_token",
  rename: { refresh_token: "fb_exchange_token" },
};

/** The names that permissions had before 2025-01-27 ("Instagram API with Instagram Login"). */
export const formerScopes: Readonly<Record<string, string>> = Object.fromEntries(
  ["basic", "content_publish", "manage_messages", "manage_comments"].map((name) => [
    `business_${name}`,
    `instagram_business_${name}`,
  ]),
);
