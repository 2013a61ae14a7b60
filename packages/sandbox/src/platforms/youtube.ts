import type { Refusal, SandboxPlatform, TokenPolicy } from "../platform.ts";
import { formOf, splitScopes, text } from "../request-reading.ts";

/** Variations of Google's dialect. */
export interface YouTubeSettings {
  /**
   * The Google project is "External" and in "Testing": answers state `refresh_token_expires_in`. Consent with
   * `refreshLifetimeSeconds: 604800, refreshEnd: "fixed"` to have it end after 7 days, too.
   */
  readonly testing?: boolean | undefined;
}

const youtubeScopes = [
  "https://www.googleapis.com/auth/youtube.upload",
  "https://www.googleapis.com/auth/youtube.force-ssl",
];

/**
 * Google's token endpoint as YouTube uses it: no refresh token in refresh answers, several alive side by side, dead
 * after six months without use, `refresh_token_expires_in` only for projects in Testing, 401 for client mistakes.
 *
 * Facts: developers.google.com/identity/protocols/oauth2 (read 2026-09-30), and published captures of 2026.
 */
export function youtubePlatform(
  options: {
    readonly name?: string | undefined;
    readonly policy?: Partial<TokenPolicy> | undefined;
    readonly settings?: YouTubeSettings | undefined;
  } = {},
): SandboxPlatform {
  return {
    name: options.name ?? "youtube",
    refresher: "youtube",
    addressOptions: { tokeninfo_url: "/tokeninfo", revoke_url: "/revoke" },
    tokenPath: "/token",
    policy: {
      accessLifetimeSeconds: 3_599,
      // Six months without use; each exchange starts them again.
      refreshLifetimeSeconds: 15_552_000,
      refreshEnd: "sliding",
      rotation: "never",
      rotateEvery: 1,
      reuse: "retry-safe",
      forgivenReceives: "same-successor",
      repeatUnchangedToken: false,
      ...options.policy,
    },
    scopes: youtubeScopes,
    tokens: { access: { prefix: "ya29.", suffix: "0178" }, refresh: { prefix: "1//0", suffix: "-L9Ir" } },
    settings: { ...options.settings },
    readTokenRequest: (request) => {
      if (request.method !== "POST") return { malformed: "only POST is allowed" };
      const form = formOf(request);
      return {
        grantType: text(form.get("grant_type")),
        clientId: text(form.get("client_id")),
        clientSecret: text(form.get("client_secret")),
        refreshToken: text(form.get("refresh_token")),
        scopes: splitScopes(form.get("scope") ?? undefined),
        clientFoundIn: "form",
        bodyFoundIn: "form",
      };
    },
    wordTokens: (issued, settings) => ({
      status: 200,
      headers: { "cache-control": "no-cache, no-store, max-age=0, must-revalidate" },
      body: {
        access_token: issued.accessToken,
        expires_in: issued.expiresIn,
        refresh_token: issued.refreshToken,
        refresh_token_expires_in: (settings as YouTubeSettings).testing === true ? issued.refreshExpiresIn : undefined,
        scope: issued.scopes?.join(" "),
        token_type: "Bearer",
      },
    }),
    wordRefusal: (refusal) => {
      const words = wordsOf(refusal);
      return {
        status: refusal.status ?? words.status,
        body: {
          error: words.error,
          error_description: refusal.description ?? words.description,
          error_subtype: refusal.subtype,
        },
      };
    },
    revocation: {
      path: "/revoke",
      presented: (request) => text(formOf(request).get("token") ?? request.query.get("token")),
      answer: (found) =>
        found
          ? { status: 200, body: {} }
          : { status: 400, body: { error: "invalid_token", error_description: "Token expired or revoked" } },
    },
    resources: [
      {
        path: "/youtube/v3/channels",
        requiredScope: "https://www.googleapis.com/auth/youtube.force-ssl",
        answer: (access) => {
          if (access.kind !== "access" || access.state !== "alive") {
            return apiError(401, "UNAUTHENTICATED", "authError", "Request had invalid authentication credentials.");
          }
          if (!access.allowed) {
            return apiError(403, "PERMISSION_DENIED", "insufficientPermissions", "Insufficient authentication scopes.");
          }
          return {
            status: 200,
            body: {
              kind: "youtube#channelListResponse",
              pageInfo: { totalResults: 1, resultsPerPage: 5 },
              items: [{ kind: "youtube#channel", id: `UC${access.account?.id ?? ""}` }],
            },
          };
        },
      },
      {
        path: "/tokeninfo",
        presented: (request) => text(request.query.get("access_token") ?? formOf(request).get("access_token")),
        answer: (access) => {
          if (access.kind !== "access" || access.state !== "alive") {
            return { status: 400, body: { error: "invalid_token", error_description: "Invalid Value" } };
          }
          const left = access.expiresIn ?? 0;
          // Google sends numbers as strings here.
          return {
            status: 200,
            body: {
              azp: access.clientId,
              aud: access.clientId,
              sub: access.account?.id,
              scope: access.scopes.join(" "),
              exp: String(Math.floor(access.now.getTime() / 1000) + left),
              expires_in: String(left),
              access_type: "offline",
            },
          };
        },
      },
    ],
  };
}

function wordsOf(refusal: Refusal): { status: number; error: string; description: string } {
  switch (refusal.reason) {
    case "missing-client":
      return {
        status: 400,
        error: "invalid_request",
        description: "Could not determine client ID from request.",
      };
    case "unknown-client":
      return { status: 401, error: "invalid_client", description: "The OAuth client was not found." };
    case "wrong-secret":
      return { status: 401, error: "invalid_client", description: "Unauthorized" };
    case "deleted-client":
      return { status: 401, error: "deleted_client", description: "The OAuth client was deleted." };
    case "wrong-client":
      return { status: 401, error: "unauthorized_client", description: "Unauthorized" };
    case "expired-token":
    case "revoked-grant":
    case "spent-token":
      return { status: 400, error: refusal.error, description: "Token has been expired or revoked." };
    case "unknown-token":
      return { status: 400, error: refusal.error, description: "Bad Request" };
    case "scope-beyond-grant":
      return { status: 400, error: "invalid_scope", description: "Some requested scopes were invalid." };
    case "malformed":
    case "too-early":
    case "unsupported-grant-type":
    case "missing-token":
    case "wrong-client-auth":
    case "wrong-body":
    case "fault":
      return {
        status: refusal.error === "invalid_client" ? 401 : 400,
        error: refusal.error,
        description: "Bad Request",
      };
  }
}

function apiError(
  code: number,
  status: string,
  reason: string,
  message: string,
): { status: number; body: { error: unknown } } {
  return {
    status: code,
    body: { error: { code, message, status, errors: [{ message, domain: "global", reason }] } },
  };
}
