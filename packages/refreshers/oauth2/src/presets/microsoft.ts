import type { Preset } from "./preset.ts";

/**
 * Each exchange brings a new refresh token and leaves the old one alive; a client that never stores the new one falls
 * out after 90 days (learn.microsoft.com, "Refresh tokens in the Microsoft identity platform"). The reason of a
 * failure is the number in `error_codes` ("Microsoft Entra authentication and authorization error codes").
 */
export const microsoft: Preset = {
  title: "Microsoft Entra",
  quirk:
    "Name your directory: `placeholders: { tenant: … }`. A refresh token dies after 90 days without use (24 hours for single-page apps: set `idle_limit_days: 1`), and conditional access may shorten that.",
  options: {
    token_url: "https://login.microsoftonline.com/{tenant}/oauth2/v2.0/token",
    rotation: "always",
    reuse: "retry-safe",
    idle_limit_days: 90,
    references: ["trace_id", "correlation_id"],
    errors: {
      // An expired or wrong client secret: the token is fine.
      "7000215": "client",
      "7000222": "client",
      "700016": "client",
      "90002": "client",
      invalid_resource: "client",
    },
    sentences: {
      "700082": "its refresh token was not used for too long (AADSTS700082)",
      "70008": "its refresh token has expired (AADSTS70008)",
      "700084": "its refresh token belongs to a single-page app and ended after 24 hours (AADSTS700084)",
      "50173": "the grant was revoked, as after a change of password (AADSTS50173)",
      "50076": "the directory wants a second factor, which only a person can give (AADSTS50076)",
      "50079": "the directory wants a second factor, which only a person can give (AADSTS50079)",
      "50158": "conditional access wants a person to log in (AADSTS50158)",
      "65001": "nobody has consented to the scopes that are asked for (AADSTS65001)",
      "7000215": "client_secret is wrong; it is the secret's value, not its id (AADSTS7000215)",
      "7000222": "client_secret has expired: make a new one in the app registration (AADSTS7000222)",
      "700016": "client_id is not known in this directory; compare placeholders.tenant (AADSTS700016)",
      "90002": "the directory does not exist; compare placeholders.tenant (AADSTS90002)",
    },
    consent:
      "Log in at https://login.microsoftonline.com/{tenant}/oauth2/v2.0/authorize with the scope offline_access, and exchange the code.",
  },
  needs: { tenant: "the directory's id or domain; or organizations, consumers, common" },
  subtypes: ["error_codes"],
};
