import type { IssuedTokens, PlatformSettings, PresentedAccess, Refusal, SandboxAnswer } from "../platform.ts";
import type { PodiumSettings } from "./podium-settings.ts";

/** The answer to an exchange: flat JSON, with the same end told twice. */
export function wordPodiumTokens(issued: IssuedTokens, platformSettings: PlatformSettings): SandboxAnswer {
  const settings = platformSettings as PodiumSettings;
  return {
    status: 200,
    headers: { "cache-control": "no-store", ...rateLimit(issued.n, issued.now) },
    body: {
      access_token: settings.accessTokens === "opaque" ? issued.accessToken : asJwt(issued),
      token_type: "Bearer",
      expires_in: settings.statesExpiresIn === false ? undefined : issued.expiresIn,
      expires_at: expiresAt(issued, settings),
      refresh_token: settings.omitsRefreshToken === true ? undefined : issued.refreshToken,
      scope: settings.statesScope === true ? issued.scopes?.join(" ") : undefined,
    },
  };
}

/** A refused exchange. Names are RFC 6749's; no source recorded the statuses. */
export function wordPodiumRefusal(
  refusal: Refusal,
  platformSettings: PlatformSettings,
  n: number,
  now: Date,
): SandboxAnswer {
  const settings = platformSettings as PodiumSettings;
  const dead = refusal.error === "invalid_grant";
  const status = refusal.status ?? settings.refusalStatus ?? (dead ? 401 : 400);
  const message = refusal.description ?? "The request was refused.";
  if (settings.refusals === "podium") {
    const code = dead ? "unauthorized" : "bad_request";
    return podiumError(status, code, message, { settings: platformSettings, n, now });
  }
  return {
    status,
    headers: { "cache-control": "no-store", ...rateLimit(n, now) },
    body: { error: refusal.error, error_description: message },
  };
}

/** An error in Podium's own form. */
export function podiumError(
  status: number,
  code: string,
  message: string,
  { settings, n, now }: Pick<PresentedAccess, "settings" | "n" | "now">,
): SandboxAnswer {
  return {
    status,
    headers: rateLimit(n, now),
    body: {
      code: (settings as PodiumSettings).codes === "integer" ? status : code,
      message,
      moreInfo: `https://developer.podium.com/docs/errors#${code}`,
    },
  };
}

/** A resource's answer. */
export function podiumData(access: PresentedAccess, body: Readonly<Record<string, unknown>>): SandboxAnswer {
  return { status: 200, headers: rateLimit(access.n, access.now), body };
}

/**
 * Podium documents 300 requests a minute and no header; its answers carry these all the same, also errors (published
 * probe, 2026-10-06). What is left falls from request to request and never to nothing: use a fault for a 429.
 */
function rateLimit(n: number, now: Date): Record<string, string> {
  const left = 60 - now.getUTCSeconds();
  const remaining = String(300 - (n % 300));
  return {
    "ratelimit-limit": "300",
    "ratelimit-remaining": remaining,
    "ratelimit-reset": String(left),
    "x-ratelimit-limit-minute": "300",
    "x-ratelimit-remaining-minute": remaining,
    "x-ratelimit-limit": "8000",
    "x-ratelimit-remaining": String(8_000 - (n % 8_000)),
    "x-ratelimit-reset": String(Math.floor(now.getTime() / 1_000) + left),
  };
}

function expiresAt({ now, expiresIn }: IssuedTokens, settings: PodiumSettings): unknown {
  const end = now.getTime() + expiresIn * 1_000;
  switch (settings.expiresAt ?? "epoch-seconds") {
    case "epoch-seconds":
      return Math.floor(end / 1_000);
    case "epoch-milliseconds":
      return end;
    case "rfc3339":
      return new Date(end).toISOString();
    case "absent":
      return undefined;
  }
}

/** A JWT whose payload is true, and whose signature is the sandbox's own token. */
function asJwt({ accessToken, account, now, expiresIn }: IssuedTokens): string {
  const iat = Math.floor(now.getTime() / 1_000);
  const parts = [
    { alg: "HS256", typ: "JWT" },
    { sub: account.id, iat, exp: iat + expiresIn },
  ].map((part) => encoded(JSON.stringify(part)));
  return [...parts, encoded(accessToken)].join(".");
}

/** The sandbox's own token in one of its JWTs; any other token as it is. */
export function withoutJwt(token: string): string {
  const [header, payload, signature, ...more] = token.split(".");
  if (header?.startsWith("eyJ") !== true || payload === undefined || signature === undefined || more.length > 0) {
    return token;
  }
  return Buffer.from(signature, "base64url").toString("utf8");
}

function encoded(text: string): string {
  return Buffer.from(text, "utf8").toString("base64url");
}
