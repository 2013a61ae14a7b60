import type { PresentedAccess, Refusal, SandboxAnswer, SandboxPlatform, TokenPolicy } from "../platform.ts";
import { formOf, mediaTypeOf, text } from "../request-reading.ts";

/** Variations of LinkedIn's dialect. */
export interface LinkedInSettings {
  /** What a dead refresh token is answered, always with the same description. Default `invalid_request`. */
  readonly deadTokenError?: "invalid_request" | "invalid_grant" | undefined;
  /** For how many seconds resources answer 65601 or 65602 for a token that was just minted. Default 0. */
  readonly propagationSeconds?: number | undefined;
}

/**
 * LinkedIn: by default a standard app, whose consents bring an access token for 60 days and no refresh token. Consent
 * with `presents: "refresh-token"` for a refresh-enabled app: 365 days from the consent that no exchange moves, and
 * access tokens that shrink towards that end. Scopes come back sorted and with commas. Introspection wants the client.
 *
 * Facts: learn.microsoft.com, "Refresh Tokens with OAuth 2.0" and "Token Introspection" (read 2026-11), and published
 * captures of 2026. What introspection says about refresh tokens and about other clients' tokens is not documented.
 */
export function linkedinPlatform(
  options: {
    readonly name?: string | undefined;
    readonly policy?: Partial<TokenPolicy> | undefined;
    readonly settings?: LinkedInSettings | undefined;
  } = {},
): SandboxPlatform {
  return {
    name: options.name ?? "linkedin",
    refresher: "linkedin",
    addressOptions: {
      introspect_url: "/oauth/v2/introspectToken",
      userinfo_url: "/v2/userinfo",
      revoke_url: "/oauth/v2/revoke",
    },
    tokenPath: "/oauth/v2/accessToken",
    policy: {
      presents: "nothing",
      accessLifetimeSeconds: 5_184_000,
      accessOutlivesRefresh: false,
      refreshLifetimeSeconds: 31_536_000,
      refreshEnd: "fixed",
      rotation: "never",
      rotateEvery: 1,
      reuse: "retry-safe",
      forgivenReceives: "same-successor",
      repeatUnchangedToken: true,
      ...options.policy,
    },
    scopes: ["openid", "profile", "email", "w_member_social"],
    tokens: { access: { prefix: "AQX", suffix: "_x-A" }, refresh: { prefix: "AQV", suffix: "_v-R" } },
    settings: { ...options.settings },
    readTokenRequest: (request) => {
      if (request.method !== "POST") return { malformed: "only POST is allowed" };
      if (mediaTypeOf(request) !== "application/x-www-form-urlencoded") {
        return { malformed: "parameters belong into a form body" };
      }
      const form = formOf(request);
      return {
        grantType: text(form.get("grant_type")),
        clientId: text(form.get("client_id")),
        clientSecret: text(form.get("client_secret")),
        refreshToken: text(form.get("refresh_token")),
        clientFoundIn: "form",
        bodyFoundIn: "form",
      };
    },
    wordTokens: (issued) => ({
      status: 200,
      headers: { "cache-control": "no-cache, no-store" },
      body: {
        access_token: issued.accessToken,
        expires_in: issued.expiresIn,
        refresh_token: issued.refreshToken,
        refresh_token_expires_in: issued.refreshExpiresIn,
        scope: issued.scopes === undefined ? undefined : listed(issued.scopes),
        token_type: "Bearer",
      },
    }),
    wordRefusal: (refusal, settings) => wordRefusal(refusal, settings),
    revocation: {
      path: "/oauth/v2/revoke",
      presented: (request) => text(formOf(request).get("token")),
      answer: () => ({ status: 200, body: "" }),
    },
    resources: [
      { path: "/v2/userinfo", requiredScope: "profile", answer: userinfo },
      {
        path: "/oauth/v2/introspectToken",
        presented: (request) => text(formOf(request).get("token")),
        client: (request) => {
          const form = formOf(request);
          return { id: text(form.get("client_id")), secret: text(form.get("client_secret")) };
        },
        answer: introspection,
      },
    ],
  };
}

const deadToken = "The provided authorization grant or refresh token is invalid, expired or revoked";

function wordRefusal(refusal: Refusal, { deadTokenError = "invalid_request" }: LinkedInSettings): SandboxAnswer {
  const dead = refusal.error === "invalid_grant";
  const error = dead && refusal.reason !== "fault" ? deadTokenError : refusal.error;
  const client = error === "invalid_client";
  return {
    status: refusal.status ?? (client ? 401 : 400),
    body: {
      error,
      error_description:
        refusal.description ??
        (dead ? deadToken : client ? "Client authentication failed" : "A required parameter is missing or invalid"),
    },
  };
}

function userinfo(access: PresentedAccess): SandboxAnswer {
  const { propagationSeconds = 0 } = access.settings as LinkedInSettings;
  if (access.kind !== "access" || access.state === "unknown" || access.state === "absent") {
    return { status: 401, body: { serviceErrorCode: 65_600, message: "Invalid access token", status: 401 } };
  }
  // Servers that do not know a new token yet call it one or the other.
  const unknownYet = access.state === "alive" && secondsSince(access.mintedAt, access.now) < propagationSeconds;
  if (access.state === "revoked" || (unknownYet && access.n % 2 === 0)) {
    return restli(401, 65_601, "REVOKED_ACCESS_TOKEN", "The token used in the request has been revoked by the user");
  }
  if (access.state === "expired" || unknownYet) {
    return restli(401, 65_602, "EXPIRED_ACCESS_TOKEN", "The token used in the request has expired");
  }
  if (!access.allowed) return restli(403, 100, "ACCESS_DENIED", "Not enough permissions to access: GET /userinfo");
  const name = access.account?.name;
  return { status: 200, body: { sub: access.account?.id, name, locale: { country: "US", language: "en" } } };
}

function restli(status: number, serviceErrorCode: number, code: string, message: string): SandboxAnswer {
  return { status, body: { status, serviceErrorCode, code, message } };
}

function introspection(access: PresentedAccess): SandboxAnswer {
  if (access.clientAccepted !== true) {
    return {
      status: 401,
      body: { error: "invalid_client", error_description: "Client authentication failed" },
    };
  }
  const asked = formOf(access.request).get("client_id");
  if (access.kind !== "access" || access.clientId !== asked) return { status: 200, body: { active: false } };
  const minted = epochSeconds(access.mintedAt);
  return {
    status: 200,
    body: {
      active: access.state === "alive",
      client_id: access.clientId,
      authorized_at: minted,
      created_at: minted,
      status: access.state === "alive" ? "active" : access.state,
      expires_at: epochSeconds(access.expiresAt),
      scope: listed(access.scopes),
      auth_type: "3L",
    },
  };
}

function epochSeconds(time: Date | undefined): number | undefined {
  return time === undefined ? undefined : Math.floor(time.getTime() / 1_000);
}

function secondsSince(time: Date | undefined, now: Date): number {
  return time === undefined ? Number.POSITIVE_INFINITY : (now.getTime() - time.getTime()) / 1_000;
}

function listed(scopes: readonly string[]): string {
  return scopes.toSorted().join(",");
}
