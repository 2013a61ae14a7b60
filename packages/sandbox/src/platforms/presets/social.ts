import type { SandboxPlatform } from "../../platform.ts";
import { headerOf } from "../../request-reading.ts";
import { isDead, presetDialect } from "./preset-dialect.ts";

/** X: Basic, a form, single-use refresh tokens, and `invalid_request` with a sentence for a dead one. */
export const x: SandboxPlatform = presetDialect({
  name: "x",
  policy: { accessLifetimeSeconds: 7_200, refreshLifetimeSeconds: null, reuse: "strict" },
  settings: { clientAuth: "basic", body: "form", fields: { refreshExpires: null } },
  scopes: ["tweet.read", "tweet.write", "users.read", "offline.access"],
  looks: "userinfo",
  refusal: (refusal) => {
    if (isDead(refusal.error)) {
      const words = { error: "invalid_request", error_description: "Value passed for the token was invalid." };
      return { status: refusal.status ?? 400, body: words };
    }
    const client = refusal.error === "invalid_client";
    return {
      status: refusal.status ?? (client ? 401 : 400),
      body: {
        error: client ? "unauthorized_client" : refusal.error,
        error_description: refusal.description ?? (client ? "Missing valid authorization header" : "Bad request."),
      },
    };
  },
});

/** Pinterest: Basic, "continuous" refresh tokens of 60 days, and numeric codes for failures. */
export const pinterest: SandboxPlatform = presetDialect({
  name: "pinterest",
  policy: {
    accessLifetimeSeconds: 2_592_000,
    refreshLifetimeSeconds: 5_184_000,
    rotation: "sometimes",
    repeatUnchangedToken: false,
  },
  settings: { clientAuth: "basic", body: "form" },
  scopes: ["boards:read", "pins:read", "pins:write"],
  looks: "userinfo",
  refusal: (refusal) => {
    if (isDead(refusal.error)) {
      return { status: refusal.status ?? 401, body: { code: 283, message: "The authorization grant is invalid" } };
    }
    if (refusal.error === "invalid_client") {
      return { status: refusal.status ?? 401, body: { code: 2, message: "Authentication failed." } };
    }
    return { status: refusal.status ?? 400, body: { code: 1, message: refusal.description ?? "Invalid request" } };
  },
});

const welcome = "whoever is here has no user-agent of its own";

/** Reddit: Basic, a refresh token that never changes and is not repeated, and 429 for every common user-agent. */
export const reddit: SandboxPlatform = presetDialect({
  name: "reddit",
  policy: {
    accessLifetimeSeconds: 86_400,
    refreshLifetimeSeconds: null,
    rotation: "never",
    reuse: "retry-safe",
    repeatUnchangedToken: false,
  },
  settings: { clientAuth: "basic", body: "form" },
  scopes: ["identity", "submit", "read"],
  looks: "userinfo",
  turnsAway: (request) =>
    /^$|^(node|undici|axios|curl|got|python-requests|tokenward)(\/|\s|$)/i.test(headerOf(request, "user-agent") ?? "")
      ? welcome
      : undefined,
  refusal: (refusal) => {
    if (refusal.description === welcome) return { status: 429, body: { message: "Too Many Requests", error: 429 } };
    const status = refusal.status ?? (refusal.error === "invalid_client" ? 401 : 400);
    return { status, body: { message: status === 401 ? "Unauthorized" : "Bad Request", error: status } };
  },
});

/** Kick: OAuth 2.1 by the book, with the life of its single-use refresh tokens in `refresh_expires_in`. */
export const kick: SandboxPlatform = presetDialect({
  name: "kick",
  policy: { refreshLifetimeSeconds: 15_552_000 },
  settings: { clientAuth: "body", body: "form", fields: { refreshExpires: "refresh_expires_in" } },
  scopes: ["user:read", "channel:read"],
});

/** TikTok's API for Business: JSON, everything inside `data`, and HTTP 200 with a `code` for failures. */
export const tiktokBusiness: SandboxPlatform = presetDialect({
  name: "tiktok-business",
  policy: {
    accessLifetimeSeconds: 86_400,
    refreshLifetimeSeconds: 31_536_000,
    refreshEnd: "fixed",
    rotation: "sometimes",
  },
  settings: { clientAuth: "body", body: "json", envelope: "data", scopeSeparator: ",", errors: "code-flag" },
  scopes: ["user.info.basic", "video.publish"],
  refusal: (refusal, _settings, n) => {
    const client = refusal.error === "invalid_client";
    const code = isDead(refusal.error) ? 40_105 : client ? 40_101 : 40_002;
    return {
      status: refusal.status ?? 200,
      body: { code, message: refusal.description ?? "Request refused", data: {}, request_id: `20261122${String(n)}` },
    };
  },
});
