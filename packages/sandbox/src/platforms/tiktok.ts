import type { SandboxAnswer, SandboxPlatform, TokenPolicy } from "../platform.ts";
import { formOf, mediaTypeOf, splitScopes, text } from "../request-reading.ts";

/** Variations of TikTok's dialect. */
export interface TikTokSettings {
  /** Status of a refused exchange. Production code has met 200 (default) and 400; TikTok names none. */
  readonly refusalStatus?: number | undefined;
}

const descriptions: Readonly<Record<string, string>> = {
  invalid_grant: "Refresh token is invalid or expired.",
  invalid_client: "Client key or secret is incorrect.",
  invalid_request: "The request parameters are malformed.",
  invalid_scope: "The requested scope is invalid.",
  unsupported_grant_type: "The grant type is not supported.",
};

/**
 * TikTok's OAuth v2: `client_key`, scopes by comma, 2 h and 180 days, a new refresh token with every exchange, and
 * HTTP 200 with `error` for a dead one.
 *
 * Facts: developers.tiktok.com, "Refresh a user access token" (2026-11-02) and "User access token management"
 * (2026-11-05). Whether an exchange restarts the 180 days is not documented: choose with `refreshEnd` (default fixed).
 */
export function tiktokPlatform(
  options: {
    readonly name?: string | undefined;
    readonly policy?: Partial<TokenPolicy> | undefined;
    readonly settings?: TikTokSettings | undefined;
  } = {},
): SandboxPlatform {
  return {
    name: options.name ?? "tiktok",
    refresher: "tiktok",
    addressOptions: { user_info_url: "/v2/user/info/", revoke_url: "/v2/oauth/revoke/" },
    clientIdOption: "client_key",
    tokenPath: "/v2/oauth/token/",
    policy: {
      accessLifetimeSeconds: 7_200,
      refreshLifetimeSeconds: 15_552_000,
      refreshEnd: "fixed",
      rotation: "always",
      rotateEvery: 1,
      reuse: "strict",
      forgivenReceives: "same-successor",
      repeatUnchangedToken: true,
      ...options.policy,
    },
    scopes: ["user.info.basic", "video.publish", "video.upload"],
    tokens: { access: { prefix: "act.", suffix: "!4821.va" }, refresh: { prefix: "rft.", suffix: "!4822.va" } },
    settings: { ...options.settings },
    readTokenRequest: (request) => {
      if (request.method !== "POST") return { malformed: "only POST is allowed" };
      if (mediaTypeOf(request) !== "application/x-www-form-urlencoded") {
        return { malformed: "parameters belong into a form body" };
      }
      const form = formOf(request);
      return {
        grantType: text(form.get("grant_type")),
        clientId: text(form.get("client_key")),
        clientSecret: text(form.get("client_secret")),
        refreshToken: text(form.get("refresh_token")),
        clientFoundIn: "form",
        bodyFoundIn: "form",
      };
    },
    wordTokens: (issued) => ({
      status: 200,
      headers: { "cache-control": "no-store" },
      body: {
        access_token: issued.accessToken,
        expires_in: issued.expiresIn,
        open_id: issued.account.id,
        refresh_token: issued.refreshToken,
        refresh_expires_in: issued.refreshExpiresIn,
        scope: issued.scopes?.join(","),
        token_type: "Bearer",
      },
    }),
    wordRefusal: (refusal, settings, n, now) => ({
      status: refusal.status ?? (settings as TikTokSettings).refusalStatus ?? 200,
      body: {
        error: refusal.error,
        error_description: refusal.description ?? descriptions[refusal.error] ?? "Something is wrong.",
        log_id: logId(n, now),
      },
    }),
    revocation: {
      path: "/v2/oauth/revoke/",
      presented: (request) => text(formOf(request).get("token")),
      answer: (found, n, now) =>
        found
          ? { status: 200, body: {} }
          : {
              status: 200,
              body: { error: "invalid_request", error_description: "Token is invalid.", log_id: logId(n, now) },
            },
    },
    resources: [
      {
        path: "/v2/user/info/",
        requiredScope: "user.info.basic",
        answer: (access) => {
          const envelope = (status: number, code: string, message: string, data: unknown = {}): SandboxAnswer => ({
            status,
            body: { data, error: { code, message, log_id: logId(access.n, access.now) } },
          });
          if (access.kind !== "access" || access.state !== "alive") {
            return envelope(401, "access_token_invalid", "The access token is invalid or not found in the request.");
          }
          // TikTok answers 401 here; everybody else says 403. The error code is what tells them apart.
          if (!access.allowed) return envelope(401, "scope_not_authorized", "The user did not authorize the scope.");
          const fields = splitScopes(access.request.query.get("fields") ?? undefined);
          if (fields === undefined) return envelope(400, "invalid_params", "fields is required");
          const known: Readonly<Record<string, string | undefined>> = {
            open_id: access.account?.id,
            union_id: access.account?.id,
            display_name: access.account?.name,
          };
          return envelope(200, "ok", "", { user: Object.fromEntries(fields.map((field) => [field, known[field]])) });
        },
      },
    ],
  };
}

function logId(n: number, now: Date): string {
  return `${now.toISOString().replace(/\D/g, "").slice(0, 14)}${String(n).padStart(12, "0")}`;
}
