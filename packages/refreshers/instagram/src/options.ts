import { endpointMistake, isSecret, type Secret } from "@tokenward/core/plugin";
import * as z from "zod";

/** Options of the Instagram refresher. None is needed. */
export interface InstagramOptions {
  /**
   * Which of Meta's two products the grant comes from. `instagram` (default): the Instagram API with Instagram Login.
   * `facebook`: with Facebook Login; user and page tokens of `graph.facebook.com`.
   */
  readonly login?: "instagram" | "facebook" | undefined;
  /**
   * What Meta calls an app token, `<app id>|<app secret>`. With it, `verify` asks `debug_token` about scopes and ends.
   * Facebook Login makes it of the client where it is absent.
   */
  readonly app_token?: Secret | undefined;
  /** Where tokens are renewed. Default by `login`, see the README. */
  readonly token_url?: string | undefined;
  /** Where `verify` asks who a token belongs to. Default by `login`. */
  readonly me_url?: string | undefined;
  /** Where `verify` asks about a token itself. Default by `login`. */
  readonly debug_token_url?: string | undefined;
  /** Where a human consents. Default by `login`. */
  readonly authorize_url?: string | undefined;
  /** Where an authorization code becomes a short-lived token. Default by `login`. */
  readonly code_url?: string | undefined;
  /** Where a short-lived token becomes a long-lived one. Default by `login`. */
  readonly exchange_url?: string | undefined;
  /** Where a grant is ended; Facebook Login only. Default `https://graph.facebook.com/v25.0/me/permissions`. */
  readonly revoke_url?: string | undefined;
}

const address = z.string().superRefine((url, context) => {
  const mistake = endpointMistake(url);
  if (mistake !== undefined) context.addIssue(mistake);
});

/** Checks {@link InstagramOptions}. */
export const instagramOptions: z.ZodType<InstagramOptions, InstagramOptions> = z.strictObject({
  login: z.enum(["instagram", "facebook"], "must be instagram or facebook").optional(),
  app_token: z.custom<Secret>(isSecret, 'must be "${NAME}" or { file: path }').optional(),
  token_url: address.optional(),
  me_url: address.optional(),
  debug_token_url: address.optional(),
  authorize_url: address.optional(),
  code_url: address.optional(),
  exchange_url: address.optional(),
  revoke_url: address.optional(),
});

/** Every address that one of the two products uses. */
export interface Endpoints {
  readonly token: string;
  readonly me: string;
  readonly debugToken: string;
  readonly authorize: string;
  readonly code: string;
  readonly exchange: string;
  readonly revoke: string;
}

// Meta's documentation of 2025-07 to 2026-03: "Refresh Access Token", "Access Token", "Business Login for Instagram",
// "Manually Build a Login Flow". debug_token on graph.instagram.com is used in the wild and documented nowhere.
const instagram: Endpoints = {
  token: "https://graph.instagram.com/refresh_access_token",
  me: "https://graph.instagram.com/v25.0/me",
  debugToken: "https://graph.instagram.com/debug_token",
  authorize: "https://www.instagram.com/oauth/authorize",
  code: "https://api.instagram.com/oauth/access_token",
  exchange: "https://graph.instagram.com/access_token",
  revoke: "",
};

const facebook: Endpoints = {
  token: "https://graph.facebook.com/v25.0/oauth/access_token",
  me: "https://graph.facebook.com/v25.0/me",
  debugToken: "https://graph.facebook.com/v25.0/debug_token",
  authorize: "https://www.facebook.com/v25.0/dialog/oauth",
  code: "https://graph.facebook.com/v25.0/oauth/access_token",
  exchange: "https://graph.facebook.com/v25.0/oauth/access_token",
  revoke: "https://graph.facebook.com/v25.0/me/permissions",
};

/** The addresses of a product, with those that the options override. */
export function endpointsOf(options: InstagramOptions): Endpoints {
  const usual = options.login === "facebook" ? facebook : instagram;
  return {
    token: options.token_url ?? usual.token,
    me: options.me_url ?? usual.me,
    debugToken: options.debug_token_url ?? usual.debugToken,
    authorize: options.authorize_url ?? usual.authorize,
    code: options.code_url ?? usual.code,
    exchange: options.exchange_url ?? usual.exchange,
    revoke: options.revoke_url ?? usual.revoke,
  };
}
