import type { IssuedTokens, Refusal, SandboxAnswer } from "../platform.ts";
import type { ExpiryFormat, OAuth2Settings } from "./oauth2-settings.ts";

/** A successful answer in the chosen variation. */
export function wordOAuth2Tokens(issued: IssuedTokens, settings: OAuth2Settings): SandboxAnswer {
  const names = settings.fields;
  const expiry = settings.expires ?? "seconds";
  const found: Record<string, unknown> = {};
  const put = (name: string | null | undefined, usual: string, value: unknown): void => {
    if (name !== null && value !== undefined) found[name ?? usual] = value;
  };
  put(names?.accessToken, "access_token", issued.accessToken);
  put(names?.tokenType, "token_type", "Bearer");
  put(names?.expires, "expires_in", lifetime(issued.expiresIn, expiry, issued.now));
  put(names?.refreshToken, "refresh_token", issued.refreshToken);
  if (issued.refreshExpiresIn !== undefined) {
    const end = lifetime(issued.refreshExpiresIn, settings.refreshExpires ?? expiry, issued.now);
    put(names?.refreshExpires, "refresh_token_expires_in", end);
  }
  const scopes = settings.scopeAs === "array" ? issued.scopes : issued.scopes?.join(settings.scopeSeparator ?? " ");
  put(names?.scope, "scope", scopes);

  const body = { ...flags(settings), ...settings.extra, ...enveloped(found, settings.envelope) };
  return { status: 200, headers: { "cache-control": "no-store", pragma: "no-cache" }, body };
}

/** A refusal in the chosen dialect. */
export function wordOAuth2Refusal(refusal: Refusal, settings: OAuth2Settings, n: number): SandboxAnswer {
  const message = refusal.description ?? descriptions[refusal.error] ?? "The request was refused.";
  const dead = refusal.error === "invalid_grant";
  const answer = (status: number, body: unknown): SandboxAnswer => ({
    status: refusal.status ?? settings.refusalStatus ?? status,
    headers: { "cache-control": "no-store" },
    body,
  });
  switch (settings.errors ?? "rfc6749") {
    case "rfc6749":
      return answer(refusal.error === "invalid_client" ? 401 : 400, {
        error: refusal.error,
        error_description: message,
        error_subtype: refusal.subtype,
      });
    case "graph":
      return answer(400, {
        error: {
          message,
          type: "OAuthException",
          code: dead ? 190 : refusal.error === "invalid_client" ? 101 : 100,
          error_subcode: dead ? 463 : undefined,
          fbtrace_id: `T${String(n)}`,
        },
      });
    case "ok-flag":
      return answer(200, { ok: false, error: dead ? "invalid_refresh_token" : refusal.error });
    case "code-flag":
      return answer(200, { code: dead ? 40105 : 40002, message, data: {}, request_id: String(n) });
    case "status-message":
      return answer(400, { status: dead ? "BAD_REFRESH_TOKEN" : refusal.error.toUpperCase(), message });
    case "code-message":
      return answer(401, {
        code: dead ? "unauthorized" : refusal.error,
        message,
        moreInfo: "https://example.com/errors",
      });
  }
}

const descriptions: Readonly<Record<string, string>> = {
  invalid_grant: "The refresh token is invalid, expired or revoked.",
  invalid_client: "Client authentication failed.",
  invalid_request: "The request is missing a parameter or is otherwise malformed.",
  invalid_scope: "The requested scope exceeds what was granted.",
  unauthorized_client: "The refresh token was issued to another client.",
  unsupported_grant_type: "The grant type is not supported.",
};

function flags(settings: OAuth2Settings): Record<string, unknown> {
  if (settings.errors === "ok-flag") return { ok: true };
  return settings.errors === "code-flag" ? { code: 0, message: "OK" } : {};
}

function lifetime(seconds: number, format: ExpiryFormat, now: Date): unknown {
  const end = now.getTime() + seconds * 1_000;
  switch (format) {
    case "seconds":
      return seconds;
    case "string-seconds":
      return String(seconds);
    case "epoch-seconds":
      return Math.floor(end / 1_000);
    case "epoch-milliseconds":
      return end;
    case "rfc3339":
      return new Date(end).toISOString();
  }
}

function enveloped(fields: Record<string, unknown>, envelope: string | undefined): Record<string, unknown> {
  let value: unknown = fields;
  for (const segment of (envelope ?? "").split(".").filter(Boolean).toReversed()) {
    value = /^\d+$/.test(segment) ? Object.assign([], { [segment]: value }) : { [segment]: value };
  }
  return value as Record<string, unknown>;
}
