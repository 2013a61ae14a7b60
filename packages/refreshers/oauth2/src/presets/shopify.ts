import type { Preset } from "./preset.ts";

/**
 * Expiring offline tokens: 1 h access, 90 days refresh, replaced by each exchange. Since 2026-08-28 the previous
 * refresh token can be presented until its replacement is used, for at most 30 days (shopify.dev changelog, "More
 * resilient refreshes for expiring offline access tokens").
 */
export const shopify: Preset = {
  title: "Shopify",
  quirk:
    "Name the shop: `placeholders: { shop: … }`, or `{account}` where each account is a shop. Only tokens that were asked for with `expiring=1` can be refreshed; public apps need them from 2027-01-01.",
  options: {
    token_url: "https://{shop}.myshopify.com/admin/oauth/access_token",
    rotation: "always",
    reuse: { grace_seconds: 2_592_000 },
    errors: { application_cannot_be_found: "client" },
    sentences: {
      invalid_grant:
        "its refresh token is dead: the app was uninstalled, the token unused for 90 days, or replaced (Shopify answered invalid_grant)",
      application_cannot_be_found: "client_id is not that of a Shopify app (application_cannot_be_found)",
    },
    consent: "Open the app from the shop's admin, so that it installs again, and exchange the code with expiring=1.",
  },
  needs: { shop: "the part before .myshopify.com, or {account}" },
  secretRequired: true,
};
