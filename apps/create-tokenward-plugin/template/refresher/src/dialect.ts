import type { RefresherTraits, TokenDialect } from "@tokenward/core/plugin";

/**
 * What the platform does with tokens. Write beside each fact where you read it, and when: lifetimes and rules change.
 */
export const platformTraits: RefresherTraits = {
  // Does an exchange return another refresh token? `always`, `sometimes` or `never`.
  rotation: "always",
  // What presenting an exchanged token does. Undocumented means `strict`: it may end the grant.
  reuse: "strict",
  // Exchange in every run, or only `when-due`.
  cadence: "every-run",
};

/**
 * How the token endpoint differs from RFC 6749, as data. What is not said here is as the RFC says. Lifetimes come from
 * the answers; never write one down that an answer states.
 */
export const platformDialect: TokenDialect = {
  url: "https://sample-name.example/oauth/token",
  secretRequired: true,
  returnsRefreshToken: "always",
  // Facts to keep beside the grant, and what names a failure in the platform's logs.
  attributes: ["account_id"],
  references: ["request_id"],
  // The platform's own error codes. Everybody's (invalid_grant, invalid_client, …) are known already.
  errors: {
    account_suspended: "reauth",
    app_disabled: "client",
    temporarily_overloaded: "transient",
  },
  // Why, and what a human can do: the end of "it needs a new consent: …". Without a dot.
  sentences: {
    account_suspended: "the account is suspended: whoever owns it must settle that first (account_suspended)",
    app_disabled: "the app is disabled: enable it in the developer console (app_disabled)",
  },
};
